import EventLoop
import HTTP
package import JSON
import MatrixAPI
import Store

/// User-Interactive Authentication: what is asked for before an endpoint does something that a stolen access token
/// must not be enough for.
///
/// The request is made again with each stage's proof, under a session that is good for the same endpoint and member
/// only, and once. What the first request said need not be repeated, except passwords: those are not kept.
///
/// Source: Client-Server API, "User-Interactive Authentication API".
package final class InteractiveAuthentication: Sendable {
    /// A request whose member has authenticated.
    package struct Authorised: Sendable {
        /// The request's body, completed by what the first request of the session said.
        package let parameters: JSONValue
        let registrationToken: String?
        /// The address that was proved, if that was a stage; the proof is still to be taken.
        let addressProof: AddressProofs.Credentials?
    }

    /// What a challenge says besides the flows.
    private struct Challenge {
        let session: String
        let completed: [AuthenticationStage]
        var failure: MatrixError?
    }

    /// Members of the request that are never kept.
    private static let secrets: Set<String> = ["auth", "password", "new_password", "guest_access_token"]
    /// A larger request is not kept; its client has to repeat it, as the specification says anyway.
    private static let maximumRemembered = 4096

    let passwords: PasswordAuthentication
    let registrationTokens: RegistrationTokens
    private let addressProofs: AddressProofs?
    let pending: PendingAuthentications

    /// - Parameters:
    ///   - addressProofs: nil on a server that sends no mail.
    ///   - capacity: how many requests may wait at once.
    ///   - lifetime: how long one may wait, by the clock of the request's loop.
    package init(
        passwords: PasswordAuthentication, registrationTokens: RegistrationTokens,
        addressProofs: AddressProofs? = nil, capacity: Int = 4096, lifetime: Duration = .seconds(900)
    ) {
        self.passwords = passwords
        self.registrationTokens = registrationTokens
        self.addressProofs = addressProofs
        pending = PendingAuthentications(capacity: capacity, lifetime: lifetime)
    }

    /// Runs `action` once the request has gone through one of the flows; until then answers what is missing.
    ///
    /// - Parameters:
    ///   - flows: stages in order; any one of the flows will do.
    ///   - purpose: what an address has to be proved for.
    /// - Throws: what `action` throws; `M_FORBIDDEN` when the session belongs to another request;
    ///   `M_LIMIT_EXCEEDED` after too many wrong passwords.
    package func perform(
        _ request: Request, flows: [[AuthenticationStage]], proving purpose: AddressPurpose = .register,
        _ action: (Authorised) async throws -> Answer
    ) async throws -> Answer {
        // An application service proves who it is by its token, and its users have no passwords.
        if request.optionalSession?.service != nil {
            return try await action(Authorised(parameters: request.body, registrationToken: nil, addressProof: nil))
        }
        guard let auth = try request.body.optionalObject("auth") else {
            return challenge(Challenge(session: begin(request), completed: []), flows)
        }
        guard let (id, session) = try session(of: request, auth) else {
            let failure = MatrixError(401, .unknown, "The authentication session is unknown or has expired")
            return challenge(Challenge(session: begin(request), completed: [], failure: failure), flows)
        }
        var completed = session.completed
        if let type = try auth.optionalString("type"), !completed.contains(where: { $0.rawValue == type }) {
            guard let stage = Self.next(in: flows, after: completed).first(where: { $0.rawValue == type }) else {
                let failure = MatrixError(401, .unrecognized, "This stage is not asked for here")
                return challenge(Challenge(session: id, completed: completed, failure: failure), flows)
            }
            do {
                let found = try await check(stage, auth, request, purpose)
                pending.complete(
                    id, stage, registrationToken: found.registrationToken, addressProof: found.addressProof)
            } catch let failure as MatrixError where failure.code == .forbidden {
                return challenge(Challenge(session: id, completed: completed, failure: failure), flows)
            }
            completed.append(stage)
        }
        guard flows.contains(completed), let done = pending.take(id) else {
            return challenge(Challenge(session: id, completed: completed), flows)
        }
        return try await action(
            Authorised(
                parameters: try Self.merge(request.body, done.remembered), registrationToken: done.registrationToken,
                addressProof: done.addressProof))
    }

    // MARK: Sessions

    private func begin(_ request: Request) -> String {
        var remembered: [(name: String, value: RawJSON)] = []
        if request.body.bytes.count <= Self.maximumRemembered, let members = request.body.object {
            for (name, value) in members where !Self.secrets.contains(name) {
                // A copy of its own: the value refers to the whole body, passwords included.
                remembered.append((name, RawJSON(Array(value.bytes))))
            }
        }
        return pending.begin(
            Self.operation(request), by: request.optionalSession?.user, remembering: remembered,
            now: request.loop.now())
    }

    /// The session that the request names, or a new one when it names none: clients that know what will be asked
    /// send it at once. nil when the session is not there any more.
    private func session(
        of request: Request, _ auth: JSONValue
    ) throws -> (id: String, session: PendingAuthentication)? {
        let now = request.loop.now()
        let id = try auth.optionalString("session") ?? begin(request)
        guard let session = pending.find(id, now: now) else { return nil }
        guard session.operation == Self.operation(request), session.user == request.optionalSession?.user else {
            throw MatrixError.forbidden("The authentication session belongs to another request")
        }
        return (id, session)
    }

    private static func operation(_ request: Request) -> String { "\(request.head.method) \(request.head.path)" }

    private static func merge(
        _ body: JSONValue, _ remembered: [(name: String, value: RawJSON)]
    ) throws -> JSONValue {
        let merged = JSONWriter.object { object in
            if let members = body.object {
                for (name, value) in members where name != "auth" { object.member(name, value) }
            }
            for (name, value) in remembered where body[name] == nil { object.member(name, value) }
        }
        return try JSONValue.stored(merged)
    }

    // MARK: Stages

    private static func next(
        in flows: [[AuthenticationStage]], after completed: [AuthenticationStage]
    ) -> [AuthenticationStage] {
        flows.compactMap { flow in
            flow.starts(with: completed) && flow.count > completed.count ? flow[completed.count] : nil
        }
    }

    /// What a stage shows that the endpoint needs.
    private struct Shown {
        var registrationToken: String?
        var addressProof: AddressProofs.Credentials?
    }

    private func check(
        _ stage: AuthenticationStage, _ auth: JSONValue, _ request: Request, _ purpose: AddressPurpose
    ) async throws -> Shown {
        switch stage {
        case .dummy: return Shown()
        case .password:
            try await checkPassword(auth, request)
            return Shown()
        case .emailIdentity: return Shown(addressProof: try await proved(auth, purpose))
        case .registrationToken:
            let token = try auth.requiredString("token")
            guard try await registrationTokens.isValid(token) else {
                throw MatrixError.forbidden("The registration token is not valid")
            }
            return Shown(registrationToken: token)
        }
    }

    /// - Throws: `M_FORBIDDEN` as long as the link in the mail was not followed.
    private func proved(_ auth: JSONValue, _ purpose: AddressPurpose) async throws -> AddressProofs.Credentials {
        // Older clients write it this way.
        guard let credentials = try auth.optionalObject("threepid_creds") ?? auth.optionalObject("threepidCreds") else {
            throw MatrixError.missingParam("threepid_creds")
        }
        return try await proved(
            try credentials.requiredString("sid"), secret: try credentials.requiredString("client_secret"), purpose)
    }

    /// - Throws: `M_FORBIDDEN` as long as the link in the mail was not followed.
    func proved(
        _ id: String, secret: String, _ purpose: AddressPurpose
    ) async throws -> AddressProofs.Credentials {
        do {
            guard let address = try await addressProofs?.address(id, secret: secret, for: purpose) else {
                throw MatrixError.forbidden("This server sends no mail")
            }
            return AddressProofs.Credentials(id: id, secret: secret, address: address)
        } catch let error as MatrixError where error.code == .threepidAuthFailed {
            throw MatrixError.forbidden(error.message)
        }
    }

    private func checkPassword(_ auth: JSONValue, _ request: Request) async throws {
        let now = request.loop.now()
        let name = try LoginIdentifier(auth)
        let password = try auth.requiredString("password")
        try passwords.limitAttempts(from: request.head.remoteAddress, now: now)
        let account = try await passwords.account(of: name, password: password, now: now)
        guard account.user == request.optionalSession?.user else {
            throw MatrixError.forbidden("This is another member's password")
        }
    }

    // MARK: Answer

    private func challenge(_ challenge: Challenge, _ flows: [[AuthenticationStage]]) -> Answer {
        .object(status: .unauthorized) { object in
            if let failure = challenge.failure {
                object.member("errcode", failure.code.string)
                object.member("error", failure.message)
            }
            if !challenge.completed.isEmpty {
                object.array("completed") { stages in
                    for stage in challenge.completed { stages.value(stage.rawValue) }
                }
            }
            object.array("flows") { array in
                for flow in flows {
                    array.object { object in
                        object.array("stages") { stages in for stage in flow { stages.value(stage.rawValue) } }
                    }
                }
            }
            object.object("params") { _ in }
            object.member("session", challenge.session)
        }
    }
}
