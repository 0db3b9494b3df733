package import MatrixAPI

/// What is worth remembering of a user's presence over a restart.
package struct StoredPresence: Hashable, Sendable {
    package let user: UserID
    /// `online`, `unavailable`, `offline`, as the user set it.
    package let presence: String
    package let statusMessage: String?
    /// Milliseconds since 1970, UTC.
    package let lastActive: Int64

    package init(user: UserID, presence: String, statusMessage: String?, lastActive: Int64) {
        self.user = user
        self.presence = presence
        self.statusMessage = statusMessage
        self.lastActive = lastActive
    }
}

package protocol PresenceReading {
    func presence(of user: UserID) throws(StoreError) -> StoredPresence?
    /// Everybody's, ordered by user.
    func presences() throws(StoreError) -> [StoredPresence]
}

package protocol PresenceWriting {
    func setPresence(_ presence: StoredPresence) throws(StoreError)
}
