/// What a room of the portal is, by the type in its creation.
package enum PortalRoomType: String, Sendable, CaseIterable {
    case feed = "mado.feed"
    case channel = "mado.channel"
    case board = "mado.board"
    case app = "mado.app"

    /// The state event that describes such a room.
    package var stateType: String { self == .app ? "mado.form" : rawValue }
}
