import HTTP
import MatrixAPI

/// A member who is logged in, and sends requests.
struct TestMember: Sendable {
    static let password = "correct horse"

    let server: RouteHarness
    let user: UserID
    let device: DeviceID
    let token: String

    func get(_ target: String) async -> TestAnswer { await server.request(.get, target, token: token) }
    func put(_ target: String, _ body: String = "{}") async -> TestAnswer {
        await server.request(.put, target, token: token, body: body)
    }
    func post(_ target: String, _ body: String = "{}") async -> TestAnswer {
        await server.request(.post, target, token: token, body: body)
    }
    func delete(_ target: String, _ body: String = "") async -> TestAnswer {
        await server.request(.delete, target, token: token, body: body)
    }

    /// The `auth` member that proves who the member is.
    func proof(session: String? = nil, password: String = Self.password) -> String {
        let session = session.map { #","session":"\#($0)""# } ?? ""
        return """
            "auth":{"type":"m.login.password","identifier":{"type":"m.id.user","user":"\(user)"},
            "password":"\(password)"\(session)}
            """
    }
}
