import Glibc
import JSON
import Synchronization
import TestSupport
import Testing

@testable import ClientKit

/// How messages leave the outbox, on a scripted server and a driven clock.
@Suite(.timeLimit(.minutes(1))) struct OutboxSenderTests {
    private typealias Answer = @Sendable () throws -> ClientResponse

    private static let room = "!r:localhost"
    private static let other = "!s:localhost"
    private let folder = TemporaryFolder()
    private let store: LocalStore
    private let clock = DrivenConnectionClock()

    init() throws { store = try LocalStore(path: folder.path + "/store.sqlite", owner: "@hanako:localhost") }

    /// Answers each request with the next entry of a script, the last one again and again.
    private final class Script: Sendable {
        let heard: AsyncStream<String>
        private let hear: AsyncStream<String>.Continuation
        private let answers: Mutex<[Answer]>

        init(_ answers: Answer...) {
            self.answers = Mutex(answers)
            (heard, hear) = AsyncStream.makeStream()
        }

        func answer(_ request: ClientRequest) throws -> ClientResponse {
            hear.yield(String(request.url.split(separator: "/").suffix(3).joined(separator: "/")))
            return try answers.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }()
        }
    }

    private func engine(_ script: Script, sendsAtOnce: Bool = true) -> AccountEngine {
        let transport = FakeTransport { try script.answer($0) }
        let engine = AccountEngine(
            owner: "@hanako:localhost", store: store,
            client: MatrixClient(baseURL: "http://server", transport: transport, accessToken: "token"), isMado: true,
            clock: clock, filesFolder: folder.path, mediaFolder: folder.path
        ) { _ in }
        engine.sendsAtOnce = sendsAtOnce
        return engine
    }

    private func sender(_ engine: AccountEngine) -> OutboxSender { OutboxSender(engine: engine) { _, _, _ in } }

    private func enter(_ transactions: String..., in room: String = room) async throws {
        try await store.write { database in
            for transaction in transactions {
                var entry = OutboxEntry(roomID: room, transactionID: transaction, kind: .message, timestamp: 7)
                entry.text = "Hello"
                try database.addEntry(entry)
            }
        }
    }

    private static let taken: Answer = {
        ClientResponse(status: 200, body: Array(#"{"event_id":"$e"}"#.utf8))
    }

    private static func error(_ status: Int, _ code: String, _ more: String = "") -> Answer {
        { ClientResponse(status: status, body: Array(#"{"errcode":"\#(code)","error":"No"\#(more)}"#.utf8)) }
    }

    private func waiting() async throws -> Int { try await store.read { try $0.countWaiting() } }

    @Test func aConversationsMessagesGoInTheirOrder() async throws {
        try await enter("1", "2", "3")
        let script = Script(Self.taken)
        await sender(engine(script)).drain()
        var heard = script.heard.makeAsyncIterator()
        for number in 1...3 { #expect(await heard.next() == "send/m.room.message/\(number)") }
        #expect(try await waiting() == 0)
    }

    @Test func oneThatIsRefusedHoldsNothingBack() async throws {
        try await enter("1", "2")
        try await enter("3", in: Self.other)
        let script = Script(Self.error(403, "M_FORBIDDEN"), Self.taken)
        await sender(engine(script)).drain()
        let failed = try await store.read { database in
            try ["1", "2", "3"].filter { try database.entry($0)?.failure != nil }
        }
        #expect(failed.count == 1)
        #expect(try await waiting() == 0)
    }

    @Test func oneWhoseFileIsGoneHoldsNothingBack() async throws {
        let path = folder.path + "/gone"
        try await store.write { database in
            var entry = OutboxEntry(roomID: Self.room, transactionID: "1", kind: .file, timestamp: 7)
            entry.file = OutboxFile(path: path, mimeType: "text/plain", name: "gone.txt", kind: .file, size: 1)
            try database.addEntry(entry)
        }
        try await enter("2")
        let script = Script({ throw TransportError.file(path: path, ENOENT) }, Self.taken)
        await sender(engine(script)).drain()
        #expect(try await waiting() == 0)
        let (lost, sent) = try await store.read { (try $0.entry("1"), try $0.entry("2")) }
        #expect(lost?.failure == SendFailure.fileMissing && lost?.isAttempted == false)
        #expect(sent?.eventID == "$e" && sent?.failure == nil)
    }

    @Test func oneWhoseFileCannotBeOpenedForTheMomentWaits() async throws {
        try await store.write { database in
            var entry = OutboxEntry(roomID: Self.room, transactionID: "1", kind: .file, timestamp: 7)
            entry.file = OutboxFile(path: "/f", mimeType: "text/plain", name: "f.txt", kind: .file, size: 1)
            try database.addEntry(entry)
        }
        let sender = sender(engine(Script({ throw TransportError.file(path: "/f", EMFILE) })))
        await sender.drain()
        #expect(try await waiting() == 1)
        await sender.stop()
    }

    /// Nor is it sent again and again, before each message.
    @Test func contactsThatAreRefusedHoldNothingBack() async throws {
        let script = Script(
            Self.error(404, "M_NOT_FOUND"), Self.error(400, "M_TOO_LARGE"), Self.taken,
            Self.error(404, "M_NOT_FOUND"), Self.taken)
        let engine = engine(script)
        let (problems, tell) = AsyncStream<String?>.makeStream()
        engine.onContacts { tell.yield(($0 as? MatrixClientError)?.errcode) }
        let sender = sender(engine)
        try await store.write { try $0.changeContacts { $0.set("@kenji:localhost", group: "Work", at: 1) } }
        await sender.drain()
        try await enter("1")
        await sender.drain()
        #expect(try await waiting() == 0)
        #expect(try await store.read { try $0.contacts().groups } == ["@kenji:localhost": "Work"])
        // Others may be taken.
        try await store.write { try $0.changeContacts { $0.set("@kenji:localhost", group: "Job", at: 2) } }
        await sender.drain()
        var heard = script.heard.makeAsyncIterator()
        let contacts = "%40hanako%3Alocalhost/account_data/mado.contacts"
        for path in [contacts, contacts, "send/m.room.message/1", contacts, contacts] {
            #expect(await heard.next() == path)
        }
        var told = problems.makeAsyncIterator()
        #expect(await told.next() == "M_TOO_LARGE")
        #expect(await told.next() == .some(nil))
        #expect(try await store.read { try !$0.hasUnsentContacts })
    }

    @Test func refusedContactsAreTriedWithAnotherConnection() async throws {
        let script = Script(
            Self.error(404, "M_NOT_FOUND"), Self.error(403, "M_FORBIDDEN"), Self.error(404, "M_NOT_FOUND"), Self.taken)
        let engine = engine(script)
        try await store.write { try $0.changeContacts { $0.set("@kenji:localhost", group: nil, at: 1) } }
        let sender = sender(engine)
        for _ in 0..<3 { await sender.drain() }
        #expect(try await store.read { try $0.hasUnsentContacts })
        engine.forgetRefusals()
        await sender.drain()
        #expect(try await store.read { try !$0.hasUnsentContacts })
    }

    @Test func aLostAnswerIsAskedForAgainUnderTheSameName() async throws {
        try await enter("1")
        let script = Script({ throw TransportError.cut }, Self.taken)
        let sender = sender(engine(script))
        await sender.drain()
        #expect(try await waiting() == 1)
        #expect(try await store.read { try $0.entry("1")?.isAttempted } == true)
        var heard = script.heard.makeAsyncIterator()
        #expect(await heard.next() == "send/m.room.message/1")
        await clock.advanceToNextSleeper()
        #expect(await heard.next() == "send/m.room.message/1")
        await sender.drain()
        #expect(try await waiting() == 0)
    }

    private func receive(_ events: String..., gap: String? = nil) async throws {
        let limit = gap.map { #","limited":true,"prev_batch":"\#($0)""# } ?? ""
        let answer = """
            {"next_batch":"s","rooms":{"join":{"\(Self.room)":{
            "timeline":{"events":[\(events.joined(separator: ","))]\(limit)}}}}}
            """
        let value = try JSONValue.parse(Array(answer.utf8))
        try await store.write { database in
            var application = try SyncApplication(database: database, owner: "@hanako:localhost", now: 1)
            try application.apply(value)
        }
    }

    private static func message(_ id: String, by sender: String = "@kenji:localhost", at timestamp: Int) -> String {
        """
        {"event_id":"\(id)","type":"m.room.message","sender":"\(sender)","origin_server_ts":\(timestamp),
        "content":{"msgtype":"m.text","body":"Hello"}}
        """
    }

    /// The event ids that the conversation shows in its order; a gap's is nil.
    private func shown() async throws -> [String?] {
        try await store.read { database in
            var reader = try TimelineReader(database, owner: "@hanako:localhost", roomID: Self.room)
            let window = try reader?.newestWindow()
            return try window.flatMap { try reader?.slice($0).items.map(\.eventID) } ?? []
        }
    }

    /// A message whose first attempt gets no answer, while much is said before the next.
    /// - Parameter own: what the server has of it.
    private func sendTwice(_ own: String) async throws -> Script {
        try await enter("1")
        try await receive(Self.message("$1", at: 1))
        let script = Script(
            { throw TransportError.cut }, Self.taken,
            { ClientResponse(status: 200, body: Array(#"{"event":\#(own),"start":"before"}"#.utf8)) })
        let sender = sender(engine(script, sendsAtOnce: false))
        await sender.drain()
        try await receive(Self.message("$9", at: 9), gap: "t")
        await sender.drain()
        return script
    }

    /// The first attempt had arrived, and so much was said since then that its echo lies in a gap.
    @Test func whatHadArrivedLongAgoGoesToItsPlace() async throws {
        let script = try await sendTwice(Self.message("$e", by: "@hanako:localhost", at: 5))
        #expect(try await shown() == ["$1", nil, "$e", nil, "$9"])
        #expect(try await store.read { try $0.entries(of: Self.room).isEmpty })
        var heard = script.heard.makeAsyncIterator()
        for path in ["send/m.room.message/1", "send/m.room.message/1", "%21r%3Alocalhost/context/%24e?limit=0"] {
            #expect(await heard.next() == path)
        }
    }

    /// The first attempt had not arrived: the echo is to come.
    @Test func whatArrivesWithALaterAttemptStaysLast() async throws {
        let own = Self.message("$e", by: "@hanako:localhost", at: 12)
        _ = try await sendTwice(own)
        #expect(try await shown() == ["$1", nil, "$9", "$e"])
        try await receive(own)
        #expect(try await shown() == ["$1", nil, "$9", "$e"])
        #expect(try await store.read { try $0.entries(of: Self.room).isEmpty })
    }

    @Test func whatCannotHaveReachedTheServerCanStillBeChanged() async throws {
        try await enter("1")
        let script = Script({ throw TransportError.cannotConnect(host: "server") })
        let sender = sender(engine(script))
        await sender.drain()
        #expect(try await store.read { try $0.entry("1")?.isAttempted } == false)
        await sender.stop()
    }

    @Test func attemptsAreFartherAndFartherApart() async throws {
        try await enter("1")
        let script = Script({ throw TransportError.cut })
        let sender = sender(engine(script))
        await sender.drain()
        var heard = script.heard.makeAsyncIterator()
        var times: [Int64] = []
        for _ in 0..<8 {
            _ = await heard.next()
            times.append(clock.now().uptime)
            await clock.advanceToNextSleeper()
        }
        let pauses = zip(times.dropFirst(), times).map { $0 - $1 }
        #expect(pauses == [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
        await sender.stop()
    }

    @Test func whatTheServerAsksIsRespected() async throws {
        try await enter("1")
        let script = Script(Self.error(429, "M_LIMIT_EXCEEDED", #","retry_after_ms":90000"#), Self.taken)
        let sender = sender(engine(script))
        await sender.drain()
        var heard = script.heard.makeAsyncIterator()
        _ = await heard.next()
        await clock.advanceToNextSleeper()
        #expect(clock.now().uptime == 90_000)
        _ = await heard.next()
        await sender.drain()
        #expect(try await waiting() == 0)
    }

    @Test func betweenConnectionsNothingIsTried() async throws {
        try await enter("1")
        let script = Script({ throw TransportError.cut }, Self.taken)
        let engine = engine(script, sendsAtOnce: false)
        let sender = sender(engine)
        await sender.drain()
        #expect(try await waiting() == 1)
        // Nobody sleeps until another attempt: the next connection is it, as in interval mode.
        #expect(clock.sleeperCount == 0)
        await sender.drain()
        #expect(try await waiting() == 0)
    }

    /// By a connection that is new, while an attempt on the old one fails.
    @Test func whoAsksDuringAnAttemptGetsOneOfTheirOwn() async throws {
        try await enter("1")
        let gate = Gate()
        let script = Script({ throw TransportError.cut }, Self.taken)
        let transport = FakeTransport { request in
            let answer = Result { try script.answer(request) }
            if case .failure = answer { await gate.wait() }
            return try answer.get()
        }
        let engine = AccountEngine(
            owner: "@hanako:localhost", store: store,
            client: MatrixClient(baseURL: "http://server", transport: transport, accessToken: "token"), isMado: true,
            clock: clock, filesFolder: folder.path, mediaFolder: folder.path
        ) { _ in }
        let sender = sender(engine)
        let first = Task { await sender.drain() }
        var heard = script.heard.makeAsyncIterator()
        _ = await heard.next()
        let second = Task { await sender.drain() }
        while await !sender.isAskedAgain { await Task.yield() }
        gate.open()
        await first.value
        await second.value
        #expect(try await waiting() == 0)
    }
}

/// Holds back whoever comes before it is opened.
private final class Gate: Sendable {
    private let opened: AsyncStream<Void>
    private let opening: AsyncStream<Void>.Continuation

    init() { (opened, opening) = AsyncStream.makeStream() }

    func open() { opening.finish() }
    func wait() async { for await _ in opened {} }
}
