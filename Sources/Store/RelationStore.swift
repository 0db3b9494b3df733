package import MatrixAPI

/// A thread of a room.
package struct StoredThread: Sendable {
    package let root: EventID
    /// The newest event of the thread that is not redacted.
    package let latestPosition: Int64
    /// Events in the thread, the root not counted.
    package let count: Int

    package init(root: EventID, latestPosition: Int64, count: Int) {
        self.root = root
        self.latestPosition = latestPosition
        self.count = count
    }
}

/// Reads which events relate to which. Redacted events relate to nothing.
///
/// Source: Client-Server API, "Forming relationships between events".
package protocol RelationReading {
    /// Events in the range (`after`, `through`] that relate to `parent`, at most `limit`.
    ///
    /// - Parameters:
    ///   - relationType: only those of this `rel_type`; nil for all.
    ///   - eventType: only events of this type; nil for all.
    func relations(
        to parent: EventID, in room: RoomID, relationType: String?, eventType: String?, after: Int64, through: Int64,
        order: TimelineOrder, limit: Int
    ) throws(StoreError) -> [Event]

    /// How many events relate to `parent` by `relationType`.
    func relationCount(to parent: EventID, in room: RoomID, relationType: String) throws(StoreError) -> Int

    /// How many events relate to `parent`, by `rel_type`: only those of which the server itself tells with the parent,
    /// `m.replace`, `m.thread`, and `m.reference`. Others are as many as members think of.
    func relationCounts(to parent: EventID, in room: RoomID) throws(StoreError) -> [String: Int]

    /// Whether the user sent an event that relates to `parent` by `relationType`.
    func hasRelation(to parent: EventID, in room: RoomID, relationType: String, by user: UserID)
        throws(StoreError) -> Bool

    /// Threads (`m.thread`) whose latest event is at or before `through`, latest first, at most `limit`.
    func threads(in room: RoomID, through: Int64, limit: Int) throws(StoreError) -> [StoredThread]
}
