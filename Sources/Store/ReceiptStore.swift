package import MatrixAPI

/// How far a user has read.
///
/// Source: Client-Server API, "Receipts".
package struct StoredReceipt: Hashable, Sendable {
    package let room: RoomID
    package let user: UserID
    /// `m.read`, `m.read.private`.
    package let type: String
    /// The thread's root, `main`, or empty for an unthreaded receipt.
    package let thread: String
    package let eventID: EventID
    /// The position of that event.
    package let eventPosition: Int64
    /// Milliseconds since 1970, UTC.
    package let timestamp: Int64
    /// The position of the receipt itself.
    package let position: Int64

    package init(
        room: RoomID, user: UserID, type: String, thread: String, eventID: EventID, eventPosition: Int64,
        timestamp: Int64, position: Int64
    ) {
        self.room = room
        self.user = user
        self.type = type
        self.thread = thread
        self.eventID = eventID
        self.eventPosition = eventPosition
        self.timestamp = timestamp
        self.position = position
    }
}

package protocol ReceiptReading {
    /// All receipts in a room, private ones of others included.
    func receipts(in room: RoomID) throws(StoreError) -> [StoredReceipt]

    /// A user's own receipts in a room, of all types and threads.
    func receipts(of user: UserID, in room: RoomID) throws(StoreError) -> [StoredReceipt]

    /// Receipts with a position in (`after`, `through`] in these rooms, ordered by room and position. A receipt that
    /// was replaced later than `through` is not among them.
    func receipts(in rooms: [RoomID], after: Int64, through: Int64) throws(StoreError) -> [StoredReceipt]

    /// The same for all rooms, in no order.
    func receipts(after: Int64, through: Int64) throws(StoreError) -> [StoredReceipt]
}

package protocol ReceiptWriting {
    /// Sets or replaces the user's receipt of this type and thread.
    func setReceipt(_ receipt: StoredReceipt) throws(StoreError)
}
