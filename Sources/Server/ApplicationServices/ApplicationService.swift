package import MatrixAPI
import Store

/// A program beside the server that speaks for users of its own, such as a bridge to another network or a bot: what its
/// registration file says.
///
/// Source: Application Service API, "Registration".
package struct ApplicationService: Sendable {
    /// Identifiers that the service takes an interest in.
    package struct Namespace: Sendable {
        /// Nobody else makes users or aliases in it.
        package let isExclusive: Bool
        package let expression: RegularExpression

        package init(isExclusive: Bool, expression: RegularExpression) {
            self.isExclusive = isExclusive
            self.expression = expression
        }
    }

    package let id: String
    /// Where it is asked, without a slash at the end; nil when it is never asked.
    package let url: String?
    /// By which it shows who it is.
    package let token: String
    /// By which the server shows who it is.
    package let serverToken: String
    /// Who it is when it does not say which user it speaks for.
    package let sender: UserID
    package var users: [Namespace] = []
    package var aliases: [Namespace] = []
    package var rooms: [Namespace] = []
    /// Whether its users are limited like members; its sender never is.
    package var isRateLimited = true
    /// Networks that it knows.
    package var protocols: [String] = []
    /// Whether it is told who types, who read what, and who is there.
    package var receivesEphemeral = false

    package init(id: String, url: String?, token: String, serverToken: String, sender: UserID) {
        self.id = id
        self.url = url
        self.token = token
        self.serverToken = serverToken
        self.sender = sender
    }

    /// Whether it speaks for the user.
    package func owns(_ user: UserID) -> Bool {
        user == sender || (user.server == sender.server && Self.contains(users, user.string))
    }

    func owns(_ alias: RoomAlias) -> Bool { Self.contains(aliases, alias.string) }
    func watches(_ room: RoomID) -> Bool { Self.contains(rooms, room.string) }

    fileprivate static func contains(_ namespaces: [Namespace], _ text: String) -> Bool {
        namespaces.contains { $0.expression.matches(text) }
    }
}

/// All application services of the server.
package struct ApplicationServices: Sendable {
    package static let none = ApplicationServices()

    package let all: [ApplicationService]
    /// By hash, so that how long a look-up takes tells nothing of a token.
    private let byToken: [TokenHash: ApplicationService]

    private init() {
        all = []
        byToken = [:]
    }

    /// - Throws: ``ApplicationServiceError`` when two have the same identifier, token or sender.
    package init(_ all: [ApplicationService]) throws(ApplicationServiceError) {
        self.all = all
        var byToken: [TokenHash: ApplicationService] = [:]
        var names: Set<String> = []
        var senders: Set<UserID> = []
        for service in all {
            guard names.insert(service.id).inserted else {
                throw ApplicationServiceError("two application services have the id \(service.id)")
            }
            guard byToken.updateValue(service, forKey: TokenHash(of: service.token)) == nil else {
                throw ApplicationServiceError("two application services have the same as_token, one is \(service.id)")
            }
            guard senders.insert(service.sender).inserted else {
                throw ApplicationServiceError("two application services speak for \(service.sender)")
            }
        }
        self.byToken = byToken
    }

    package func service(forToken token: String) -> ApplicationService? {
        byToken.isEmpty ? nil : byToken[TokenHash(of: token)]
    }

    package func service(_ id: String) -> ApplicationService? { all.first { $0.id == id } }

    /// That a user may be made, by a member (nil) or by a service.
    /// - Throws: `M_EXCLUSIVE` when it is kept for another service, or is not the service's own.
    package func requireMayMake(_ user: UserID, _ service: ApplicationService?) throws(MatrixError) {
        if let service, !service.owns(user) { throw Self.notOwn(user.string) }
        for other in all where other.id != service?.id {
            let isKept = other.users.contains { $0.isExclusive && $0.expression.matches(user.string) }
            if isKept || other.sender == user { throw Self.kept(user.string) }
        }
    }

    /// The same for an alias.
    package func requireMayMake(_ alias: RoomAlias, _ service: ApplicationService?) throws(MatrixError) {
        if let service, !service.owns(alias) { throw Self.notOwn(alias.string) }
        for other in all where other.id != service?.id {
            if other.aliases.contains(where: { $0.isExclusive && $0.expression.matches(alias.string) }) {
                throw Self.kept(alias.string)
            }
        }
    }

    private static func kept(_ name: String) -> MatrixError {
        MatrixError(400, .exclusive, "\(name) is kept for an application service")
    }

    private static func notOwn(_ name: String) -> MatrixError {
        MatrixError(400, .exclusive, "\(name) is not in the application service's namespaces")
    }
}

/// Why registrations cannot be used. For the administrator.
package struct ApplicationServiceError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
