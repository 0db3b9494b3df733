import JSON
import MatrixAPI
import Store
import Synchronization

/// The room in which the portal tells its administrators what they have to know: a provider that fails, and works again.
extension Portal {
    private static let roomStateType = "mado.administrators"

    /// Tells the administrators something. Nobody is told where there are none.
    package func tellAdministrators(_ text: String) async throws {
        guard space != nil, !(try await administrators()).isEmpty else { return }
        let id = try await administratorsRoomID()
        let content = JSONValue.object { content in
            content.member("msgtype", "m.text")
            content.member("body", text)
        }
        _ = try await rooms.send("m.room.message", content, to: id, by: account)
    }

    private func administratorsRoomID() async throws -> RoomID {
        if let known = administratorsRoom.withLock({ $0 }) { return known }
        let found = try await findAdministratorsRoom()
        let id: RoomID
        if let found { id = found } else { id = try await makeAdministratorsRoom() }
        administratorsRoom.withLock { $0 = id }
        try await join(try await administrators(), to: id)
        return id
    }

    /// nil as long as nobody had to be told anything.
    func findAdministratorsRoom() async throws -> RoomID? {
        try await journal.store.read { [account] reader in
            for membership in try reader.memberships(of: account) where membership.membership == .join {
                if try reader.stateEvent(in: membership.room, StateKey(Self.roomStateType)) != nil {
                    return membership.room
                }
            }
            return nil
        }
    }

    private func makeAdministratorsRoom() async throws -> RoomID {
        var creation = RoomCreation()
        creation.name = "\(settings.name): administrators"
        creation.topic = "What the portal has to tell those who look after it"
        creation.initialState = [.init(key: StateKey(Self.roomStateType), content: .emptyObject)]
        return try await rooms.create(creation, by: account)
    }

    /// Keeps the room's members in step, where there is one already.
    func updateAdministratorsRoom(_ administrators: Set<UserID>) async throws {
        guard let id = try await findAdministratorsRoom(), let room = try await journal.room(id) else { return }
        let strangers = room.users(with: .join).filter { $0 != account && !administrators.contains($0) }
        try await remove(strangers, from: id)
        try await join(administrators.sorted(), to: id)
    }
}
