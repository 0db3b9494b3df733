import EventLoop
import Foundation
import JSON
import MatrixAPI
import Store
import StoreSQLite
import TestSupport
import Testing

@testable import Server

@Suite struct ProvidersTests {
    private static let rss = """
        <rss version="2.0"><channel><item><title>Hello</title><guid>1</guid></item></channel></rss>
        """

    private func program(_ name: String, _ source: String, every interval: Int = 0) -> ProviderWish {
        var wish = ProviderWish(name: name, kind: .program)
        wish.source = source
        wish.interval = interval
        return wish
    }

    private func address(_ url: String) -> ProviderWish {
        var wish = ProviderWish(name: "web", kind: .address)
        wish.source = url
        wish.interval = 0
        return wish
    }

    /// The headlines in a provider's feed, in order.
    private func headlines(_ server: RouteHarness, _ feed: RoomID) async throws -> [String] {
        try await server.store.read { reader in
            try reader.events(in: feed, after: 0, through: .max, order: .forward, limit: 1000).compactMap {
                let content = $0.content["m.new_content"] ?? $0.content
                return content["mado.item"]?["headline"]?.string
            }
        }
    }

    @Test func programsGiveItemsInEveryForm() async throws {
        try await RouteHarness.withProviders { server, capabilities in
            let providers = capabilities.providers
            let outputs = [
                "json": (#"application/json\n\n{"items":[{"id":"1","headline":"From JSON"}]}"#, "From JSON"),
                "text": (#"text/plain\n\n\nFrom text\nSecond line\n"#, "From text"),
                "html": (#"text/html\n\n<h1>From <b>HTML</b></h1><p>Below<script>x</script></p>"#, "From HTML"),
                "xml": (
                    "application/rss+xml\\n\\n<rss><channel><item><title>From RSS</title></item></channel></rss>",
                    "From RSS"
                ),
            ]
            for (name, output) in outputs {
                try capabilities.write("printf 'Content-Type: \(output.0)'", to: name)
                let (provider, token) = try await providers.add(program(name, name))
                #expect(token == nil)
                let run = try await providers.run(name)
                #expect(run.isGood, "\(name): \(run.text)")
                #expect(run.text == "1 new, 0 changed, 0 known")
                #expect(try await providers.run(name).text == "0 new, 0 changed, 1 known")
                #expect(try await headlines(server, provider.room) == [output.1])
            }
        }
    }

    @Test func theQueryOfAProgramIsItsOwn() async throws {
        try await RouteHarness.withProviders { server, capabilities in
            try capabilities.write(
                #"printf 'Content-Type: text/plain\n\n'; echo "$QUERY_STRING $MADO_PROVIDER"; echo warn >&2"#,
                to: "echo")
            let (provider, _) = try await capabilities.providers.add(program("echo", "echo?place=Osaka;$(id)"))
            let run = try await capabilities.providers.run("echo")
            #expect(run.text.contains("warn"))
            #expect(try await headlines(server, provider.room) == ["place=Osaka;$(id) echo"])
        }
    }

    @Test func whatCannotBeAProviderIsRefused() async throws {
        try await RouteHarness.withProviders { server, capabilities in
            try capabilities.write("true", to: "program")
            let providers = capabilities.providers
            for wish in [
                program("a", "nothing"), program("a", "/etc/passwd"), program("a b", "program"), program("", "program"),
                program("a", "program", every: 1), address("file:///etc/passwd"), address("not an address"),
            ] {
                await #expect(throws: MatrixError.self) { try await providers.add(wish) }
            }
            _ = try await providers.add(program("a", "program"))
            await #expect(throws: MatrixError.self) { try await providers.add(program("a", "program")) }
            await #expect(throws: MatrixError.self) { try await providers.run("b") }
            try await providers.remove("a", withFeed: true)
            #expect(try await capabilities.feeds.feed(named: "a") == nil)
            await #expect(throws: MatrixError.self) { try await providers.remove("a", withFeed: false) }
        }
    }

    @Test func afterFailuresItWaitsLongerAndAdministratorsAreTold() async throws {
        try await RouteHarness.withProviders { server, capabilities in
            let providers = capabilities.providers
            let root = try await server.member("root", isAdministrator: true)
            try capabilities.write("echo broken >&2; exit 1", to: "flaky")
            _ = try await providers.add(program("flaky", "flaky", every: 60))
            var waits: [Duration] = []
            for _ in 0..<3 {
                #expect(try await !providers.run("flaky").isGood)
                waits.append(providers.delay(until: try await providers.provider("flaky")))
            }
            #expect(waits == [.seconds(120), .seconds(240), .seconds(480)])
            #expect(providers.figures.failing == 1)
            let failed = try await providers.provider("flaky")
            #expect(failed.failures == 3)
            #expect(failed.lastError.contains("broken"))
            #expect(await root.sync().text.contains("The provider flaky fails"))
            try capabilities.write(#"printf 'Content-Type: text/plain\n\nfine'"#, to: "flaky")
            #expect(try await providers.run("flaky").isGood)
            #expect(await root.sync().text.contains("The provider flaky works again"))
            #expect(providers.delay(until: try await providers.provider("flaky")) == .seconds(60))
            #expect(providers.figures.runs == 4)
            #expect(providers.figures.failures == 3)
            #expect(providers.figures.failing == 0)
            #expect(try await providers.runs(of: "flaky", limit: 10).map(\.isGood) == [true, false, false, false])
        }
    }

    @Test func providersRunWhenTheyAreDue() async throws {
        try await RouteHarness.withProviders { server, capabilities in
            let feed = try await capabilities.feeds.make("clock", title: nil, provider: "clock")
            try capabilities.write(#"printf 'Content-Type: text/plain\n\n'; echo "$MADO_NOW""#, to: "clock")
            let providers = capabilities.providers
            let (provider, _) = try await providers.add(program("clock", "clock", every: 60))
            #expect(provider.room == feed)
            let changes = Publications()
            server.journal.addObserver(changes)
            try await providers.start()
            // It never ran: it is due at once, and then every minute.
            await server.drivenClock.advance(by: .milliseconds(1))
            await changes.waitForEvents(1, in: feed)
            for minute in 2...3 {
                server.clock.advance(by: .seconds(60))
                await changes.advance(server, until: minute, in: feed)
            }
            try await providers.setEnabled(false, "clock")
            #expect(try await headlines(server, feed).count == 3)
        }
    }

    @Test func feedsOfTheWebAreAskedConditionally() async throws {
        try await RouteHarness.withProviders { server, capabilities in
            let requests = Requests()
            let web = ScriptedServer { connection in
                while let request = connection.request() {
                    requests.add(request.headers)
                    if request.headers["if-none-match"] == "\"1\"" {
                        connection.answer(304)
                    } else {
                        connection.answer(
                            200, Self.rss, headers: ["ETag: \"1\"", "Last-Modified: Thu, 26 Nov 2026 05:03:00 GMT"])
                    }
                }
            }
            let (provider, _) = try await capabilities.providers.add(address(web.url + "/rss"))
            #expect(try await capabilities.providers.run("web").text == "1 new, 0 changed, 0 known")
            #expect(try await capabilities.providers.run("web").text == "not changed")
            #expect(requests.all.map { $0["if-none-match"] } == [nil, "\"1\""])
            #expect(requests.all.last?["if-modified-since"] == "Thu, 26 Nov 2026 05:03:00 GMT")
            #expect(try await headlines(server, provider.room) == ["Hello"])
        }
    }

    @Test func hostileAddressesGiveNothing() async throws {
        try await RouteHarness.withProviders { server, capabilities in
            let web = ScriptedServer { connection in
                while let request = connection.request() {
                    switch request.target {
                    case "/private": connection.answer(302, headers: ["Location: http://127.0.0.2:1/"])
                    case "/huge": connection.answer(200, String(repeating: "x", count: 5 << 20))
                    case "/broken": connection.answer(200, "<rss><channel><item>")
                    case "/missing": connection.answer(404)
                    case "/bomb":
                        connection.answer(200, "<!DOCTYPE r [<!ENTITY a 'b'>]><rss><channel>&a;</channel></rss>")
                    default: connection.answer(200, Self.rss)
                    }
                }
            }
            let providers = capabilities.providers
            for path in ["/private", "/huge", "/broken", "/missing", "/bomb"] {
                _ = try await providers.add(address(web.url + path))
                let run = try await providers.run("web")
                #expect(!run.isGood, "\(path)")
                #expect(!run.text.isEmpty)
                try await providers.remove("web", withFeed: false)
            }
        }
        // Without the administrator's word nothing private is asked at all.
        try await RouteHarness.withProviders(allowed: []) { _, capabilities in
            let web = ScriptedServer { connection in
                while connection.request() != nil { connection.answer(200, Self.rss) }
            }
            _ = try await capabilities.providers.add(address(web.url))
            #expect(try await !capabilities.providers.run("web").isGood)
            #expect(web.connectionCount == 0)
        }
    }
}
