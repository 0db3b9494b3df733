import EventLoop
import Foundation
import HTTP
import LinuxShims
import Testing

@Suite struct HTTPServerSocketPathTests {
    private struct Greeting: HTTPApplication {
        func receive(_ exchange: HTTPExchange) { exchange.respond(.text("hello \(exchange.head.path)")) }
    }

    @Test func aServerListensAtAPathThatOnlyItsUserReaches() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "mado-\(UUID().uuidString).sock").path()
        // What an earlier server left behind is replaced.
        try Data().write(to: URL(filePath: path))
        let group = try EventLoopGroup(count: 2)
        let server = HTTPServer(
            configuration: HTTPServerConfiguration(listeners: [HTTPListener(socketPath: path)]), group: group,
            application: Greeting())
        try server.start()
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)

        let descriptor = mado_connect_to_path(path)
        #expect(descriptor >= 0)
        let request = Array("GET /x HTTP/1.1\r\nHost: mado\r\nConnection: close\r\n\r\n".utf8)
        #expect(write(descriptor, request, request.count) == request.count)
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = read(descriptor, &buffer, buffer.count), count > 0 { answer += buffer[..<count] }
        close(descriptor)
        let text = String(decoding: answer, as: UTF8.self)
        #expect(text.hasPrefix("HTTP/1.1 200"))
        #expect(text.hasSuffix("hello /x"))

        await server.shutdown(grace: .seconds(1))
        group.shutdown()
        try FileManager.default.removeItem(atPath: path)
    }

    @Test func aPathTooLongIsRefused() throws {
        let group = try EventLoopGroup(count: 1)
        let path = "/tmp/" + String(repeating: "x", count: 120)
        let server = HTTPServer(
            configuration: HTTPServerConfiguration(listeners: [HTTPListener(socketPath: path)]), group: group,
            application: Greeting())
        #expect(throws: HTTPServerError.self) { try server.start() }
        group.shutdown()
    }
}
