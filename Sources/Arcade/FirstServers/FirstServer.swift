import HTTP
import JSON
import MatrixAPI
import Outbound
import Server

/// A server where people talk, and which says with whom.
package struct FirstServer: Sendable, Hashable {
    /// The part behind the colon in its members' identifiers.
    package let name: String
    /// `https://chat.example.org`, without a slash at its end.
    package let url: String
    /// The same for people's browsers.
    package let publicURL: String
    /// What it gave this second server.
    package let token: String

    package init(name: String, url: String, publicURL: String? = nil, token: String) {
        self.name = name
        self.url = url
        self.publicURL = publicURL ?? url
        self.token = token
    }
}

/// Somebody as a first server knows them.
struct FirstServerPerson: Sendable, Hashable {
    let user: String
    let name: String?
}

/// Why a first server gave no answer of use.
enum FirstServerError: Error, Sendable {
    /// It could not be reached, or answered nonsense.
    case unreachable
    /// It refused, with this status.
    case refused(Int)
}

/// The requests that a second server makes of a first one.
struct FirstServerClient: Sendable {
    let server: FirstServer
    let http: HTTPClient

    /// Whose OpenID token that is.
    func logIn(openID token: String) async throws -> FirstServerPerson {
        let body = JSONWriter.object { $0.member("openid_token", token) }
        return try person(await request("POST", "/logins", body, within: .seconds(10)))
    }

    /// Who is connected from that address.
    func member(at address: PeerAddress) async throws -> FirstServerPerson {
        try person(await request("GET", "/addresses/\(PercentEncoding.encode("\(address)"))", within: .seconds(3)))
    }

    /// With whom the member shares an active session.
    func people(of user: String, within limit: Duration) async throws -> [FirstServerPerson] {
        let answer = try await request("GET", "/people/\(PercentEncoding.encode(user))", within: limit)
        return try (answer["people"]?.array.map(Array.init) ?? []).map(person)
    }

    /// Of whom to ask again; waits until there is somebody. `next` is to be given the next time.
    func changes(after cursor: String?) async throws -> (next: String, users: [String], isReset: Bool) {
        let since = cursor.map { "&since=\(PercentEncoding.encode($0))" } ?? ""
        let answer = try await request("GET", "/changes?timeout=30000\(since)", within: .seconds(45))
        guard let next = answer["next"]?.string else { throw FirstServerError.unreachable }
        let users = (answer["users"]?.array.map(Array.init) ?? []).compactMap(\.string)
        return (next, users, answer["reset"]?.bool ?? false)
    }

    /// A card or a result in the conversation.
    func send(_ message: [UInt8], transaction: String) async throws -> JSONValue {
        try await request(
            "PUT", "/messages/\(PercentEncoding.encode(transaction))", message, within: .seconds(10))
    }

    private func request(
        _ method: String, _ path: String, _ body: [UInt8]? = nil, within limit: Duration
    ) async throws -> JSONValue {
        var headers = HTTPHeaders([("authorization", "Bearer \(server.token)")])
        if body != nil { headers.add("content-type", "application/json") }
        var request = FetchRequest(
            method, server.url + "/_mado/v1/sessions" + path, headers: headers, body: body)
        // The administrator named it.
        request.destination = .configured
        request.timeout = limit
        request.connectTimeout = min(limit, .seconds(5))
        request.maximumRedirects = 0
        let answer: FetchResponse
        do { answer = try await http.fetch(request) } catch { throw FirstServerError.unreachable }
        guard answer.status == 200 else { throw FirstServerError.refused(answer.status) }
        guard let value = try? JSONValue.parse(answer.body) else { throw FirstServerError.unreachable }
        return value
    }

    /// A first server speaks for its own members only.
    private func person(_ value: JSONValue) throws -> FirstServerPerson {
        guard let text = value["user_id"]?.string, let user = UserID(text), user.server == server.name else {
            throw FirstServerError.unreachable
        }
        return FirstServerPerson(user: text, name: value["display_name"]?.string.map { String($0.prefix(100)) })
    }
}
