import Dispatch
import TestSupport
import Testing

@testable import ClientKit

/// Requests through proxies that refuse, are dead, or are asked by plain HTTP.
struct ProxyTests {
    private func error(_ transport: CurlTransport, _ url: String) async -> TransportError? {
        do {
            _ = try await transport.send(ClientRequest("GET", url))
            return nil
        } catch {
            return error as? TransportError
        }
    }

    @Test func aDeadProxyIsNoReasonToGoDirectly() async throws {
        let server = ScriptedServer { connection in
            while connection.request() != nil { connection.answer() }
        }
        let proxy = ScriptedServer { _ in }
        proxy.stop()
        let transport = try CurlTransport(NetworkSettings(proxy: .manual(url: proxy.url)))
        #expect(await error(transport, server.url) == .proxyUnreachable(proxy: proxy.url))
        #expect(server.connectionCount == 0)
        try transport.apply(NetworkSettings(proxy: .none))
        #expect(try await transport.send(ClientRequest("GET", server.url)).status == 200)
    }

    /// The connections that a request was meant for are given up before it is known which way it goes.
    @Test func aNetworkMayChangeWhileTheAutomaticConfigurationIsFetched() async throws {
        let server = ScriptedServer { connection in
            while connection.request() != nil { connection.answer(200, "there") }
        }
        let (asked, ask) = AsyncStream<Void>.makeStream()
        let mayAnswer = DispatchSemaphore(value: 0)
        let configuration = ScriptedServer { connection in
            while connection.request() != nil {
                ask.yield()
                mayAnswer.wait()
                connection.answer(200, "function FindProxyForURL(url, host) { return 'DIRECT'; }")
            }
        }
        let transport = try CurlTransport(NetworkSettings(proxy: .automatic(url: configuration.url + "/proxy.pac")))
        async let answer = transport.send(ClientRequest("GET", server.url))
        for await _ in asked { break }
        transport.networkChanged()
        // Once for the request as it was, once for the one on new connections.
        mayAnswer.signal()
        mayAnswer.signal()
        #expect(try await String(decoding: answer.body, as: UTF8.self) == "there")
    }

    @Test func namesAreForTheProxy() async throws {
        let proxy = ScriptedServer { connection in
            while let request = connection.request() {
                connection.answer(200, "\(request.method) \(request.target) \(request.headers["host"] ?? "")")
            }
        }
        let transport = try CurlTransport(NetworkSettings(proxy: .manual(url: proxy.url)))
        let response = try await transport.send(ClientRequest("GET", "http://mado.invalid:8008/x"))
        #expect(
            String(decoding: response.body, as: UTF8.self) == "GET http://mado.invalid:8008/x mado.invalid:8008")
        #expect(await transport.proxy(for: "http://mado.invalid") == proxy.url)
        // The proxy answered this to CONNECT with a body of its own; there is no tunnel to be had.
        #expect(await error(transport, "https://mado.invalid") != nil)
    }

    @Test func aRefusedPasswordIsNotSentAgain() async throws {
        let (asked, ask) = AsyncStream<String>.makeStream()
        let proxy = ScriptedServer { connection in
            while let request = connection.request() {
                ask.yield(request.headers["proxy-authorization"] ?? "none")
                connection.answer(407, headers: ["Proxy-Authenticate: Basic realm=\"office\""])
            }
        }
        var settings = NetworkSettings(proxy: .manual(url: proxy.url), proxyUser: "hanako", proxyPassword: "wrong")
        let transport = try CurlTransport(settings)
        let refused = TransportError.proxyAuthenticationRequired(proxy: proxy.url, schemes: ["Basic"])
        for url in ["https://mado.invalid", "http://mado.invalid", "https://other.invalid"] {
            #expect(await error(transport, url) == refused)
        }
        settings.proxyPassword = "other"
        try transport.apply(settings)
        #expect(await error(transport, "https://mado.invalid") == refused)
        ask.finish()
        var passwords: [String] = []
        for await password in asked where password != "none" { passwords.append(password) }
        #expect(passwords == ["Basic aGFuYWtvOndyb25n", "Basic aGFuYWtvOm90aGVy"])
    }

    @Test func whatAProxySaysInsteadOfATunnel() async throws {
        let proxy = ScriptedServer { connection in
            guard let request = connection.request() else { return }
            if request.target.hasPrefix("gone") { return }
            connection.answer(503, "no such host")
        }
        let transport = try CurlTransport(NetworkSettings(proxy: .manual(url: proxy.url)))
        #expect(await error(transport, "https://mado.invalid") == .proxyRefused(proxy: proxy.url, status: 503))
        #expect(await error(transport, "https://gone.invalid") == .proxyRefused(proxy: proxy.url, status: 0))
    }
}
