internal import CGtk
internal import Dispatch
internal import Glibc
internal import GtkShims

/// GLib's main loop, with Dispatch's main queue in it: `Task { @MainActor in … }` runs on it.
@MainActor package enum MainLoop {
    private static var isAttached = false

    /// To be called once before the loop runs.
    static func attachMainQueue() {
        guard !isAttached else { return }
        isAttached = true
        let descriptor = mado_dispatch_main_queue_descriptor()
        _ = g_unix_fd_add(
            descriptor, G_IO_IN,
            { _, _, _ in
                mado_dispatch_drain_main_queue()
                return 1
            }, nil)
    }

    private static var termination: (@MainActor () -> Void)?

    /// The session ends, or somebody presses Ctrl-C: SIGTERM and SIGINT.
    package static func onTermination(_ handler: @escaping @MainActor () -> Void) {
        termination = handler
        for signal in [SIGTERM, SIGINT] {
            g_unix_signal_add(
                signal,
                { _ in
                    MainActor.assumeIsolated { MainLoop.termination?() }
                    return 1
                }, nil)
        }
    }

    /// Work that is done again and again until it says false.
    package final class Repeating {
        fileprivate var source: guint = 0
        fileprivate let work: @MainActor () -> Bool
        fileprivate init(_ work: @escaping @MainActor () -> Bool) { self.work = work }

        /// Any number of times.
        @MainActor package func stop() {
            guard source != 0 else { return }
            let source = source
            self.source = 0
            g_source_remove(source)
        }
    }

    /// - Parameter work: true to be called again.
    @discardableResult
    package static func every(milliseconds: Int, _ work: @escaping @MainActor () -> Bool) -> Repeating {
        let repeating = Repeating(work)
        let box = Unmanaged.passRetained(repeating).toOpaque()
        repeating.source = g_timeout_add_full(
            G_PRIORITY_DEFAULT, guint(max(0, milliseconds)), callRepeating, box, releaseRepeating)
        return repeating
    }

    /// Once, after what is pending now has been drawn.
    @discardableResult
    package static func afterwards(_ work: @escaping @MainActor () -> Void) -> Repeating {
        let repeating = Repeating {
            work()
            return false
        }
        let box = Unmanaged.passRetained(repeating).toOpaque()
        repeating.source = g_idle_add_full(G_PRIORITY_LOW, callRepeating, box, releaseRepeating)
        return repeating
    }

    /// Once, after a time.
    @discardableResult
    package static func after(milliseconds: Int, _ work: @escaping @MainActor () -> Void) -> Repeating {
        every(milliseconds: milliseconds) {
            work()
            return false
        }
    }
}

private let callRepeating: GSourceFunc = { box in
    guard let box else { return 0 }
    return onMainThread(box) { box in
        let repeating = Unmanaged<MainLoop.Repeating>.fromOpaque(box).takeUnretainedValue()
        let again = repeating.work()
        if !again { repeating.source = 0 }
        return again ? 1 : 0
    }
}

private let releaseRepeating: GDestroyNotify = { box in
    if let box { Unmanaged<MainLoop.Repeating>.fromOpaque(box).release() }
}
