import HTTP
import MatrixAPI
package import Store

/// The second servers of this server: which there are, which token each has, what members let them know.
///
/// A second server's token opens the session directory and nothing else; it is no member's token, and no member's token
/// is one.
package struct SecondServers: Sendable {
    /// How long a member counts as having shown who they are, in milliseconds: 30 days.
    private static let proofLifetime: Int64 = 30 * 24 * 3600 * 1000
    /// Of a title, in bytes.
    private static let maximumTitle = 100

    private let journal: Journal

    package init(journal: Journal) { self.journal = journal }

    // MARK: For the administrator

    /// What the administrator says of a new second server.
    package struct Wish: Sendable {
        package var name: String
        package var title: String
        package var url: String
        package var upstream: String?

        package init(name: String, title: String, url: String, upstream: String?) {
            self.name = name
            self.title = title
            self.url = url
            self.upstream = upstream
        }
    }

    /// Adds a second server, or changes what is known of it and gives it a new token.
    /// - Returns: the token, which is told this once.
    /// - Throws: `M_INVALID_PARAM` for a name, title or address that is none.
    package func set(_ wish: Wish) async throws -> String {
        guard Self.isName(wish.name) else {
            throw MatrixError.invalidParam("The name of a second server has 1 to 32 small letters, digits and -")
        }
        guard (1...Self.maximumTitle).contains(wish.title.utf8.count) else {
            throw MatrixError.invalidParam("A title has 1 to \(Self.maximumTitle) bytes")
        }
        guard wish.url.hasPrefix("https://") || wish.url.hasPrefix("http://"), wish.url.hasSuffix("/"),
            wish.url.utf8.allSatisfy({ 0x21...0x7e ~= $0 })
        else { throw MatrixError.invalidParam("The address begins with https:// or http:// and ends with /") }
        if let upstream = wish.upstream, ListenerURL(upstream)?.isSecure != false {
            throw MatrixError.invalidParam(
                "The server behind is reached at http://ADDRESS:PORT, with a numeric address")
        }
        let token = RandomBytes.token(32)
        try await journal.write { transaction in
            try transaction.store.setSecondServer(
                StoredSecondServer(
                    name: wish.name, title: wish.title, url: wish.url, upstream: wish.upstream,
                    tokenHash: TokenHash(of: token), created: transaction.now))
        }
        return token
    }

    /// Gives a new token; the former is not valid any more.
    /// - Throws: `M_NOT_FOUND`.
    package func renewToken(of name: String) async throws -> String {
        let token = RandomBytes.token(32)
        try await journal.write { transaction in
            guard var server = try transaction.store.secondServer(name) else { throw Self.unknown }
            server.tokenHash = TokenHash(of: token)
            try transaction.store.setSecondServer(server)
        }
        return token
    }

    package func all() async throws -> [StoredSecondServer] { try await journal.store.read { try $0.secondServers() } }

    /// Whether it was there.
    package func remove(_ name: String) async throws -> Bool {
        try await journal.write { try $0.store.deleteSecondServer(name) }
    }

    package func server(_ name: String) async throws -> StoredSecondServer? {
        try await journal.store.read { try $0.secondServer(name) }
    }

    private static func isName(_ name: String) -> Bool {
        (1...32).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x61...0x7a, 0x30...0x39, 0x2d: true
                default: false
                }
            }
    }

    static let unknown = MatrixError.notFound("There is no such second server")

    // MARK: For the directory

    /// The second server that makes a request.
    /// - Throws: `M_MISSING_TOKEN`, `M_UNKNOWN_TOKEN` (401).
    func server(making request: Request) async throws -> StoredSecondServer {
        guard let token = try MatrixApplication.accessToken(request.head) else {
            throw MatrixError(401, .missingToken, "Missing access token")
        }
        let hash = TokenHash(of: token)
        guard let server = try await journal.store.read({ try $0.secondServer(token: hash) }) else {
            throw MatrixError.unknownToken()
        }
        return server
    }

    /// Notes that a member has shown to a second server who they are.
    func prove(_ user: UserID, to server: String) async throws {
        try await journal.write { transaction in
            var consent =
                try transaction.store.sessionConsent(of: user, to: server)
                ?? StoredSessionConsent(server: server, user: user)
            consent.provenUntil = transaction.now + Self.proofLifetime
            try transaction.store.setSessionConsent(consent)
        }
    }

    /// - Throws: `M_NOT_FOUND` when there is no such second server.
    func setRefused(_ isRefused: Bool, by user: UserID, server: String) async throws {
        try await journal.write { transaction in
            guard try transaction.store.secondServer(server) != nil else { throw Self.unknown }
            var consent =
                try transaction.store.sessionConsent(of: user, to: server)
                ?? StoredSessionConsent(server: server, user: user)
            consent.isRefused = isRefused
            if isRefused { consent.provenUntil = 0 }
            try transaction.store.setSessionConsent(consent)
        }
    }
}
