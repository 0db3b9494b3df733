import EventLoop
import MatrixAPI
import Synchronization

/// Downloads that wait for an upload.
final class MediaArrivals: Sendable {
    private struct Waiters {
        var next = 0
        var all: [MediaID: [Int: @Sendable () -> Void]] = [:]
    }

    private let waiters = Mutex(Waiters())

    /// Everybody who waits for this goes on.
    func arrived(_ id: MediaID) {
        let ready = waiters.withLock { $0.all.removeValue(forKey: id) }
        for resume in ready?.values ?? [:].values { resume() }
    }

    /// Returns when the upload is there, or the time is over.
    func wait(for id: MediaID, at most: Duration, on loop: EventLoop) async {
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            let key = waiters.withLock { waiters in
                waiters.next += 1
                waiters.all[id, default: [:]][waiters.next] = { continuation.resume() }
                return waiters.next
            }
            _ = loop.schedule(after: most) { [weak self] in self?.giveUp(key, id) }
        }
    }

    private func giveUp(_ key: Int, _ id: MediaID) {
        let resume = waiters.withLock { waiters in
            let resume = waiters.all[id]?.removeValue(forKey: key)
            if waiters.all[id]?.isEmpty == true { waiters.all[id] = nil }
            return resume
        }
        resume?()
    }
}
