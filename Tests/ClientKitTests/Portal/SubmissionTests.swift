import Glibc
import JSON
import Synchronization
import TestSupport
import Testing

@testable import ClientKit

/// How a filled form leaves the outbox, whatever becomes of its requests.
@Suite struct SubmissionTests {
    private static let room = "!app:localhost"
    private let folder = TemporaryFolder()
    private let store: LocalStore

    init() throws { store = try LocalStore(path: folder.path + "/store.sqlite", owner: "@hanako:localhost") }

    /// What a server heard, and what it says.
    private final class Server: Sendable {
        let heard = Mutex<[(path: String, body: [UInt8])]>([])
        let answers: Mutex<[@Sendable () throws -> ClientResponse]>

        init(_ answers: [@Sendable () throws -> ClientResponse]) { self.answers = Mutex(answers) }

        func answer(_ request: ClientRequest) throws -> ClientResponse {
            let path = String(request.url.dropFirst("http://server".count).prefix { $0 != "?" })
            if path == "/_matrix/media/v3/upload" {
                heard.withLock { $0.append((path, [])) }
                return ClientResponse(status: 200, body: Array(#"{"content_uri":"mxc://localhost/picture"}"#.utf8))
            }
            guard case .bytes(let body) = request.body else { throw TransportError.other("no body") }
            heard.withLock { $0.append((path, body)) }
            guard let next = answers.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { throw TransportError.cut }
            return try next()
        }

        func paths(_ part: String) -> [[UInt8]] { heard.withLock { $0.filter { $0.path.contains(part) }.map(\.body) } }
    }

    private func sender(_ server: Server) -> OutboxSender {
        let transport = FakeTransport { try server.answer($0) }
        let engine = AccountEngine(
            owner: "@hanako:localhost", store: store,
            client: MatrixClient(baseURL: "http://server", transport: transport, accessToken: "token"), isMado: true,
            clock: DrivenConnectionClock(), filesFolder: folder.path, mediaFolder: folder.path
        ) { _ in }
        return OutboxSender(engine: engine) { _, _, _ in }
    }

    private func enter(isJoined: Bool = true) async throws -> String {
        let copy = folder.write(Array("picture".utf8), to: "copy")
        try await store.write { database in
            try database.setMembership(isJoined ? "join" : "leave", of: try database.room(Self.room), since: 1)
            var entry = OutboxEntry(roomID: Self.room, transactionID: "mado-1", kind: .submission, timestamp: 77)
            let file = FormFile(path: copy, name: "a.png", mimeType: "image/png", size: 7)
            entry.submission = SubmissionContent(
                version: 2, values: ["day": .text("2026-04-01"), "proof": .file(file)])
            try database.addEntry(entry)
        }
        return copy
    }

    private static func json(_ status: Int, _ text: String) -> @Sendable () throws -> ClientResponse {
        { ClientResponse(status: status, body: Array(text.utf8)) }
    }

    @Test func aLostAnswerIsAskedForAgainWithTheSameBytes() async throws {
        let copy = try await enter()
        #expect(try await store.read { try $0.outboxFiles() } == [copy])
        let accepted = Self.json(200, #"{"submission_id":"mado-1","state":"accepted"}"#)
        let server = Server([{ throw TransportError.cut }, accepted])
        await sender(server).drain()
        #expect(try await store.read { try $0.countWaiting() } == 1)
        // Another start of the program: nothing of the first one is known but what is on the disk.
        await sender(server).drain()
        let bodies = server.paths("/apps/")
        #expect(bodies.count == 2 && bodies[0] == bodies[1])
        #expect(
            String(decoding: bodies[0], as: UTF8.self)
                == #"{"version":2,"created_ts":77,"fields":{"day":"2026-04-01","proof":{"url":"mxc://localhost/picture","name":"a.png","mimetype":"image/png","size":7}}}"#
        )
        #expect(server.paths("/upload").count == 1)
        let submissions = try await store.read { try $0.submissions(of: Self.room) }
        #expect(submissions.map(\.state) == [.accepted] && submissions.map(\.id) == ["mado-1"])
        #expect(try await store.read { try $0.countWaiting() } == 0)
        #expect(access(copy, F_OK) != 0)
        // The answer comes by sync.
        try await store.write {
            let answer = #"{"state":"answered","answered_ts":99,"body":"Granted"}"#
            try $0.setAccountData("mado.submission.mado-1", Array(answer.utf8), roomID: Self.room)
        }
        let answered = try await store.read { try $0.submissions(of: Self.room) }
        guard case .answered(let answer)? = answered.first?.state else {
            Issue.record("\(answered)")
            return
        }
        #expect(answer.text == "Granted" && answer.timestamp == 99)
    }

    @Test func whatIsRefusedSaysWhichField() async throws {
        _ = try await enter()
        let server = Server([
            Self.json(
                400, #"{"errcode":"M_INVALID_PARAM","error":"The form is not right.","fields":{"day":"is a holiday"}}"#)
        ])
        await sender(server).drain()
        await sender(server).drain()
        #expect(server.paths("/apps/").count == 1)
        let entry = try #require(try await store.read { try $0.entry("mado-1") })
        #expect(entry.failure == "The form is not right." && entry.submission?.problems == ["day": "is a holiday"])
    }

    @Test func anApplicationThatWasNeverOpenedIsJoinedFirst() async throws {
        _ = try await enter(isJoined: false)
        let server = Server([
            Self.json(200, "{}"), Self.json(200, #"{"submission_id":"mado-1","state":"accepted"}"#),
        ])
        await sender(server).drain()
        #expect(server.heard.withLock { $0.map(\.path) }.first == "/_matrix/client/v3/rooms/%21app%3Alocalhost/join")
        #expect(try await store.read { try $0.countWaiting() } == 0)
    }
}
