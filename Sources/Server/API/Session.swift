package import MatrixAPI

/// Who makes a request: the result of a valid access token.
package struct Session: Sendable, Hashable {
    package let user: UserID
    package let device: DeviceID
    package let isGuest: Bool
    package let isAdministrator: Bool
    /// May look but not act, until an administrator says otherwise.
    package let isSuspended: Bool
    /// SHA-256 of the access token, to tell this session from the member's others.
    package let tokenHash: [UInt8]
    /// The application service that acts as the user; nil for the user themselves.
    package let service: String?
    /// Whether limits of what a user may do in a time count.
    package let isRateLimited: Bool

    package init(
        user: UserID, device: DeviceID, isGuest: Bool, isAdministrator: Bool, isSuspended: Bool = false,
        tokenHash: [UInt8], service: String? = nil, isRateLimited: Bool = true
    ) {
        self.user = user
        self.device = device
        self.isGuest = isGuest
        self.isAdministrator = isAdministrator
        self.isSuspended = isSuspended
        self.tokenHash = tokenHash
        self.service = service
        self.isRateLimited = isRateLimited
    }
}

extension Session {
    /// What an application service has that names no device of its user.
    static let noDevice = DeviceID(unchecked: "")
    var hasDevice: Bool { device != Self.noDevice }
}

/// Turns an access token into a session. Implemented by Accounts.
package protocol Authenticating: Sendable {
    /// The session if it is known without asking the store; nil to call `session(forToken:)`.
    func cachedSession(forToken token: String) -> Session?
    /// - Throws: `M_UNKNOWN_TOKEN` (401) when the token is not, or no longer, valid.
    func session(forToken token: String) async throws -> Session
    /// Notes that the session made a request (last seen), cheaply; called for each authenticated request.
    func noteUse(of session: Session, from address: String, userAgent: String?)
}
