import MatrixAPI
import Store
import Synchronization

/// Where in the journal the events of large rooms are that are no memberships: when all members of such a room come back at
/// once, after a restart, each would look through the comings and goings of all the others for what they have not read.
final class TalkPositions: Sendable {
    private struct Room {
        /// All of the newest ones up to `through`, ascending.
        var positions: [Int64]
        var through: Int64
    }

    /// Rooms that are remembered. A position is 8 bytes.
    private static let capacity = 64
    private let rooms = Mutex<[RoomID: Room]>([:])

    /// The events of a room in (after, through] that are no memberships, in order, of its newest `depth` events.
    func events(
        in id: RoomID, after: Int64, through: Int64, depth: Int, log: ChangeLog, reader: any StoreReader
    ) throws -> [Event] {
        var room = rooms.withLock { $0[id] }
        var recent: [Event] = []
        if let known = room, known.through < through {
            if let events = log.events(in: id, since: known.through, upTo: through, withoutMembers: true) {
                recent = events
            } else {
                // The log does not reach back to it any more.
                room = nil
            }
        }
        let known = try room ?? read(id, through: through, depth: depth, reader: reader)
        let earlier = try known.positions.filter { $0 > after && $0 <= through }.compactMap { try reader.event(at: $0) }
        return earlier + recent.filter { $0.position > after }
    }

    private func read(_ id: RoomID, through: Int64, depth: Int, reader: any StoreReader) throws -> Room {
        let positions = try reader.positionsWithoutMembers(in: id, through: through, ofNewest: depth)
        let room = Room(positions: positions, through: through)
        rooms.withLock { rooms in
            if rooms.count >= Self.capacity { rooms = [:] }
            rooms[id] = room
        }
        return room
    }
}
