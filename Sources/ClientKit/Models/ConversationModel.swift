/// One conversation: a room that this member has joined.
@MainActor package final class ConversationModel {
    package let roomID: String
    package unowned let account: AccountModel

    package internal(set) var title = ""
    package internal(set) var topic = ""
    package internal(set) var avatar: MediaReference?
    package internal(set) var isDirect = false
    package internal(set) var isEncrypted = false
    /// This member may not send messages here.
    package internal(set) var isReadOnly = false
    package internal(set) var isMuted = false
    /// Others and oneself; all of them once the conversation is open.
    package internal(set) var members: [Person] = []
    package internal(set) var memberCount = 0
    package internal(set) var requestState = RequestState.none
    package internal(set) var unread = 0
    package internal(set) var highlights = 0
    package internal(set) var lastMessage: MessageSummary?
    package internal(set) var typing: [Person] = []
    package internal(set) var draft = Draft.empty
    /// The loaded window, oldest first; what waits in the outbox at the end.
    package internal(set) var items: [TimelineItem] = []
    /// Whether there is something before the window, in the store or on the server.
    package internal(set) var hasOlder = false
    /// Whether there is something after the window: it was moved to another place.
    package internal(set) var hasNewer = false
    package internal(set) var isLoadingOlder = false
    /// The first item that was unread when the conversation was opened.
    package internal(set) var firstUnread: String?
    package let changes = Observers<ConversationChange>()

    init(roomID: String, account: AccountModel) {
        self.roomID = roomID
        self.account = account
    }
}

extension ConversationModel {
    /// The members without oneself.
    package var others: [Person] { members.filter { $0.userID != account.userID } }
}
