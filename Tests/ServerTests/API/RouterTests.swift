import HTTP
import Testing

@testable import Server

@Suite struct RouterTests {
    private let router: Router

    init() {
        var routes = Routes()
        for (method, path) in [
            (HTTPMethod.get, "/"), (.get, "/_matrix/client/versions"), (.get, "/_matrix/client/v3/sync"),
            (.get, "/rooms/{roomId}"), (.put, "/rooms/{roomId}/send/{eventType}/{txnId}"),
            (.post, "/rooms/{roomId}/send/special/now"), (.get, "/rooms/{roomId}/state"),
            (.put, "/rooms/{roomId}/state/{eventType}/{stateKey...}"),
            (.get, "/rooms/{roomId}/state/{eventType}/{stateKey...}"), (.get, "/files/{path...}"),
            (.delete, "/files/kept"),
        ] {
            routes.add(method, path) { _ in .empty }
        }
        router = Router(routes)
    }

    private func find(_ method: HTTPMethod, _ path: String) -> String {
        switch router.match(method, path: path) {
        case .found(let route, let parameters):
            ([route.path] + parameters.map { "\($0.name)=\($0.value)" }).joined(separator: " ")
        case .notFound: "not found"
        case .malformed: "malformed"
        case .methodNotAllowed(let methods): "only " + methods.map(\.name).sorted().joined(separator: " ")
        }
    }

    @Test(arguments: [
        ("/", "/"), ("/_matrix/client/versions", "/_matrix/client/versions"),
        ("/_matrix/client/r0/sync", "/_matrix/client/r0/sync"), ("/_matrix/client/version", "not found"),
        ("/_matrix/client/versions/", "not found"), ("/_matrix/client", "not found"), ("//", "not found"),
        ("/rooms/!a:b", "/rooms/{roomId} roomId=!a:b"), ("/rooms/%21a%3Ab", "/rooms/{roomId} roomId=!a:b"),
        ("/rooms/%E3%81%BE", "/rooms/{roomId} roomId=ま"), ("/rooms/a%2Fb", "/rooms/{roomId} roomId=a/b"),
        ("/rooms/a+b", "/rooms/{roomId} roomId=a+b"), ("/rooms/%", "malformed"), ("/rooms/%FF", "malformed"),
        ("/rooms/", "not found"), ("/rooms", "not found"),
    ])
    func pathsLeadToEndpoints(path: String, expected: String) {
        #expect(find(.get, path) == expected)
    }

    @Test(arguments: [
        ("/rooms/r/state", "/rooms/{roomId}/state roomId=r"),
        ("/rooms/r/state/m.x", "/rooms/{roomId}/state/{eventType}/{stateKey...} roomId=r eventType=m.x stateKey="),
        ("/rooms/r/state/m.x/", "/rooms/{roomId}/state/{eventType}/{stateKey...} roomId=r eventType=m.x stateKey="),
        (
            "/rooms/r/state/m.x/a/b%20c",
            "/rooms/{roomId}/state/{eventType}/{stateKey...} roomId=r eventType=m.x stateKey=a/b c"
        ),
        ("/files", "/files/{path...} path="), ("/files/a//b", "/files/{path...} path=a//b"),
    ])
    func aRestMayBeEmptyAndHoldSlashes(path: String, expected: String) {
        #expect(find(.get, path) == expected)
    }

    @Test func deadEndsAreLeftAgain() {
        // "special" is a literal with other methods and other children.
        #expect(
            find(.put, "/rooms/r/send/special/t")
                == "/rooms/{roomId}/send/{eventType}/{txnId} roomId=r eventType=special txnId=t")
        #expect(find(.post, "/rooms/r/send/special/now") == "/rooms/{roomId}/send/special/now roomId=r")
        #expect(find(.get, "/files/kept") == "/files/{path...} path=kept")
    }

    @Test func otherMethodsAreNamed() {
        #expect(find(.post, "/rooms/r/send/a/b") == "only PUT")
        #expect(find(.post, "/rooms/r/state/a/b") == "only GET PUT")
        #expect(find(.other("get"), "/") == "only GET")
    }

    @Test func headIsAnsweredAsGet() {
        #expect(find(.head, "/rooms/r") == "/rooms/{roomId} roomId=r")
    }
}
