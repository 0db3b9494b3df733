import JSON

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
    /// This member may take back what others wrote.
    package internal(set) var canRedactOthers = false
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
    /// Whether the draft is known: from then on only this model changes it, see ``setDraft(_:)``.
    var knowsDraft = false
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

    /// Milliseconds since 1970, for the order of conversations.
    var activity: Int64 = 0
    /// What is loaded; nil while the conversation is closed.
    var window: TimelineWindow?
    /// Counts the window's moves, so that what was read for an old place is left out.
    var generation = 0
    var gaps: [Int64] = []
    var filling: Task<Void, Never>?
    var hasAllMembers = false
    /// Events of threads that were fetched, by root.
    var fetchedThreads: [String: [JSONValue]] = [:]
    var isTyping = false
    /// When the others were last told that this member types, in milliseconds of the clock's uptime.
    var typingTold: Int64 = 0
    /// The event up to which the server was last told that it was read.
    var readTold: String?

    init(roomID: String, account: AccountModel) {
        self.roomID = roomID
        self.account = account
    }
}

extension ConversationModel {
    /// The members without oneself.
    package var others: [Person] { members.filter { $0.userID != account.userID } }

    /// Whether this program can send messages here.
    package var canBeWrittenIn: Bool { !isReadOnly && !isEncrypted }

    /// The other one of a direct conversation, also when they have declined.
    package var partner: Person? {
        guard isDirect else { return nil }
        if case .declined(let people) = requestState { return people.count == 1 ? people[0] : nil }
        return others.count == 1 ? others[0] : nil
    }
}
