package import JSON
package import MatrixAPI
import Store

/// The portal's rooms.
extension Portal {
    /// All rooms, in their order.
    package func all() async throws -> [PortalRoom] {
        guard let space else { return [] }
        return try await journal.store.read { [journal] reader in
            try Self.children(of: space) { try journal.room($0, reader) }
        }
    }

    /// The rooms of one type, in their order.
    package func rooms(ofType type: PortalRoomType) async throws -> [PortalRoom] {
        try await all().filter { $0.type == type }
    }

    /// A room of the portal, by its identifier.
    /// - Throws: `M_NOT_FOUND` when it is none, or not of this type.
    package func room(_ id: RoomID, ofType type: PortalRoomType) async throws -> PortalRoom {
        guard let room = try await rooms(ofType: type).first(where: { $0.id == id }) else {
            throw MatrixError.notFound("There is no such \(type.rawValue.dropFirst(5))")
        }
        return room
    }

    /// A room of the portal, by identifier or name; for administrators' commands.
    /// - Throws: `M_NOT_FOUND` when there is none, `M_INVALID_PARAM` when several have that name.
    package func room(named name: String, ofType type: PortalRoomType? = nil) async throws -> PortalRoom {
        let found = try await all().filter { room in
            (type == nil || room.type == type)
                && (room.id.string == name || room.name == name || room.description["name"]?.string == name)
        }
        guard let first = found.first else { throw MatrixError.notFound("The portal has no room \(name)") }
        guard found.count == 1 else {
            throw MatrixError.invalidParam("Several rooms of the portal have the name \(name): give the identifier")
        }
        return first
    }

    /// - Parameter lookUp: the room as it is now.
    static func children(of space: RoomID, _ lookUp: (RoomID) throws -> RoomSnapshot?) rethrows -> [PortalRoom] {
        guard let state = try lookUp(space)?.state.values else { return [] }
        var rooms: [PortalRoom] = []
        for event in state where event.type == "m.space.child" && event.content["via"]?.array != nil {
            guard let id = RoomID(event.stateKey ?? ""), let room = try lookUp(id),
                let child = PortalRoom(room, order: event.content["order"]?.string ?? "")
            else { continue }
            rooms.append(child)
        }
        return rooms.sorted { ($0.order, $0.name, $0.id.string) < ($1.order, $1.name, $1.id.string) }
    }

    /// Makes a room, puts it into the space, and has everybody join who is to be in it without asking.
    /// - Throws: `M_NOT_FOUND` when there is no portal; what making a room throws.
    package func makeRoom(_ wish: PortalRoomCreation) async throws -> RoomID {
        let space = try requireSpace()
        var creation = RoomCreation()
        creation.preset = .publicChat
        creation.name = wish.name
        creation.topic = wish.topic
        creation.creationContent = .object { $0.member("type", wish.type.rawValue) }
        creation.powerLevelOverride = Self.levels(
            portal: account, administrators: try await administrators(), events: wish.eventLevels)
        let via = JSONValue.object { $0.array("via") { $0.value(rooms.serverName) } }
        creation.initialState =
            wish.state + [
                .init(key: StateKey("m.room.join_rules"), content: Self.joinRules(wish.access, space: space)),
                .init(key: StateKey("m.space.parent", space.string), content: via),
            ]
        let id = try await rooms.create(creation, by: account)
        let child = via.replacing([]) { $0.member("order", wish.order) }
        _ = try await rooms.setState(StateKey("m.space.child", id.string), child, in: space, by: account)
        try await joinEverybody(to: [id])
        return id
    }

    private static func joinRules(_ access: PortalRoomCreation.Access, space: RoomID) -> JSONValue {
        .object { content in
            switch access {
            case .audience: content.member("join_rule", "invite")
            case .portal:
                content.member("join_rule", "restricted")
                content.array("allow") { list in
                    list.object { condition in
                        condition.member("type", "m.room_membership")
                        condition.member("room_id", space.string)
                    }
                }
            }
        }
    }

    /// Takes a room out of the portal: everybody leaves it. What was in it stays in the store.
    /// - Throws: `M_NOT_FOUND` when it is none of the portal's.
    package func removeRoom(_ id: RoomID) async throws {
        let space = try requireSpace()
        guard try await all().contains(where: { $0.id == id }) else {
            throw MatrixError.notFound("The portal has no such room")
        }
        _ = try await rooms.setState(StateKey("m.space.child", id.string), .emptyObject, in: space, by: account)
        let rule = JSONValue.object { $0.member("join_rule", "invite") }
        _ = try await rooms.setState(StateKey("m.room.join_rules"), rule, in: id, by: account)
        let members = try await journal.store.read { [account] reader in
            try reader.members(of: id, membership: .join).map(\.user).filter { $0 != account }
        }
        try await remove(members, from: id)
    }

    /// Sets a piece of a portal room's state, as the portal.
    @discardableResult
    package func setState(_ type: String, _ content: JSONValue, in id: RoomID) async throws -> EventID {
        try await rooms.setState(StateKey(type), content, in: id, by: account)
    }
}
