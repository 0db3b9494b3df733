import EventLoop
import MatrixAPI
import Synchronization

/// Tells second servers of whom they should ask again, so that they need not poll: for each a channel of members, held
/// in memory.
///
/// A second server watches the members about whom it asked, for `watched` after its last question. A cursor is
/// `epoch.sequence`; one of another epoch (the server was started anew) or one that was left too far behind is answered
/// with a reset.
final class SessionChanges: Sendable {
    /// Milliseconds.
    private static let watched: Int64 = 3_600_000
    /// Members in one channel of whom there is news; more are forgotten, oldest first, and whoever was behind is reset.
    private static let capacity = 10_000

    struct News: Sendable {
        let cursor: String
        let users: [UserID]
        /// The cursor is not of this time: everything is to be asked again.
        let isReset: Bool
    }

    private struct Watch {
        /// Whose presence or refusal counts for the answer.
        var candidates: Set<UserID>
        var until: Int64
    }

    private struct Channel {
        var watches: [UserID: Watch] = [:]
        var sequence: Int64 = 0
        /// News up to here are forgotten.
        var forgotten: Int64 = 0
        var changed: [UserID: Int64] = [:]
        var waiters: [Int64: UnsafeContinuation<Void, Never>] = [:]
    }

    private struct State {
        var channels: [String: Channel] = [:]
        var waiterNumber: Int64 = 0
        var isOver = false
    }

    private let epoch = RandomBytes.token(6)
    private let state = Mutex(State())

    /// A second server asked about a member.
    func watch(_ user: UserID, candidates: Set<UserID>, for server: String, now: Int64) {
        state.withLock { state in
            var channel = state.channels[server] ?? Channel()
            channel.watches[user] = Watch(candidates: candidates, until: now + Self.watched)
            if channel.watches.count.isMultiple(of: 256) {
                channel.watches = channel.watches.filter { $0.value.until > now }
            }
            state.channels[server] = channel
        }
    }

    /// Whether anybody watches anything.
    var isWatched: Bool { state.withLock { $0.channels.contains { !$0.value.watches.isEmpty } } }

    /// Something about a member changed.
    func changed(_ user: UserID) { note { $0 == user || $1.contains(user) } }

    /// Something changed for those whom `concerns` names, by themselves and their candidates.
    func note(_ concerns: (UserID, Set<UserID>) -> Bool) {
        let waiting = state.withLock { state -> [UnsafeContinuation<Void, Never>] in
            var waiting: [UnsafeContinuation<Void, Never>] = []
            for (name, var channel) in state.channels {
                let users = channel.watches.filter { concerns($0.key, $0.value.candidates) }.map(\.key)
                guard !users.isEmpty else { continue }
                channel.sequence += 1
                for user in users { channel.changed[user] = channel.sequence }
                if channel.changed.count > Self.capacity {
                    channel.forgotten = channel.sequence
                    channel.changed = [:]
                }
                waiting += channel.waiters.values
                channel.waiters = [:]
                state.channels[name] = channel
            }
            return waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// News behind `cursor` (nil: none, but where one stands); waits for them as long as `timeout`.
    func news(after cursor: String?, for server: String, timeout: Duration, on loop: EventLoop) async -> News {
        if let news = news(after: cursor, for: server, isFinal: false) { return news }
        let number = state.withLock { state in
            state.waiterNumber += 1
            return state.waiterNumber
        }
        let timer = loop.schedule(after: timeout) { [weak self] in self?.end(number, server) }
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            let mayWait = state.withLock { state in
                // What happened since the look above would be missed.
                guard !state.isOver, find(after: cursor, state.channels[server] ?? Channel()) == nil else {
                    return false
                }
                state.channels[server, default: Channel()].waiters[number] = continuation
                return true
            }
            if !mayWait { continuation.resume() }
        }
        timer.cancel()
        return news(after: cursor, for: server, isFinal: true) ?? News(cursor: cursor ?? "", users: [], isReset: true)
    }

    /// Answers all who wait, and those who begin to.
    func endAll() {
        let waiting = state.withLock { state in
            state.isOver = true
            let waiting = state.channels.values.flatMap(\.waiters.values)
            for name in state.channels.keys { state.channels[name]?.waiters = [:] }
            return waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    private func end(_ number: Int64, _ server: String) {
        let continuation = state.withLock { $0.channels[server]?.waiters.removeValue(forKey: number) }
        continuation?.resume()
    }

    private func news(after cursor: String?, for server: String, isFinal: Bool) -> News? {
        state.withLock { state in
            let channel = state.channels[server] ?? Channel()
            if let found = find(after: cursor, channel) { return found }
            return isFinal ? News(cursor: text(channel.sequence), users: [], isReset: false) : nil
        }
    }

    /// nil when there is nothing to tell yet.
    private func find(after cursor: String?, _ channel: Channel) -> News? {
        guard let cursor else { return News(cursor: text(channel.sequence), users: [], isReset: false) }
        let parts = cursor.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == epoch, let since = Int64(parts[1]), since <= channel.sequence,
            since >= channel.forgotten
        else { return News(cursor: text(channel.sequence), users: [], isReset: true) }
        let users = channel.changed.filter { $0.value > since }.map(\.key).sorted()
        return users.isEmpty ? nil : News(cursor: text(channel.sequence), users: users, isReset: false)
    }

    private func text(_ sequence: Int64) -> String { "\(epoch).\(sequence)" }
}
