/// What the store knows of one of the portal's rooms.
struct PortalSnapshot: Sendable, Equatable {
    var roomID: String
    var type: PortalRoomType
    var isJoined: Bool
    var title: String
    var topic: String
    var content: Content

    enum Content: Sendable, Equatable {
        case space(name: String)
        case feed(Feed)
        case channel(Channel)
        case board(BoardContent)
        case application(PortalApplication)
    }
}

/// A room of announcements.
struct BoardContent: Sendable, Equatable {
    var audience: Audience?
    /// In the order of the room.
    var announcements: [Announcement]
}

/// An application with a form, in a room of type `mado.app`.
package struct PortalApplication: Sendable, Equatable, Identifiable {
    package let roomID: String
    package var title: String
    package var topic: String
    package var isJoined: Bool
    package var form: Form?
    /// Newest first, those that wait to be sent before all others.
    package var submissions: [Submission] = []
    package var id: String { roomID }
}
