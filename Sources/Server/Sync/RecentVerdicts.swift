import MatrixAPI
import Synchronization

/// What the server's own push rules make of the newest events: when a message reaches ten thousand members, all but those with
/// rules of their own have the same answer.
final class RecentVerdicts: Sendable {
    /// An event, and what counts of the room that it was judged in: its size and its power levels.
    private struct Key: Hashable {
        let event: Int64
        let members: Int
        let levels: Int64
    }

    private static let capacity = 2_048
    private let verdicts = Mutex<[Key: DefaultPushVerdict]>([:])

    /// - Returns: nil when it depends on the member, or when the room has no levels yet.
    func verdict(on event: Event, in room: RoomSnapshot) -> DefaultPushVerdict? {
        let levelsEvent = room.stateEvent("m.room.power_levels")
        let key = Key(event: event.position, members: room.joinedCount, levels: levelsEvent?.position ?? 0)
        if let known = verdicts.withLock({ $0[key] }) { return known }
        guard let levels = room.levels else { return nil }
        let seen = PushEvent(event, memberCount: room.joinedCount, powerLevels: levels)
        guard let verdict = DefaultPushVerdict(seen) else { return nil }
        verdicts.withLock { verdicts in
            if verdicts.count >= Self.capacity { verdicts = [:] }
            verdicts[key] = verdict
        }
        return verdict
    }
}
