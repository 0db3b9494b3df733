import Synchronization
import Testing

@testable import ClientKit

/// The connection with a transport that answers as a test says, and a clock that the test drives.
struct SyncConnectionTests {
    /// Keeps what it is given; everything that happens goes into one stream of words.
    private final class Sink: SyncSink {
        let token = Mutex<String?>(nil)
        let events: AsyncStream<String>.Continuation
        let refuses: Bool

        init(_ events: AsyncStream<String>.Continuation, refuses: Bool = false) {
            self.events = events
            self.refuses = refuses
        }

        func nextBatch() async -> String? { token.withLock { $0 } }

        func apply(_ answer: [UInt8]) async throws {
            let text = String(decoding: answer, as: UTF8.self)
            if refuses { throw TransportError.other("disk full") }
            token.withLock { $0 = text.split(separator: "\"").last { $0.hasPrefix("s") }.map(String.init) }
            events.yield("applied \(text)")
        }

        func drainOutbox() async { events.yield("drained") }
        func announce(connectsEvery seconds: Int?) async throws {
            events.yield("announced \(seconds.map(String.init) ?? "nothing")")
        }
    }

    private struct Memory: NetworkMemory {
        func means(in network: String) async -> RememberedMeans? { nil }
        func remember(_ means: RememberedMeans?, in network: String) async {}
    }

    private let clock = DrivenConnectionClock()

    private func connection(
        _ transport: FakeTransport, isMado: Bool = true, mode: ConnectionMode = .continuous, refuses: Bool = false
    ) -> (SyncConnection, AsyncStream<String>.Iterator) {
        let (events, tell) = AsyncStream<String>.makeStream()
        let connection = SyncConnection(
            baseURL: "https://example.org", accessToken: "secret", isMado: isMado, transport: transport,
            sink: Sink(tell, refuses: refuses), memory: Memory(), clock: clock, mode: mode, networkName: { "eth0" }
        ) { tell.yield("\($0.proxy ?? "none") \($0.state)") }
        return (connection, events.makeAsyncIterator())
    }

    private static func json(_ text: String, _ status: Int = 200) -> ClientResponse {
        ClientResponse(status: status, headers: [("content-type", "application/json")], body: Array(text.utf8))
    }

    /// The events until one begins with that.
    private func until(
        _ prefix: String, _ events: inout AsyncStream<String>.Iterator
    ) async -> [String] {
        var seen: [String] = []
        while let event = await events.next() {
            seen.append(event)
            if event.hasPrefix(prefix) { break }
        }
        return seen
    }

    private let proxy = "http://proxy.example:3128"

    @Test func answersOfAStreamAreAppliedInOrder() async {
        let requests = Mutex<[String]>([])
        let (chunks, send) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
        let transport = FakeTransport(
            stream: { request in
                requests.withLock { $0.append(request.url) }
                return StreamedResponse(
                    status: 200, headers: [("Content-Type", "text/event-stream; charset=utf-8")], chunks: chunks)
            },
            { request in
                requests.withLock { $0.append(request.url) }
                #expect(request.headers.contains { $0.name == "Authorization" && $0.value == "Bearer secret" })
                return Self.json(#"{"next_batch":"s1"}"#)
            })
        var (connection, events) = connection(transport)
        connection.start()
        _ = await until("applied", &events)
        send.yield(Array("retry: 1\n\n".utf8))
        _ = await until("\(proxy) streaming", &events)
        send.yield(Array("event: sync\nid: s2\nda".utf8))
        send.yield(Array("ta: {\"next_batch\":\"s2\"}\n\nevent: sync\ndata: {\"next_batch\":\"s3\"}\n\n".utf8))
        #expect(await until("applied", &events) == [#"applied {"next_batch":"s2"}"#])
        #expect(await until("applied", &events) == [#"applied {"next_batch":"s3"}"#])
        await connection.stop()
        let base = "https://example.org/"
        #expect(
            requests.withLock { $0 } == [
                base + "_matrix/client/v3/sync?set_presence=online&timeout=0",
                base + "_mado/v1/sync/stream?set_presence=online&since=s1",
            ])
    }

