import Glibc
import LinuxShims

/// Signals, waited for by the main thread. Nothing runs in a handler.
package enum Signals {
    package enum Request { case stop, reload }

    /// Blocks the signals of interest in the calling thread and all that it starts from now on. To be called before
    /// any thread is there.
    package static func block() {
        var set = watched()
        pthread_sigmask(SIG_BLOCK, &set, nil)
        mado_ignore_sigpipe()
    }

    /// Waits for the next one.
    /// - Parameter time: how long; nil for ever.
    /// - Returns: nil when the time passed.
    package static func next(within time: Duration?) -> Request? {
        var set = watched()
        while true {
            let signal: Int32
            if let time {
                var limit = timespec(tv_sec: Int(time.components.seconds), tv_nsec: 0)
                signal = sigtimedwait(&set, nil, &limit)
                if signal < 0, errno == EAGAIN { return nil }
            } else {
                signal = sigwaitinfo(&set, nil)
            }
            // Interrupted by a signal that is not waited for (a debugger's): wait on.
            if signal > 0 { return signal == SIGHUP ? .reload : .stop }
        }
    }

    private static func watched() -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in [SIGHUP, SIGINT, SIGTERM] { sigaddset(&set, signal) }
        return set
    }
}
