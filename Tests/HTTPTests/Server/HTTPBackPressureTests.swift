import EventLoop
import HTTP
import Synchronization
import TestSupport
import Testing

/// Nothing is held without bound for a client that does not read, or for an application that does not.
struct HTTPBackPressureTests {
    /// Writes `total` bytes, as fast as the exchange allows. Confined to the loop.
    private final class Source: @unchecked Sendable {
        private let exchange: HTTPExchange
        private var left: Int
        private let refusals: Tally

        init(_ exchange: HTTPExchange, total: Int, refusals: Tally) {
            self.exchange = exchange
            self.refusals = refusals
            left = total
        }

        func start() {
            exchange.begin(.ok, [:])
            exchange.onWritable = { self.go() }
            go()
        }

        private func go() {
            while left > 0 {
                let count = min(left, 10_000)
                left -= count
                guard exchange.write([UInt8](repeating: UInt8(left % 251), count: count)) else {
                    refusals.add()
                    return
                }
            }
            exchange.finish()
        }
    }

    static func expected(_ total: Int) -> [UInt8] {
        var left = total
        var bytes: [UInt8] = []
        while left > 0 {
            let count = min(left, 10_000)
            left -= count
            bytes += [UInt8](repeating: UInt8(left % 251), count: count)
        }
        return bytes
    }

    @Test(arguments: [false, true])
    func aStreamWaitsForItsReader(overTLS: Bool) async throws {
        let total = 8_000_000
        let refusals = Tally()
        let certificate = try TestCertificate(commonName: "test")
        try await withServer(tls: [overTLS ? certificate.configuration : nil]) {
            Source($0, total: total, refusals: refusals).start()
        } test: { server in
            let client = try await TestClient(port: server.port, receiveBuffer: 20_000)
            if overTLS { _ = try await client.startTLS() }
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await eventually("the stream is held up") { refusals.count > 0 }
            #expect(try await client.response()?.body == HTTPBackPressureTests.expected(total))
            #expect(refusals.count > 1)
        }
    }

    @Test func aStreamThatDoesNotWaitIsDropped() async throws {
        let closed = Tally()
        try await withServer(configure: { $0.limits.writeBacklog = 500_000 }) { exchange in
            exchange.onClose = { closed.add() }
            exchange.begin(.ok, [:])
            for _ in 0..<10_000 where closed.count == 0 {
                exchange.write([UInt8](repeating: 0, count: 10_000))
            }
        } test: { server in
            let client = try await TestClient(port: server.port, receiveBuffer: 20_000)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await eventually("the client is dropped") { closed.count == 1 }
            try await eventually("the connection is gone") { server.statistics.open == 0 }
        }
    }

    @Test func aBodyWaitsForTheApplication() async throws {
        let held = Held()
        let received = Tally()
        try await withServer { exchange in
            held.hold(exchange)
            exchange.readBody { part in
                received.add(part.count)
                exchange.pauseBody()
            } onEnd: { error in
                #expect(error == nil)
                exchange.respond(.text("\(received.count)"))
            }
        } test: { server in
            let client = try await server.client()
            let total = 32_000_000
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(total)\r\n\r\n")
            try await eventually("the head is there") { held.count == 1 }
            let body = [UInt8](repeating: 1, count: total)
            var sent = 0
            while case let count = client.sendWhatFits(Array(body[sent...])), count > 0 { sent += count }
            #expect(sent < total)
            #expect(server.statistics.bytesReceived < 200_000)
            let rest = Array(body[sent...])
            async let sending: Void = client.send(rest)
            while received.count < total { await held.on { $0.resumeBody() } }
            // Once more, if the last part was followed by a pause before the end.
            await held.on { $0.resumeBody() }
            try await sending
            #expect(try await client.response()?.text == "\(total)")
        }
    }

    @Test func aBodyThatNobodyAskedForIsNotRead() async throws {
        let held = Held()
        try await withServer {
            held.hold($0)
        } test: { server in
            let client = try await server.client()
            let total = 32_000_000
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(total)\r\n\r\n")
            try await eventually("the head is there") { held.count == 1 }
            var sent = 0
            let part = [UInt8](repeating: 1, count: 1_000_000)
            while case let count = client.sendWhatFits(part), count > 0 { sent += count }
            #expect(sent < total)
            #expect(server.statistics.bytesReceived < 200_000)
            await held.on { $0.respond(.text("no")) }
        }
    }
}