    @Test func aStreamWithoutAByteIsLeftForPolls() async {
        let (chunks, send) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
        let (polls, poll) = AsyncStream<Void>.makeStream()
        let transport = FakeTransport(
            stream: { _ in
                StreamedResponse(status: 200, headers: [("content-type", "text/event-stream")], chunks: chunks)
            },
            { request in
                if !request.url.contains("timeout=0") {
                    #expect(request.idleTimeout == .seconds(70))
                    for await _ in polls { break }
                }
                return Self.json(#"{"next_batch":"s9"}"#)
            })
        var (connection, events) = connection(transport)
        connection.start()
        _ = await until("applied", &events)
        await clock.advanceToNextSleeper()
        #expect(await until("\(proxy) polling", &events).contains("drained"))
        #expect(clock.now().uptime == 10_000)
        poll.yield()
        _ = await until("applied", &events)
        await connection.stop()
        send.finish()
    }

    @Test func whatTheServerSaysIsReported() async {
        let answers = Mutex([
            Self.json(#"{"errcode":"M_LIMIT_EXCEEDED","error":"slow down","retry_after_ms":90000}"#, 429),
            ClientResponse(status: 200, body: Array("<html>log in to the hotel's network".utf8)),
            ClientResponse(status: 401, body: Array("<html>".utf8)),
            Self.json(#"{"errcode":"M_UNKNOWN_TOKEN","error":"gone","soft_logout":true}"#, 401),
        ])
        var (connection, events) = connection(
            FakeTransport { _ in answers.withLock { $0.removeFirst() } }, isMado: false)
        connection.start()
        let limited = await until("\(proxy) offline", &events).last!
        #expect(limited.contains("status: 429") && limited.contains("slow down"))
        #expect(limited.contains("retryAt: Optional(1767225690000)"))
        await clock.advanceToNextSleeper()
        #expect(await until("\(proxy) offline", &events).last!.contains("status: 200, errcode: nil"))
        await clock.advanceToNextSleeper()
        #expect(await until("\(proxy) offline", &events).last!.contains("status: 401, errcode: nil"))
        await clock.advanceToNextSleeper()
        #expect(await until("\(proxy) loggedOut", &events).last == "\(proxy) loggedOut(soft: true)")
        await connection.stop()
    }

    @Test func whatCannotBeKeptIsReported() async {
        var (connection, events) = connection(FakeTransport { _ in Self.json("{}") }, refuses: true)
        connection.start()
        #expect(await until("\(proxy) offline", &events).last!.contains("store"))
        await connection.stop()
    }

    @Test func anIntervalSendsAndFetches() async {
        var (connection, events) = connection(
            FakeTransport { _ in Self.json(#"{"next_batch":"s1"}"#) }, mode: .interval(minutes: 15))
        connection.start()
        let answer = #"applied {"next_batch":"s1"}"#
        let seen = await until("\(proxy) interval", &events)
        #expect(
            seen.drop { $0 != answer }.dropLast() == [answer, "announced 900", "drained", answer])
        await clock.advanceToNextSleeper()
        #expect(clock.now().uptime == 900_000)
        #expect(await until("\(proxy) interval", &events).contains("drained"))
        await connection.stop()
    }

    @Test func stoppingWaitsAndStartingAgainWorks() async {
        var (connection, events) = connection(
            FakeTransport { request in
                guard request.url.contains("timeout=0") else {
                    try await Task.sleep(for: .seconds(3600))
                    return Self.json("{}")
                }
                return Self.json(#"{"next_batch":"s1"}"#)
            }, isMado: false)
        for _ in 0..<3 {
            connection.start()
            connection.start()
            _ = await until("\(proxy) polling", &events)
            await connection.stop()
        }
    }
}
