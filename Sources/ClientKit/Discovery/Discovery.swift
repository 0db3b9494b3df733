internal import CurlKit
import JSON

/// Finds a server by its name. Source: Client-Server API, "Server discovery".
package enum Discovery {
    private static let timeout = Duration.seconds(30)
    private static let limit = 1 << 20

    /// Asks the name's `/.well-known/matrix/client` where the server is, else takes the name itself; the other way round
    /// for a URL or a name with a port. Then asks the server what it is.
    /// - Throws: ``DiscoveryError``; ``TransportError``.
    package static func find(
        _ nameOrURL: String, transport: any ClientTransport
    ) async throws -> ServerDescription {
        guard let name = ServerName(nameOrURL) else { throw DiscoveryError.invalidName(nameOrURL) }
        if name.isExact {
            do {
                return try await describe(name.baseURL, name, transport)
            } catch {
                // The certificate of the very server that was meant, for example, is not to be passed over.
                guard isAbsence(error), let other = try? await wellKnown(name, transport) else { throw error }
                return try await describe(other, name, transport)
            }
        }
        let known = try await wellKnown(name, transport)
        return try await describe(known ?? name.baseURL, name, transport)
    }

    /// Whether nothing that speaks Matrix is there, which does not say that it is nowhere.
    private static func isAbsence(_ error: any Error) -> Bool {
        switch error {
        case DiscoveryError.noMatrixServer, TransportError.cannotConnect, TransportError.cannotResolve,
            TransportError.timedOut, TransportError.cut:
            true
        default: false
        }
    }

    // MARK: Where it is

    /// nil when the name says nothing of another place.
    private static func wellKnown(_ name: ServerName, _ transport: any ClientTransport) async throws -> String? {
        let host = name.host.contains(":") ? "[\(name.host)]" : name.host
        let response: ClientResponse
        do {
            response = try await get("https://\(host)/.well-known/matrix/client", transport)
        } catch  where isAbsence(error) {
            return nil
        }
        guard response.status == 200 else { return nil }
        guard let answer = try? JSONValue.parse(response.body),
            var url = answer.string("m.homeserver", "base_url")
        else {
            // Many servers answer with a page to whatever is asked: no statement.
            if response.header("content-type")?.contains("json") == true {
                throw DiscoveryError.invalidWellKnown(name: name.name)
            }
            return nil
        }
        while url.hasSuffix("/") { url.removeLast() }
        guard let parsed = ParsedURL(url), parsed.scheme == "https" else {
            throw DiscoveryError.invalidWellKnown(name: name.name)
        }
        return url
    }

    // MARK: What it is

    private static func describe(
        _ baseURL: String, _ name: ServerName, _ transport: any ClientTransport
    ) async throws -> ServerDescription {
        let answer = try await get(baseURL + "/_matrix/client/versions", transport)
        guard answer.status == 200, let versions = try? JSONValue.parse(answer.body)["versions"]?.array else {
            throw DiscoveryError.noMatrixServer(url: baseURL)
        }
        async let isMado = isMado(baseURL, transport)
        async let flows = loginFlows(baseURL, transport)
        async let registration = registration(baseURL, transport)
        return ServerDescription(
            serverName: name.name, baseURL: baseURL, isMado: await isMado, loginFlows: try await flows,
            registration: try await registration, versions: versions.compactMap(\.string))
    }

    private static func isMado(_ baseURL: String, _ transport: any ClientTransport) async -> Bool {
        guard let answer = try? await get(baseURL + "/_mado/v1/health", transport),
            answer.status == 200 || answer.status == 503, let health = try? JSONValue.parse(answer.body)
        else { return false }
        return health.string("status") != nil && health.string("version") != nil
    }

    private static func loginFlows(_ baseURL: String, _ transport: any ClientTransport) async throws -> [String] {
        let answer = try await get(baseURL + "/_matrix/client/v3/login", transport)
        guard answer.status == 200, let flows = try? JSONValue.parse(answer.body)["flows"]?.array else { return [] }
        return flows.compactMap { $0.string("type") }
    }

    /// Asks to register without saying who: the server answers what it would want to know.
    private static func registration(
        _ baseURL: String, _ transport: any ClientTransport
    ) async throws -> ServerDescription.Registration {
        let answer = try await transport.send(
            ClientRequest(
                "POST", baseURL + "/_matrix/client/v3/register", headers: [("Content-Type", "application/json")],
                body: .bytes(Array("{}".utf8)), destination: .memory(limit: limit), timeout: timeout))
        guard answer.status == 401, let flows = try? JSONValue.parse(answer.body)["flows"]?.array else {
            return .closed
        }
        let stages = flows.map { flow in Set(flow["stages"]?.array?.compactMap(\.string) ?? []) }
        // What this program can do. A flow that wants a mail or a riddle solved in a browser is none.
        if stages.contains(where: { $0.isSubset(of: ["m.login.dummy"]) }) { return .open }
        let withToken: Set = ["m.login.dummy", "m.login.registration_token"]
        return stages.contains { $0.isSubset(of: withToken) } ? .token : .closed
    }

    private static func get(_ url: String, _ transport: any ClientTransport) async throws -> ClientResponse {
        try await transport.send(
            ClientRequest(
                "GET", url, headers: [("Accept", "application/json")], destination: .memory(limit: limit),
                timeout: timeout))
    }
}
