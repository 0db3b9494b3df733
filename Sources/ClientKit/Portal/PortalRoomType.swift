import JSON

/// What a room of the portal is, by the type in its `m.room.create`.
package enum PortalRoomType: String, Sendable, Equatable {
    case space = "m.space"
    case feed = "mado.feed"
    case channel = "mado.channel"
    case board = "mado.board"
    case application = "mado.app"
}

extension PortalRoomType {
    /// nil for a conversation, and for a space that is no portal's.
    init?(_ database: Database, room: Int64) throws {
        guard let name = try database.state("m.room.create", in: room)?.content["type"]?.string,
            let type = PortalRoomType(rawValue: name)
        else { return nil }
        if type == .space, try database.state("mado.portal", in: room) == nil { return nil }
        self = type
    }
}
