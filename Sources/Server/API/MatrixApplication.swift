import EventLoop
package import HTTP
package import JSON
package import MatrixAPI

/// The server's HTTP application: finds the endpoint, authenticates, limits, reads the body, runs the endpoint
/// in a task on the connection's loop, and encodes what it answers or throws. The one place where errors become
/// answers.
package final class MatrixApplication: HTTPApplication {
    /// What is reported of a request that went wrong inside, or of any request at the access log's level.
    package protocol Observer: Sendable {
        /// - Parameter refusal: what was said to the client instead of an answer.
        func finished(_ head: HTTPRequestHead, id: UInt64, status: Int, user: UserID?, refusal: MatrixError?)
        /// An error that is our own or the store's; the client only learns that there was one.
        func failed(_ head: HTTPRequestHead, id: UInt64, error: any Error)
    }

    private let router: Router
    private let authenticator: any Authenticating
    private let services: ServiceAuthentication?
    private let limiter: RateLimiter
    private let observer: any Observer
    private let bodyLimits: JSONLimits

    package init(
        routes: Routes, authenticator: any Authenticating, services: ServiceAuthentication? = nil,
        limiter: RateLimiter, observer: any Observer,
        bodyLimits: JSONLimits = .default
    ) {
        router = Router(routes)
        self.authenticator = authenticator
        self.services = services
        self.limiter = limiter
        self.observer = observer
        self.bodyLimits = bodyLimits
    }

    // MARK: Receiving

    /// A request on its way to its endpoint.
    private struct Call: Sendable {
        let exchange: HTTPExchange
        let route: Route
        let parameters: [(name: String, value: String)]
        let received: MonotonicTime
        var session: Session?

        var loop: EventLoop { exchange.loop }
        var head: HTTPRequestHead { exchange.head }
    }

    package func receive(_ exchange: HTTPExchange) {
        if exchange.head.method == .options { return answer(exchange, .response(Self.preflight), user: nil) }
        do {
            let call = try route(exchange)
            try limitAddress(call)
            guard call.route.authentication != .none, let token = try Self.accessToken(call.head) else {
                if call.route.authentication == .required || call.route.authentication == .membersOnly {
                    throw MatrixError(401, .missingToken, "Missing access token")
                }
                return collectBody(call)
            }
            if let services, let service = services.services.service(forToken: token) {
                return authenticate(call) { try await services.session(service, call.head) }
            }
            if let session = authenticator.cachedSession(forToken: token) {
                return collectBody(try admit(call, session))
            }
            authenticate(call) { [authenticator] in try await authenticator.session(forToken: token) }
        } catch {
            fail(exchange, error, user: nil)
        }
    }

    private func route(_ exchange: HTTPExchange) throws -> Call {
        switch router.match(exchange.head.method, path: exchange.head.path) {
        case .found(let route, let parameters):
            return Call(exchange: exchange, route: route, parameters: parameters, received: exchange.loop.now())
        case .notFound: throw MatrixError.unrecognized()
        case .methodNotAllowed:
            throw MatrixError(405, .unrecognized, "This endpoint does not take \(exchange.head.method)")
        case .malformed: throw MatrixError.invalidParam("The path is not valid percent-encoded UTF-8")
        }
    }

    /// The `Authorization: Bearer` header, or the deprecated query parameter that older clients send.
    static func accessToken(_ head: HTTPRequestHead) throws -> String? {
        if let header = head.headers.first(named: "authorization") {
            // The scheme's case does not matter (RFC 9110 section 11.1).
            guard header.utf8.count > 7, zip(header.utf8, "bearer ".utf8).allSatisfy({ $0 | 0x20 == $1 }) else {
                throw MatrixError(401, .missingToken, "The Authorization header is not a bearer token")
            }
            return String(header.utf8.dropFirst(7))
        }
        return head.queryValue("access_token")
    }

    private func authenticate(_ call: Call, _ session: @escaping @Sendable () async throws -> Session) {
        Task(executorPreference: call.loop) { [self] in
            do {
                collectBody(try admit(call, try await session()))
            } catch {
                fail(call.exchange, error, user: nil)
            }
        }
    }

    private func limitAddress(_ call: Call) throws {
        switch call.route.limit {
        case .login, .registration:
            // Bridges make and log in many users from one address.
            if let services, let token = (try? Self.accessToken(call.head)) ?? nil,
                services.services.service(forToken: token)?.isRateLimited == false
            {
                return
            }
            try limiter.take(
                call.route.limit, by: call.head.remoteAddress.subscriber.description, now: call.received)
        default: break
        }
    }

    /// The call with its session, if that may make it.
    private func admit(_ call: Call, _ session: Session) throws -> Call {
        if session.isGuest, call.route.authentication == .membersOnly {
            throw MatrixError(403, .guestAccessForbidden, "Guests may not do this")
        }
        switch call.route.limit {
        case .unlimited, .login, .registration: break
        case _ where !session.isRateLimited: break
        default: try limiter.take(call.route.limit, by: session.user.string, now: call.received)
        }
        authenticator.noteUse(
            of: session, from: call.head.remoteAddress.description,
            userAgent: call.head.headers.first(named: "user-agent"))
        var call = call
        call.session = session
        return call
    }

    // MARK: Body and endpoint

    private func collectBody(_ call: Call) {
        guard call.head.method != .get, call.head.method != .head else { return run(call, .emptyObject) }
        switch call.route.body {
        case .streamed: run(call, .emptyObject, stream: RequestBody(call.exchange))
        case .json(let maximumBytes):
            call.exchange.collectBody(limit: maximumBytes) { [self] result in
                do {
                    run(call, try .requestObject(result.get(), limits: bodyLimits))
                } catch {
                    fail(call.exchange, error, user: call.session?.user)
                }
            }
        }
    }

    private func run(_ call: Call, _ body: JSONValue, stream: RequestBody? = nil) {
        let request = Request(
            head: call.head, loop: call.loop, id: call.exchange.id, received: call.received,
            parameters: call.parameters, body: body, stream: stream, authenticated: call.session)
        Task(executorPreference: call.loop) { [self] in
            do {
                answer(call.exchange, try await call.route.handler(request), user: call.session?.user)
            } catch {
                fail(call.exchange, error, user: call.session?.user)
            }
        }
    }

    // MARK: Answering

    private func answer(_ exchange: HTTPExchange, _ answer: Answer, user: UserID?) {
        switch answer {
        case .json(let body, let status):
            exchange.respond(Self.json(body, status))
            observer.finished(exchange.head, id: exchange.id, status: status.code, user: user, refusal: nil)
        case .response(var response):
            Self.addCrossOrigin(to: &response.headers)
            exchange.respond(response)
            observer.finished(exchange.head, id: exchange.id, status: response.status.code, user: user, refusal: nil)
        case .stream(let status, var headers, let body):
            Self.addCrossOrigin(to: &headers)
            observer.finished(exchange.head, id: exchange.id, status: status.code, user: user, refusal: nil)
            Task(executorPreference: exchange.loop) { [observer] in
                do {
                    try await exchange.send(status, headers, body)
                } catch {
                    observer.failed(exchange.head, id: exchange.id, error: error)
                }
            }
        case .later(let begin):
            // Who left while the request was authenticated is told to nobody who comes to wait now.
            guard !exchange.hasResponded else { return }
            begin(exchange)
            observer.finished(exchange.head, id: exchange.id, status: 200, user: user, refusal: nil)
        }
    }

    private func fail(_ exchange: HTTPExchange, _ error: any Error, user: UserID?) {
        // Who went away gets no answer, and nothing went wrong here.
        if case .disconnected? = error as? HTTPBodyError { return }
        let matrix = error as? MatrixError ?? ((error as? any MatrixErrorConvertible)?.matrixError)
        if let matrix {
            var response = Self.json(matrix.body, HTTPStatus(matrix.status))
            if matrix.code == .limitExceeded,
                let wait = matrix.extra.first(where: { $0.name == "retry_after_ms" }),
                let milliseconds = Int(String(decoding: wait.value.bytes, as: UTF8.self))
            {
                response.headers.add("retry-after", String((milliseconds + 999) / 1000))
            }
            exchange.respond(response)
            observer.finished(exchange.head, id: exchange.id, status: matrix.status, user: user, refusal: matrix)
            // What an endpoint says in so many words is an answer; what it became one from is for the administrator.
            if matrix.status >= 500, !(error is MatrixError) {
                observer.failed(exchange.head, id: exchange.id, error: error)
            }
            return
        }
        observer.failed(exchange.head, id: exchange.id, error: error)
        let hidden = MatrixError(500, .unknown, "Internal server error")
        exchange.respond(Self.json(hidden.body, HTTPStatus(500)))
        observer.finished(exchange.head, id: exchange.id, status: 500, user: user, refusal: hidden)
    }

    /// A JSON answer with the headers that every answer has.
    package static func json(_ body: [UInt8], _ status: HTTPStatus) -> HTTPResponse {
        HTTPResponse(status: status, headers: jsonHeaders, body: body)
    }

    private static let jsonHeaders: HTTPHeaders = {
        var headers = HTTPHeaders([("content-type", "application/json"), ("cache-control", "no-store")])
        addCrossOrigin(to: &headers)
        return headers
    }()

    /// Source: Client-Server API, "Web Browser Clients".
    package static func addCrossOrigin(to headers: inout HTTPHeaders) {
        headers.add("access-control-allow-origin", "*")
        headers.add("access-control-allow-methods", "GET, POST, PUT, DELETE, OPTIONS")
        headers.add("access-control-allow-headers", "X-Requested-With, Content-Type, Authorization")
    }

    private static let preflight: HTTPResponse = {
        HTTPResponse(status: .ok, headers: HTTPHeaders([("access-control-max-age", "86400")]), body: [])
    }()
}

extension HTTPBodyError: MatrixErrorConvertible {
    package var matrixError: MatrixError {
        switch self {
        case .tooLarge: MatrixError(413, .tooLarge, "The body is too large")
        case .timedOut: MatrixError(408, .unknown, "The body did not arrive in time")
        case .disconnected: MatrixError(400, .unknown, "The body is not complete")
        }
    }
}

/// An error of a capability or of the store that has an `errcode` of its own.
package protocol MatrixErrorConvertible: Error {
    var matrixError: MatrixError { get }
}
