import EventLoop
import HTTP
import JSON
import MatrixAPI
import Store

/// What clients and application services ask the server about application services: whether it reaches one, which
/// networks there are and who and what is on them, and which rooms a network has.
///
/// Source: Application Service API, "Pinging", "Published room directories"; Client-Server API, "Third-party networks".
package struct ServiceEndpoints: RouteProviding {
    private let services: ApplicationServices
    private let journal: Journal
    private let transport: any ServiceTransport

    package init(services: ApplicationServices, journal: Journal, transport: any ServiceTransport) {
        self.services = services
        self.journal = journal
        self.transport = transport
    }

    package func addRoutes(to routes: inout Routes) {
        routes.add(.post, "/_matrix/client/v1/appservice/{appserviceId}/ping") { try await ping($0) }
        routes.add(.put, "/_matrix/client/v3/directory/list/appservice/{networkId}/{roomId}") { request in
            try await list(request)
        }
        let base = "/_matrix/client/v3/thirdparty"
        routes.add(.get, "\(base)/protocols") { _ in try await protocols() }
        routes.add(.get, "\(base)/protocol/{protocol}") { request in
            guard let found = try await metadata(of: request.parameter("protocol")) else { throw Self.unknownNetwork }
            return .json(found)
        }
        for kind in ["location", "user"] {
            routes.add(.get, "\(base)/\(kind)/{protocol}") { request in
                let name = request.parameter("protocol")
                guard services.all.contains(where: { $0.protocols.contains(name) }) else { throw Self.unknownNetwork }
                return try await lookUp("\(kind)/\(PercentEncoding.encode(name))", request) {
                    $0.protocols.contains(name)
                }
            }
            routes.add(.get, "\(base)/\(kind)") { request in
                guard request.query(kind == "user" ? "userid" : "alias") != nil else {
                    throw MatrixError.missingParam(kind == "user" ? "userid" : "alias")
                }
                return try await lookUp(kind, request) { !$0.protocols.isEmpty }
            }
        }
    }

    private static let unknownNetwork = MatrixError.notFound("There is no bridge to that network")

    // MARK: Ping

    private func ping(_ request: Request) async throws -> Answer {
        let id = request.parameter("appserviceId")
        guard let service = services.service(id), request.session.service == id else {
            throw MatrixError.forbidden("Only the application service itself may have itself asked")
        }
        guard service.url != nil else {
            throw MatrixError(400, "M_URL_NOT_SET", "The application service has no address")
        }
        let transaction = try request.body.optionalString("transaction_id")
        let body = JSONWriter.object { $0.memberIfPresent("transaction_id", transaction) }
        let start = request.loop.now()
        let peer = ServicePeer(service: service, transport: transport)
        let answer: (status: Int, body: [UInt8])?
        do throws(ServiceTransportError) {
            answer = try await peer.ask("POST", "/ping", body: body)
        } catch .timedOut {
            throw MatrixError(504, "M_CONNECTION_TIMEOUT", "The application service did not answer in time")
        } catch {
            throw MatrixError(502, "M_CONNECTION_FAILED", "The application service cannot be reached")
        }
        guard let answer, (200..<300).contains(answer.status) else {
            let text = String(decoding: (answer?.body ?? []).prefix(4096), as: UTF8.self)
            throw MatrixError(
                502, "M_BAD_STATUS", "The application service refused",
                extra: [
                    ("status", RawJSON(Array(String(answer?.status ?? 0).utf8))),
                    ("body", RawJSON(JSONValue.string(text).bytes)),
                ])
        }
        let took = (request.loop.now().nanoseconds - start.nanoseconds) / 1_000_000
        return .object { $0.member("duration_ms", Int64(took)) }
    }

    // MARK: Networks

    private func list(_ request: Request) async throws -> Answer {
        guard let service = request.session.service else {
            throw MatrixError.forbidden("Only application services have directories of their own")
        }
        let room = try request.roomID()
        let network = request.parameter("networkId")
        let visibility = try request.body.requiredString("visibility")
        guard visibility == "public" || visibility == "private" else {
            throw MatrixError.invalidParam("visibility must be public or private")
        }
        try await journal.write { transaction in
            _ = try transaction.existingRoom(room)
            try transaction.store.setNetworkRoom(
                visibility == "public", room, network: network, service: service)
        }
        return .empty
    }

    private func protocols() async throws -> Answer {
        var found: [(name: String, metadata: [UInt8])] = []
        for name in Set(services.all.flatMap(\.protocols)).sorted() {
            if let metadata = try await metadata(of: name) { found.append((name, metadata)) }
        }
        let all = found
        return .object { object in for (name, metadata) in all { object.member(name, RawJSON(metadata)) } }
    }

    /// What the services that know a network say of it: the first one's words, with the instances of all. nil when none
    /// knows it, or answers.
    private func metadata(of name: String) async throws -> [UInt8]? {
        let path = "thirdparty/protocol/\(PercentEncoding.encode(name))"
        var first: JSONValue?
        var instances: [JSONValue] = []
        for service in services.all where service.protocols.contains(name) {
            guard let answer = await ask(service, path), answer.isObject else { continue }
            if first == nil { first = answer }
            instances += answer["instances"]?.array.map(Array.init) ?? []
        }
        guard let first else { return nil }
        let all = instances
        return Array(
            first.replacing(["instances"]) { object in
                object.array("instances") { list in
                    for instance in all where instance.isObject { list.value(RawJSON(Self.named(instance).bytes)) }
                }
            }.bytes)
    }

    /// An instance with the identifier by which clients ask for its rooms.
    private static func named(_ instance: JSONValue) -> JSONValue {
        guard instance["instance_id"] == nil, let network = instance["network_id"]?.string else { return instance }
        return instance.replacing([]) { $0.member("instance_id", network) }
    }

    private func lookUp(
        _ path: String, _ request: Request, in isMeant: (ApplicationService) -> Bool
    ) async throws -> Answer {
        var found: [JSONValue] = []
        // The token of older clients is not the services' business.
        let query = request.head.query.map { query in
            query.split(separator: "&").filter { !$0.hasPrefix("access_token=") }.joined(separator: "&")
        }
        for service in services.all where isMeant(service) {
            let answer = await ask(service, "thirdparty/" + path + (query.map { "?" + $0 } ?? ""))
            found += answer?.array.map(Array.init) ?? []
        }
        guard !found.isEmpty || path.contains("/") else { throw MatrixError.notFound("No bridge knows it") }
        let all = found
        return .json(JSONWriter.array { list in for value in all { list.value(RawJSON(value.bytes)) } })
    }

    /// nil when there is no such thing, or no answer.
    private func ask(_ service: ApplicationService, _ path: String) async -> JSONValue? {
        let peer = ServicePeer(service: service, transport: transport)
        let answer = try? await peer.ask("GET", "/" + path, legacy: "/_matrix/app/unstable/" + path)
        guard let answer, answer.status == 200 else { return nil }
        return try? JSONValue.parse(answer.body)
    }
}
