import HTTP
import MatrixAPI
import Store

/// Recognises application services by their tokens, and as which of their users they act.
///
/// Source: Application Service API, "Identity assertion".
package struct ServiceAuthentication: Sendable {
    package let services: ApplicationServices
    private let journal: Journal

    package init(services: ApplicationServices, journal: Journal) {
        self.services = services
        self.journal = journal
    }

    /// Who makes a request with the service's token.
    /// - Throws: `M_FORBIDDEN` for a user whom the service does not speak for, or who has no account;
    ///   `M_UNKNOWN_DEVICE` (400) for a device that is not the user's; `M_USER_LOCKED`.
    func session(_ service: ApplicationService, _ head: HTTPRequestHead) async throws -> Session {
        var user = service.sender
        if let name = head.queryValue("user_id") {
            guard let named = UserID(name), service.owns(named) else {
                throw MatrixError.forbidden("The application service does not speak for \(name)")
            }
            user = named
        }
        let device = try (head.queryValue("device_id") ?? head.queryValue("org.matrix.msc3202.device_id")).map { text in
            guard let device = DeviceID(text) else { throw Self.unknownDevice }
            return device
        }
        let account = try await journal.store.read { [user] reader in
            if let device, try reader.device(device, of: user) == nil { throw Self.unknownDevice }
            return try reader.account(user)
        }
        guard let account, !account.isDeactivated else {
            throw MatrixError.forbidden("The application service has not registered \(user)")
        }
        if account.isLocked { throw MatrixError.userLocked() }
        return Session(
            user: user, device: device ?? Session.noDevice, isGuest: false, isAdministrator: account.kind == .admin,
            isSuspended: account.isSuspended, tokenHash: TokenHash(of: service.token).bytes, service: service.id,
            isRateLimited: service.isRateLimited && user != service.sender)
    }

    private static let unknownDevice = MatrixError(400, "M_UNKNOWN_DEVICE", "The user has no such device")
}

extension Request {
    /// The application service that asks, for endpoints that look at no token by themselves.
    /// - Throws: `M_MISSING_TOKEN`, `M_UNKNOWN_TOKEN`.
    func service(of services: ApplicationServices) throws -> ApplicationService {
        guard let token = try MatrixApplication.accessToken(head) else {
            throw MatrixError(401, .missingToken, "Missing access token")
        }
        guard let service = services.service(forToken: token) else { throw MatrixError.unknownToken() }
        return service
    }

    /// The time that an application service wants an event to have; nil for now.
    /// - Throws: `M_INVALID_PARAM`.
    ///
    /// Source: Application Service API, "Timestamp massaging".
    func massagedTime() throws -> Int64? {
        guard session.service != nil else { return nil }
        return try query("ts", in: 0...Int(JSONNumberLimit.largest)).map { Int64($0) }
    }
}

/// The largest integer that an event may hold.
private enum JSONNumberLimit { static let largest: Int64 = (1 << 53) - 1 }
