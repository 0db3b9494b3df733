package import JSON
package import MatrixAPI

/// A room of the portal, as it is now: everything is read from the room's own state.
package struct PortalRoom: Sendable {
    package let room: RoomSnapshot
    package let type: PortalRoomType
    /// Where it stands among the others, from the space.
    package let order: String

    package var id: RoomID { room.id }
    package var name: String { room.text("m.room.name", "name") ?? id.string }
    package var topic: String? { room.text("m.room.topic", "topic") }
    /// The content of `mado.feed`, `mado.channel`, `mado.board` or `mado.form`.
    package var description: JSONValue { content(type.stateType) }

    /// Whether members are in it without having asked.
    package var isDefaultSubscribed: Bool {
        if type == .board, description["audience"]?["kind"]?.string == "all" { return true }
        return description["default_subscribed"]?.bool ?? false
    }

    package func content(_ type: String) -> JSONValue { room.stateEvent(StateKey(type))?.content ?? .emptyObject }

    /// nil when the room is none of the portal's.
    init?(_ room: RoomSnapshot, order: String) {
        guard let type = room.type.flatMap(PortalRoomType.init) else { return nil }
        self.room = room
        self.type = type
        self.order = order
    }

    /// As `GET /_mado/v1/portal` shows it to a member.
    func write(to object: inout JSONWriter, for user: UserID) {
        object.member("room_id", id.string)
        object.member("room_type", type.rawValue)
        object.member("name", name)
        object.memberIfPresent("topic", topic)
        object.memberIfPresent("avatar_url", room.text("m.room.avatar", "url"))
        object.member("order", order)
        switch type {
        case .feed:
            object.memberIfPresent("feed", description["name"]?.string)
            object.memberIfPresent("kind", description["kind"]?.string)
        case .channel:
            object.memberIfPresent("kind", description["kind"]?.string)
            object.member("programme", content("mado.programme"))
        case .board: object.memberIfPresent("audience", description["audience"])
        case .app: object.member("form", description)
        }
        let membership: Membership =
            switch room.membership(of: user) {
            case .join: .join
            case .invite: .invite
            default: .leave
            }
        object.member("membership", membership.rawValue)
        object.member("members", room.joinedCount)
        object.member("default_subscribed", isDefaultSubscribed)
    }
}

/// What somebody asks for who makes a room of the portal.
package struct PortalRoomCreation: Sendable {
    /// Who can get in.
    package enum Access: Sendable {
        /// Every member of the portal.
        case portal
        /// Only those whom the portal puts in.
        case audience
    }

    package var type: PortalRoomType
    package var name: String
    package var topic: String?
    /// Where it stands in the window: compared as text.
    package var order = ""
    package var access = Access.portal
    /// State that the room begins with, that of its type included.
    package var state: [RoomCreation.InitialState] = []
    /// The levels that it takes to send events of these types, where it is another one than for everything else.
    package var eventLevels: [String: Int64] = [:]

    package init(type: PortalRoomType, name: String, description: JSONValue) {
        self.type = type
        self.name = name
        state = [.init(key: StateKey(type.stateType), content: description)]
    }
}
