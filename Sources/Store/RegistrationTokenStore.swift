/// A token that lets somebody register.
///
/// Source: Client-Server API, "Token-authenticated registration".
package struct StoredRegistrationToken: Hashable, Sendable {
    package let token: String
    /// nil when there is no limit.
    package var usesAllowed: Int?
    /// Registrations that were begun with it and not finished.
    package var pending: Int
    package var completed: Int
    /// Milliseconds since 1970, UTC; nil when it does not expire.
    package var expires: Int64?

    package init(token: String, usesAllowed: Int?, pending: Int = 0, completed: Int = 0, expires: Int64?) {
        self.token = token
        self.usesAllowed = usesAllowed
        self.pending = pending
        self.completed = completed
        self.expires = expires
    }
}

package protocol RegistrationTokenReading {
    func registrationToken(_ token: String) throws(StoreError) -> StoredRegistrationToken?
    /// Ordered by token.
    func registrationTokens() throws(StoreError) -> [StoredRegistrationToken]
}

package protocol RegistrationTokenWriting {
    /// Adds or replaces it.
    func setRegistrationToken(_ token: StoredRegistrationToken) throws(StoreError)
    /// Whether it was there.
    @discardableResult
    func deleteRegistrationToken(_ token: String) throws(StoreError) -> Bool
}
