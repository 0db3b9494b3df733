package import EventLoop
package import Outbound
import Synchronization

/// Mail that is worth sending now or not at all: whoever waits for it asks again. In memory only, because it holds
/// tokens that the store keeps the hashes of; a bounded number, a few attempts.
package final class MailPost: Sendable {
    private struct Waiting: Sendable {
        let message: MailMessage
        var attempts = 0
    }

    private struct State {
        var queue: [Waiting] = []
        var isRunning = false
    }

    /// More are not taken.
    private static let capacity = 1000
    private static let maximumAttempts = 4

    package let client: MailClient
    private let loop: EventLoop
    private let clock: WallClock
    private let failed: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// - Parameter failed: told why a message was given up, without what stood in it.
    package init(
        client: MailClient, loop: EventLoop, clock: WallClock = .system, failed: @escaping @Sendable (String) -> Void
    ) {
        self.client = client
        self.loop = loop
        self.clock = clock
        self.failed = failed
    }

    /// Sends it behind those that wait; returns at once.
    func post(_ message: MailMessage) { put(Waiting(message: message)) }

    private func put(_ waiting: Waiting) {
        let starts = state.withLock { state in
            guard state.queue.count < Self.capacity else { return false }
            state.queue.append(waiting)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if starts { Task { [weak self] in await self?.run() } }
    }

    private func run() async {
        while let next = state.withLock({ state -> Waiting? in
            state.isRunning = !state.queue.isEmpty
            return state.queue.isEmpty ? nil : state.queue.removeFirst()
        }) {
            do throws(MailError) {
                try await client.send(next.message, now: clock.now)
            } catch {
                again(next, after: error)
            }
        }
    }

    private func again(_ waiting: Waiting, after error: MailError) {
        var waiting = waiting
        waiting.attempts += 1
        guard case .temporary = error, waiting.attempts < Self.maximumAttempts else { return failed(error.reason) }
        let next = waiting
        // 5, 20, 80 seconds.
        _ = loop.schedule(after: .seconds(5 << (2 * (waiting.attempts - 1)))) { [weak self] in self?.put(next) }
    }
}
