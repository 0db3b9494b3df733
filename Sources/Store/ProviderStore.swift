package import MatrixAPI

/// A source of items for a feed, and how it fares.
package struct StoredProvider: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        /// A CGI program that is run at intervals.
        case program
        /// A feed of the web that is fetched at intervals.
        case address
        /// Gives items by itself, with a token.
        case push
    }

    /// Unique; also the name of its feed.
    package let name: String
    package let kind: Kind
    /// Its feed.
    package let room: RoomID
    /// The program's path or the address; empty for push.
    package var source: String
    /// Between two runs, in seconds; 0 for only on request.
    package var interval: Int
    package var isEnabled = true
    /// SHA-256 of the token for pushing; nil when it has none.
    package var tokenHash: [UInt8]?
    /// Runs that failed since the last that did not.
    package var failures = 0
    /// Milliseconds since 1970, UTC; 0 for never.
    package var lastRun: Int64 = 0
    package var lastSuccess: Int64 = 0
    /// What the last failed run said; empty after a good one.
    package var lastError = ""
    /// `ETag` and `Last-Modified` of the last answer, for the next request.
    package var entityTag: String?
    package var lastModified: String?
    /// Milliseconds since 1970, UTC.
    package let created: Int64

    package init(name: String, kind: Kind, room: RoomID, source: String, interval: Int, created: Int64) {
        self.name = name
        self.kind = kind
        self.room = room
        self.source = source
        self.interval = interval
        self.created = created
    }
}

/// One run of a provider.
package struct StoredProviderRun: Hashable, Sendable {
    /// Counts up; given out by the store.
    package let id: Int64
    package let provider: String
    /// Milliseconds since 1970, UTC.
    package let started: Int64
    /// In milliseconds.
    package let duration: Int64
    package let isGood: Bool
    package let text: String

    package init(id: Int64 = 0, provider: String, started: Int64, duration: Int64, isGood: Bool, text: String) {
        self.id = id
        self.provider = provider
        self.started = started
        self.duration = duration
        self.isGood = isGood
        self.text = text
    }
}

package protocol ProviderReading {
    /// Ordered by name.
    func providers() throws(StoreError) -> [StoredProvider]
    func provider(_ name: String) throws(StoreError) -> StoredProvider?
    func provider(withTokenHash hash: [UInt8]) throws(StoreError) -> StoredProvider?
    /// Newest first.
    func providerRuns(of name: String, limit: Int) throws(StoreError) -> [StoredProviderRun]
}

package protocol ProviderWriting {
    /// Adds or replaces it.
    func setProvider(_ provider: StoredProvider) throws(StoreError)
    /// With its runs. Whether it was there.
    func deleteProvider(_ name: String) throws(StoreError) -> Bool
    /// Adds it, and forgets all but the newest `kept` of the provider.
    func insertProviderRun(_ run: StoredProviderRun, keeping kept: Int) throws(StoreError)
}
