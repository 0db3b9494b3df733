/// What lists show of a room, as the store knows it.
struct RoomSummary: Sendable, Equatable {
    var roomID: String
    var membership: String
    /// Set for the portal's rooms, which are no conversations.
    var portalType: PortalRoomType?
    var title = ""
    var topic = ""
    var avatar: MediaReference?
    var isDirect = false
    var isEncrypted = false
    var isReadOnly = false
    var canRedactOthers = false
    var isMuted = false
    /// Oneself and up to a few dozen others; all once the conversation is open.
    var members: [Person] = []
    var memberCount = 0
    var requestState = RequestState.none
    var unread = 0
    var highlights = 0
    var lastMessage: MessageSummary?
    /// Milliseconds since 1970, for the order.
    var activity: Int64 = 0
    var draft = Draft.empty
    /// The request, while the membership is `invite`.
    var request: ChatRequest?
}
