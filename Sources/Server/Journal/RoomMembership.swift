package import MatrixAPI
import Store

/// What a member is to one room, and since which position.
package struct RoomMembership: Sendable {
    package var membership: Membership
    /// Position of the membership event.
    package var position: Int64
    /// The member forgot the room: it appears nowhere any more until a new invite or join.
    package var isForgotten: Bool

    package init(membership: Membership, position: Int64, isForgotten: Bool = false) {
        self.membership = membership
        self.position = position
        self.isForgotten = isForgotten
    }

    static func all(of user: UserID, _ reader: any StoreReader) throws -> [RoomID: RoomMembership] {
        var all: [RoomID: RoomMembership] = [:]
        for row in try reader.memberships(of: user) {
            all[row.room] = RoomMembership(
                membership: row.membership, position: row.position, isForgotten: row.isForgotten)
        }
        return all
    }
}

extension StoreReader {
    /// Reads the room's current state; nil when there is no such room.
    func snapshot(of id: RoomID) throws -> RoomSnapshot? {
        guard let row = try room(id) else { return nil }
        let state = try currentState(of: id)
        guard let version = RoomVersion(rawValue: row.version) else {
            throw StoreError.corrupt("room \(id) has the unknown version \(row.version)")
        }
        let newest = try events(in: id, after: 0, through: .max, order: .backward, limit: 1).first
        return RoomSnapshot(id: id, version: version, current: state, position: newest?.position ?? 0)
    }
}
