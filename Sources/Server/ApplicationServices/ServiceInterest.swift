import MatrixAPI
import Store
import Synchronization

/// Which events a service is told of: those that it or one of its users sends or is meant by, and all those of rooms
/// that it watches or one of its users is in.
///
/// A room is looked through once for each change of its members.
final class ServiceInterest: Sendable {
    private struct Known {
        let membersPosition: Int64
        let isMember: Bool
    }

    private let service: ApplicationService
    private let known = Mutex<[RoomID: Known]>([:])

    init(_ service: ApplicationService) { self.service = service }

    /// - Parameter room: as it is now; nil when it is not there.
    func covers(_ event: Event, in room: RoomSnapshot?, _ reader: any StoreReader) throws -> Bool {
        if service.owns(event.sender) { return true }
        if event.type == "m.room.member", let key = event.stateKey, service.owns(UserID(unchecked: key)) { return true }
        return try room.map { try covers($0, reader) } ?? false
    }

    func covers(_ room: RoomSnapshot, _ reader: any StoreReader) throws -> Bool {
        if service.watches(room.id) || hasMember(room) { return true }
        guard !service.aliases.isEmpty else { return false }
        return try reader.aliases(of: room.id).contains { service.owns($0) }
    }

    private func hasMember(_ room: RoomSnapshot) -> Bool {
        let before = known.withLock { $0[room.id] }
        if let before, before.membersPosition == room.membersPosition { return before.isMember }
        let isMember = room.users(with: .join).contains { service.owns($0) }
        known.withLock { $0[room.id] = Known(membersPosition: room.membersPosition, isMember: isMember) }
        return isMember
    }
}
