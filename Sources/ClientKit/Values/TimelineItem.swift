/// One entry of a conversation as it is shown: a message with everything that later events made of it, or a change.
package struct TimelineItem: Sendable, Equatable, Identifiable {
    /// Stays the same: an own message keeps its transaction id from the outbox on, others have their event's id.
    package var id: String
    /// nil until the server has it.
    package var eventID: String?
    package var sender: Person
    package var isOwn: Bool
    /// Milliseconds since 1970: the server's time, for what waits in the outbox that of the entry.
    package var timestamp: Int64
    package var content: Content
    package var reply: ReplySummary?
    package var isEdited: Bool
    /// In the order in which their first ones came.
    package var reactions: [Reaction]
    package var thread: ThreadSummary?
    /// The event that began the thread which this belongs to.
    package var threadRoot: String?
    package var sendState: SendState
    /// Others whose read receipt stands on this item.
    package var readBy: [Person]
    package var mentionsMe: Bool

    package init(
        id: String, eventID: String?, sender: Person, isOwn: Bool, timestamp: Int64, content: Content,
        reply: ReplySummary? = nil, isEdited: Bool = false, reactions: [Reaction] = [],
        thread: ThreadSummary? = nil, threadRoot: String? = nil, sendState: SendState = .sent,
        readBy: [Person] = [], mentionsMe: Bool = false
    ) {
        self.id = id
        self.eventID = eventID
        self.sender = sender
        self.isOwn = isOwn
        self.timestamp = timestamp
        self.content = content
        self.reply = reply
        self.isEdited = isEdited
        self.reactions = reactions
        self.thread = thread
        self.threadRoot = threadRoot
        self.sendState = sendState
        self.readBy = readBy
        self.mentionsMe = mentionsMe
    }
}
