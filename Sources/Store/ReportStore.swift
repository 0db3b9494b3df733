package import MatrixAPI

/// What a member told the administrators of.
package struct StoredReport: Hashable, Sendable {
    /// Counts up; given out by the store.
    package let id: Int64
    package let reporter: UserID
    /// The member who is reported; nil when it is a room or an event.
    package let user: UserID?
    package let room: RoomID?
    package let event: EventID?
    package let reason: String
    /// Milliseconds since 1970, UTC.
    package let created: Int64

    package init(
        id: Int64 = 0, reporter: UserID, user: UserID? = nil, room: RoomID? = nil, event: EventID? = nil,
        reason: String, created: Int64
    ) {
        self.id = id
        self.reporter = reporter
        self.user = user
        self.room = room
        self.event = event
        self.reason = reason
        self.created = created
    }
}

package protocol ReportReading {
    /// Oldest first, behind `after`.
    func reports(after: Int64, limit: Int) throws(StoreError) -> [StoredReport]
}

package protocol ReportWriting {
    /// Adds it, with an identifier of the store's.
    func insertReport(_ report: StoredReport) throws(StoreError)
    /// Whether it was there.
    func deleteReport(_ id: Int64) throws(StoreError) -> Bool
}
