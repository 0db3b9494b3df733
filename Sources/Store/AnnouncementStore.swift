package import MatrixAPI

/// Something that is told to many.
package struct StoredAnnouncement: Hashable, Sendable {
    package let id: String
    /// The board.
    package let room: RoomID
    /// Who announces it; the portal's account for what an administrator's command announced.
    package let author: UserID
    /// The content of `mado.announcement`, as JSON.
    package var content: [UInt8]
    /// Milliseconds since 1970, as below.
    package let created: Int64
    /// Until when it is held back; nil when it was sent.
    package var due: Int64?
    /// The message in the board; nil as long as it is held back.
    package var event: EventID?
    package var isWithdrawn: Bool

    package init(
        id: String, room: RoomID, author: UserID, content: [UInt8], created: Int64, due: Int64?, event: EventID?,
        isWithdrawn: Bool = false
    ) {
        self.id = id
        self.room = room
        self.author = author
        self.content = content
        self.created = created
        self.due = due
        self.event = event
        self.isWithdrawn = isWithdrawn
    }
}

package protocol AnnouncementReading {
    func announcement(_ id: String) throws(StoreError) -> StoredAnnouncement?
    /// Newest first.
    func announcements(limit: Int) throws(StoreError) -> [StoredAnnouncement]
    /// Those held back until `time` or shorter, what is due first coming first.
    func announcementsDue(at time: Int64, limit: Int) throws(StoreError) -> [StoredAnnouncement]
    /// When the next one is due.
    func nextAnnouncementDue() throws(StoreError) -> Int64?
}

package protocol AnnouncementWriting {
    /// Inserts or replaces it.
    func setAnnouncement(_ announcement: StoredAnnouncement) throws(StoreError)
}
