package import MatrixAPI

/// What became of an item that a provider gave: by feed and the provider's own identifier.
package struct StoredFeedItem: Hashable, Sendable {
    package let room: RoomID
    package let id: String
    /// The event that shows it; later versions are edits of this one.
    package let event: EventID
    /// SHA-256 of what the provider gave last.
    package let digest: [UInt8]
    /// Milliseconds since 1970, UTC.
    package let updated: Int64

    package init(room: RoomID, id: String, event: EventID, digest: [UInt8], updated: Int64) {
        self.room = room
        self.id = id
        self.event = event
        self.digest = digest
        self.updated = updated
    }
}

/// A value of a series at a time.
package struct StoredSeriesPoint: Hashable, Sendable {
    /// Milliseconds since 1970, UTC.
    package let time: Int64
    /// A decimal number as text.
    package let value: String

    package init(time: Int64, value: String) {
        self.time = time
        self.value = value
    }
}

package protocol FeedReading {
    func feedItem(_ id: String, in room: RoomID) throws(StoreError) -> StoredFeedItem?

    /// The newest `limit` points with a time in the range, oldest first.
    func seriesPoints(_ name: String, in room: RoomID, from: Int64, through: Int64, limit: Int)
        throws(StoreError) -> [StoredSeriesPoint]
}

package protocol FeedWriting {
    /// Adds or replaces it.
    func setFeedItem(_ item: StoredFeedItem) throws(StoreError)

    /// Adds a point; one of the same time is replaced.
    func setSeriesPoint(_ point: StoredSeriesPoint, of name: String, in room: RoomID) throws(StoreError)

    /// Forgets the points of a series before a time.
    func deleteSeriesPoints(of name: String, in room: RoomID, before: Int64) throws(StoreError)
}
