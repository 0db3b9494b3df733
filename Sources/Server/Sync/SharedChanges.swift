import MatrixAPI
import Synchronization

/// What happened in (since, upTo], arranged once for all who ask for the same: when a message reaches ten thousand members,
/// nearly all of them have the token from just before it.
final class SharedChanges: Sendable {
    /// What happened in rooms, for all of their members. Whose read marks are private is left to those who tell.
    let rooms: [RoomID: SharedRoomChanges]
    let changedDeviceLists: Set<UserID>
    /// What is for one member alone, oldest first.
    private let personal: [UserID: [Change]]

    /// - Parameter changes: all of the range, oldest first.
    init(_ changes: some Sequence<Change>) {
        var events: [RoomID: [Event]] = [:]
        var receipts: [RoomID: [Receipt]] = [:]
        var changedDeviceLists: Set<UserID> = []
        var personal: [UserID: [Change]] = [:]
        for change in changes {
            switch change.kind {
            case .event(let event): events[event.roomID, default: []].append(event)
            case .redaction: break
            case .receipt(let receipt): receipts[receipt.room, default: []].append(receipt)
            case .deviceList(let user): changedDeviceLists.insert(user)
            case .accountData(let user, _, _, _), .toDevice(let user, _, _), .keySignature(of: _, by: let user):
                personal[user, default: []].append(change)
            case .delivery(let delivery): personal[delivery.user, default: []].append(change)
            }
        }
        var rooms: [RoomID: SharedRoomChanges] = [:]
        for (id, events) in events {
            rooms[id] = SharedRoomChanges(events: events, receipts: receipts.removeValue(forKey: id) ?? [])
        }
        for (id, receipts) in receipts { rooms[id] = SharedRoomChanges(events: [], receipts: receipts) }
        self.rooms = rooms
        self.changedDeviceLists = changedDeviceLists
        self.personal = personal
    }

    func personal(of user: UserID) -> [Change] { personal[user] ?? [] }
}

/// The ranges that are asked for at the moment: those that end at the journal's position.
package final class RecentChanges: Sendable {
    private struct Ranges {
        var upTo: Int64 = 0
        var since: [Int64: SharedChanges] = [:]
    }

    /// Ranges that are kept, and the changes of one of them. What a client missed in an hour nobody else asks for.
    private static let capacity = 64
    private static let longestKept = 256

    private let log: ChangeLog
    private let ranges = Mutex(Ranges())

    init(_ log: ChangeLog) { self.log = log }

    /// nil when they are not all in memory.
    func changes(since: Int64, upTo: Int64) -> SharedChanges? {
        if let known = ranges.withLock({ $0.upTo == upTo ? $0.since[since] : nil }) { return known }
        guard let changes = log.changes(since: since, upTo: upTo) else { return nil }
        let shared = SharedChanges(changes)
        guard changes.count <= Self.longestKept else { return shared }
        return ranges.withLock { ranges in
            if ranges.upTo < upTo { ranges = Ranges(upTo: upTo) }
            guard ranges.upTo == upTo, ranges.since.count < Self.capacity else { return shared }
            if let known = ranges.since[since] { return known }
            ranges.since[since] = shared
            return shared
        }
    }
}
