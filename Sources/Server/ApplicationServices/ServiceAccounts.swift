import HTTP
import JSON
import MatrixAPI
import Store

/// Users of application services: made and logged in without a password, by the service's token.
///
/// Source: Application Service API, "Server admin style permissions".
package struct ServiceAccounts: Sendable {
    static let type = "m.login.application_service"

    package let services: ApplicationServices
    private let journal: Journal
    private let sessions: Sessions
    private let serverName: String

    package init(services: ApplicationServices, journal: Journal, sessions: Sessions, serverName: String) {
        self.services = services
        self.journal = journal
        self.sessions = sessions
        self.serverName = serverName
    }

    static func isMeant(_ body: JSONValue) -> Bool { body["type"]?.string == type }

    /// `POST /register` with the service's token.
    /// - Throws: `M_MISSING_TOKEN`, `M_UNKNOWN_TOKEN`, `M_EXCLUSIVE`, `M_INVALID_USERNAME`, `M_USER_IN_USE`.
    func register(_ request: Request) async throws -> Answer {
        let service = try request.service(of: services)
        let body = request.body
        let user = try Localpart.serviceUserID(wanted: body.requiredString("username"), server: serverName)
        try services.requireMayMake(user, service)
        guard user != ServerNotices.sender(on: serverName) else { throw Accounts.userInUse() }
        let wish = try Sessions.Wish(body)
        let isLoggedIn = try !(body.optionalBool("inhibit_login") ?? false)
        let opened = try await journal.write { [sessions] transaction -> Sessions.Opened? in
            let account = StoredAccount(user: user, passwordHash: nil, kind: .member, created: transaction.now)
            try Accounts.insert(account, displayName: nil, in: transaction)
            return isLoggedIn ? try sessions.open(for: user, on: wish, in: transaction) : nil
        }
        if let opened { sessions.opened(opened) }
        return .object { object in
            if let opened { return Registration.write(opened, into: &object) }
            object.member("user_id", user.string)
            object.member("home_server", String(user.server))
        }
    }

    /// `POST /login` with the service's token.
    /// - Throws: `M_MISSING_TOKEN`, `M_UNKNOWN_TOKEN`, `M_EXCLUSIVE`, `M_FORBIDDEN` when there is no such account.
    func logIn(_ request: Request) async throws -> Sessions.Opened {
        let service = try request.service(of: services)
        let body = request.body
        guard case .name(let name) = try LoginIdentifier(body),
            let user = Localpart.userID(named: name, server: serverName)
        else {
            throw MatrixError.forbidden("There is no such account")
        }
        guard service.owns(user) else {
            throw MatrixError(400, .exclusive, "\(user) is not in the application service's namespaces")
        }
        let wish = try Sessions.Wish(body)
        let opened = try await journal.write { [sessions] transaction in
            guard let account = try transaction.store.account(user), !account.isDeactivated, !account.isLocked else {
                throw MatrixError.forbidden("There is no such account")
            }
            return try sessions.open(for: user, on: wish, in: transaction)
        }
        sessions.opened(opened)
        return opened
    }
}
