import Glibc
import TestSupport
import Testing

@testable import ClientKit

/// The forwarder to servers that do what each test says. That it goes through proxies and TLS is tried with real ones
/// (`Tests/Integration/test-call-networks`).
struct TURNForwarderTests {
    private let transport = try! CurlTransport(NetworkSettings(proxy: .none))

    private func forwarder(_ server: ScriptedServer) -> TURNForwarder {
        let authority = server.url.dropFirst(7)
        return TURNForwarder(
            transport: transport,
            server: TURNServer(
                username: "1:@a:b", password: "p/+=", uris: ["turn:\(authority)?transport=tcp"], lifetime: .seconds(60))
        )
    }

    /// A blocking connection to the port; nil when there is none.
    private final class Local: Sendable {
        let descriptor: Int32

        init?(_ port: UInt16) {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            let isConnected = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            if !isConnected { return nil }
        }

        deinit { close(descriptor) }

        func write(_ text: String) async {
            let bytes = Array(text.utf8)
            let sent = await onThread { send(self.descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
            #expect(sent == bytes.count)
        }

        /// Up to the end of a line; nil at the end of the connection.
        func line() async -> String? {
            await onThread {
                var text = ""
                var byte: UInt8 = 0
                while recv(self.descriptor, &byte, 1, 0) == 1 {
                    if byte == 10 { return text }
                    text.append(Character(UnicodeScalar(byte)))
                }
                return nil
            }
        }
    }

    @Test func bytesGoBothWaysAsTheyAre() async throws {
        let server = ScriptedServer { connection in
            while let line = connection.line() { connection.write("echo \(line)\n") }
        }
        let forwarder = forwarder(server)
        let port = try forwarder.start()
        #expect(forwarder.localURI() == "turn://1%3A%40a%3Ab:p%2F%2B%3D@127.0.0.1:\(port)?transport=tcp")
        let one = try #require(Local(port))
        let other = try #require(Local(port))
        let long = String(repeating: "x", count: 1_000_000)
        for (local, word) in [(one, "one"), (other, "two"), (one, "three")] {
            await local.write(word + "\n")
            #expect(await local.line() == "echo \(word)")
        }
        // More than any buffer holds, while nobody reads.
        await one.write(long + "\n")
        #expect(await one.line() == "echo " + long)
        #expect(server.connectionCount == 2)
        #expect(forwarder.lastProblem == nil)
    }

    @Test func theServersEndIsTheEnd() async throws {
        let server = ScriptedServer { connection in
            if let line = connection.line() { connection.write("\(line)\n") }
        }
        let forwarder = forwarder(server)
        let local = try #require(Local(try forwarder.start()))
        await local.write("last\n")
        #expect(await local.line() == "last")
        #expect(await local.line() == nil)
    }

    @Test func aServerThatIsNotThereIsTold() async throws {
        let server = ScriptedServer { _ in }
        server.stop()
        let forwarder = forwarder(server)
        let local = try #require(Local(try forwarder.start()))
        #expect(await local.line() == nil)
        #expect(forwarder.lastProblem == .cannotConnect(host: "127.0.0.1"))
    }

    @Test func afterTheCallThereIsNothing() async throws {
        let server = ScriptedServer { connection in
            while let line = connection.line() { connection.write("\(line)\n") }
        }
        let forwarder = forwarder(server)
        let port = try forwarder.start()
        let local = try #require(Local(port))
        await local.write("hello\n")
        #expect(await local.line() == "hello")
        forwarder.stop()
        forwarder.stop()
        #expect(await local.line() == nil)
        #expect(forwarder.localURI() == "")
        #expect(forwarder.lastProblem == nil)
    }

    @Test func withoutARelayThereIsNoPort() {
        let forwarder = TURNForwarder(
            transport: transport, server: TURNServer(username: "", password: "", uris: [], lifetime: .zero))
        #expect(throws: TURNForwarder.Failure.noRelay) { try forwarder.start() }
    }

    @Test func whoIsAtTheOtherEnd() {
        let table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1
               1: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 2 1
               2: 0100007F:C351 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1001        0 3 1
               3: 0500000A:C352 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 4 1
            """
        #expect(LoopbackPeer.isOwn(table, from: 50_000, to: 8080, user: 1000))
        #expect(!LoopbackPeer.isOwn(table, from: 50_001, to: 8080, user: 1000))
        #expect(!LoopbackPeer.isOwn(table, from: 50_002, to: 8080, user: 1000))
        #expect(!LoopbackPeer.isOwn(table, from: 50_003, to: 8080, user: 1000))
        #expect(!LoopbackPeer.isOwn("", from: 50_000, to: 8080, user: 1000))
    }
}
