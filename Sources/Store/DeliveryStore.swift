package import MatrixAPI

/// A member's delivery rule for a feed. It stays when the rule is taken back, as one of items at once: marks of before
/// are needed as long as clients may come back with tokens of then.
package struct StoredDelivery: Hashable, Sendable {
    package let user: UserID
    package let room: RoomID
    /// The content of `mado.delivery`, as JSON.
    package let rule: [UInt8]

    package init(user: UserID, room: RoomID, rule: [UInt8]) {
        self.user = user
        self.room = room
        self.rule = rule
    }
}

/// What a member has of a feed from a place in the journal on, until the next mark.
package struct DeliveryMark: Hashable, Sendable {
    /// From which position on it counts.
    package let position: Int64
    /// Up to where the member had the feed's items before.
    package let before: Int64
    /// Up to where the member has them while they are held.
    package let through: Int64
    /// Whether items behind `through` wait; when they do not, the member has everything at once.
    package let isHeld: Bool
    /// Milliseconds since 1970, UTC.
    package let time: Int64

    package init(position: Int64, before: Int64, through: Int64, isHeld: Bool, time: Int64) {
        self.position = position
        self.before = before
        self.through = through
        self.isHeld = isHeld
        self.time = time
    }
}

package protocol DeliveryReading {
    /// All rules, grouped by room.
    func deliveries() throws(StoreError) -> [StoredDelivery]
    /// The newest mark at or before a position.
    func deliveryMark(of user: UserID, in room: RoomID, at position: Int64) throws(StoreError) -> DeliveryMark?
    /// The first mark that is kept.
    func firstDeliveryMark(of user: UserID, in room: RoomID) throws(StoreError) -> DeliveryMark?
}

package protocol DeliveryWriting {
    /// Adds or replaces it.
    func setDelivery(_ delivery: StoredDelivery) throws(StoreError)
    /// Adds it, and forgets all but the newest `kept` of the member and the room.
    func insertDeliveryMark(_ mark: DeliveryMark, of user: UserID, in room: RoomID, keeping kept: Int)
        throws(StoreError)
}
