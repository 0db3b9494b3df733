package import MatrixAPI

/// A server that opens further sessions (games, shared viewing) for members who are in a conversation here, and may
/// ask who they are.
package struct StoredSecondServer: Hashable, Sendable {
    /// Short, in addresses and on the command line: `arcade`.
    package let name: String
    /// What members are shown.
    package let title: String
    /// Where people reach it; what it links to begins with this.
    package let url: String
    /// Where this server reaches it, when it is served under a path of this server's port; nil when it is not.
    package let upstream: String?
    package var tokenHash: TokenHash
    /// Milliseconds since 1970, UTC.
    package let created: Int64

    package init(
        name: String, title: String, url: String, upstream: String?, tokenHash: TokenHash, created: Int64
    ) {
        self.name = name
        self.title = title
        self.url = url
        self.upstream = upstream
        self.tokenHash = tokenHash
        self.created = created
    }
}

/// What a second server may learn about a member.
package struct StoredSessionConsent: Hashable, Sendable {
    package let server: String
    package let user: UserID
    /// The member wants nothing of this server.
    package var isRefused: Bool
    /// Until when the member counts as having shown who they are there, in milliseconds since 1970, UTC.
    package var provenUntil: Int64

    package init(server: String, user: UserID, isRefused: Bool = false, provenUntil: Int64 = 0) {
        self.server = server
        self.user = user
        self.isRefused = isRefused
        self.provenUntil = provenUntil
    }
}

package protocol SecondServerReading {
    /// Ordered by name.
    func secondServers() throws(StoreError) -> [StoredSecondServer]
    func secondServer(_ name: String) throws(StoreError) -> StoredSecondServer?
    func secondServer(token: TokenHash) throws(StoreError) -> StoredSecondServer?
    func sessionConsent(of user: UserID, to server: String) throws(StoreError) -> StoredSessionConsent?
    /// Members whose devices were last seen at this address, with when that was, in milliseconds since 1970.
    func users(lastSeenAt address: String, since: Int64) throws(StoreError) -> [UserID]
}

package protocol SecondServerWriting {
    /// Adds or replaces it.
    func setSecondServer(_ server: StoredSecondServer) throws(StoreError)
    /// With what members said of it. Whether it was there.
    func deleteSecondServer(_ name: String) throws(StoreError) -> Bool
    /// Adds or replaces it.
    func setSessionConsent(_ consent: StoredSessionConsent) throws(StoreError)
}
