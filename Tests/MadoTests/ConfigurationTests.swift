import HTTP
import Server
import Testing

@testable import mado

@Suite struct ConfigurationTests {
    private func load(
        _ toml: String = "", environment: [String: String] = [:], overrides: [ConfigurationLoader.Override] = []
    ) throws -> ServerConfiguration {
        let file = try ConfigurationFile(parsing: Array(toml.utf8), path: "mado.toml")
        return try ConfigurationLoader(file: file, environment: environment, overrides: overrides).load()
    }

    private func errors(_ toml: String, environment: [String: String] = [:]) -> [String] {
        do {
            _ = try load(toml, environment: environment)
            return []
        } catch let errors as ConfigurationErrors {
            return errors.all.map(\.description)
        } catch { return ["\(error)"] }
    }

    @Test func nothingGivenIsTheDefaults() throws {
        #expect(try load() == ServerConfiguration())
    }

    @Test func everyKindOfValueIsRead() throws {
        let configuration = try load(
            """
            server_name = "example.org"
            listeners = ["https://0.0.0.0:443", "http://[::1]:8008"]
            trusted_proxies = ["10.0.0.0/8"]
            well_known_base_url = "https://chat.example.org/"
            [registration]
            policy = "token"
            guests = true
            [http]
            maximum_pending = "2 MiB"
            maximum_header = 16384
            deadlines.idle = "5m"
            [limits.login]
            burst = 3
            per_minute = 7
            """)
        #expect(configuration.serverName == "example.org")
        #expect(configuration.listeners.map(\.description) == ["https://0.0.0.0:443", "http://[::1]:8008"])
        #expect(configuration.trustedProxies.map(\.description) == ["10.0.0.0/8"])
        #expect(configuration.wellKnownBaseURL == "https://chat.example.org")
        #expect(configuration.registration.policy == .token)
        #expect(configuration.registration.allowsGuests)
        #expect(configuration.http.maximumPendingBytes == 2 << 20)
        #expect(configuration.http.maximumHeaderBytes == 16384)
        #expect(configuration.http.idleDeadline == .seconds(300))
        #expect(configuration.limits.login == RequestRate(burst: 3, perMinute: 7))
    }

    @Test func laterSourcesWin() throws {
        let file = "server_name = \"file.example\""
        let environment = ["MADO_SERVER_NAME": "environment.example", "HOME": "/root"]
        let option = ConfigurationLoader.Override(
            option: "--server-name", key: "server_name", value: .untyped("option.example"))
        #expect(try load(file).serverName == "file.example")
        #expect(try load(file, environment: environment).serverName == "environment.example")
        #expect(try load(file, environment: environment, overrides: [option]).serverName == "option.example")
    }

    @Test func everyKeyIsAnEnvironmentVariable() throws {
        // A changed text for each kind would need each kind's rules; the default, written out, must be taken.
        for key in ConfigurationKeys.all {
            guard let value = key.render(ServerConfiguration()) else { continue }
            let text = value.filter { !"\"[]".contains($0) }
            #expect(throws: Never.self, "\(key.name)") { try load(environment: [key.environmentName: text]) }
        }
    }

    @Test func listsStandWithCommasInTheEnvironment() throws {
        let configuration = try load(environment: ["MADO_LISTENERS": "http://127.0.0.1:1, https://127.0.0.1:2"])
        #expect(configuration.listeners.map(\.port) == [1, 2])
    }

    @Test func emptyTextUnsetsAnOptionalValue() throws {
        let configuration = try load(
            "[metrics]\nlistener = \"http://127.0.0.1:9090\"", environment: ["MADO_METRICS_LISTENER": ""])
        #expect(configuration.metrics.listener == nil)
    }

    @Test func syntaxErrorsSayWhere() {
        let found = errors("server_name = \"a\"\nlisteners = [\n")
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("mado.toml:2:") == true, "\(found)")
    }

    @Test func unknownKeysAreRefusedWithASuggestion() {
        #expect(
            errors("\nserver_nam = \"a\"") == [
                "mado.toml:2:14: server_nam: unknown key; did you mean \"server_name\"?"
            ])
        #expect(errors("[htp]\nmaximum_pending = 1").first?.contains("unknown table; did you mean \"http\"?") == true)
        #expect(errors("[htp]\nmaximum_pending = 1").count == 1)
        #expect(
            errors("", environment: ["MADO_SERVER_NAM": "x"]) == [
                "environment variable MADO_SERVER_NAM: no such setting; did you mean \"MADO_SERVER_NAME\"?"
            ])
    }

    @Test func everyFaultIsToldAtOnce() {
        #expect(errors("demo = 1\nserver_name = \"a b\"\n[log]\nlevel = \"loud\"").count == 3)
    }

    @Test(arguments: [
        ("demo = 1", "true or false"),
        ("demo = \"true\"", "true or false"),
        ("server_name = \"a b\"", "a host name"),
        ("server_name = 5", "a host name"),
        ("server_name = \"example.org:99999\"", "a host name"),
        ("server_name = 2026-01-01", "a date"),
        ("listeners = []", "a list of addresses"),
        ("listeners = [[\"http://127.0.0.1:1\"]]", "a list of addresses"),
        ("listeners = [\"ftp://127.0.0.1\"]", "a list of addresses"),
        ("listeners = [\"https://example.org\"]", "a list of addresses"),
        ("listeners = [\"https://127.0.0.1:70000\"]", "a list of addresses"),
        ("trusted_proxies = [\"10.0.0.0/33\"]", "addresses or ranges"),
        ("well_known_base_url = \"chat.example.org\"", "a URL"),
        ("well_known_base_url = \"https://a/?b\"", "a URL"),
        ("registration = \"open\"", "unknown key"),
        ("[demo]", "found a table"),
        ("rooms.default_version = \"9\"", "\"10\", \"11\", \"12\""),
        ("log.level = \"loud\"", "\"debug\", \"info\", \"warning\", \"error\""),
        ("metrics.listener = \"https://127.0.0.1:9090\"", "http://127.0.0.1:9090"),
        ("presence.grace = 30", "a duration from 1s to 1h"),
        ("presence.grace = \"30\"", "a duration from 1s to 1h"),
        ("presence.grace = \"2h\"", "a duration from 1s to 1h"),
        ("presence.grace = \"-1s\"", "a duration from 1s to 1h"),
        ("http.maximum_header_count = 1.5", "a whole number from 16 to 1000"),
        ("http.maximum_header_count = 15", "found 15"),
        ("http.maximum_pending = \"2 MB\"", "a size from 64 KiB to 1 GiB"),
        ("http.maximum_pending = -1", "a size from"),
        ("http.maximum_pending = \"99999999999999999 GiB\"", "a size from"),
    ])
    func wrongValuesSayWhatIsAllowed(_ toml: String, _ expected: String) {
        let found = errors(toml)
        #expect(found.count == 1)
        #expect(found.first?.contains(expected) == true, "\(found)")
        #expect(found.first?.hasPrefix("mado.toml:1:") == true, "\(found)")
    }

    @Test func valuesThatContradictAreRefused() {
        #expect(errors("tls.certificate = \"a\"").first?.contains("both") == true)
        #expect(errors("listeners = [\"http://127.0.0.1:1\", \"http://localhost:1\"]").first?.contains("twice") == true)
        #expect(
            errors("listeners = [\"http://127.0.0.1:1\"]\nmetrics.listener = \"http://127.0.0.1:1\"").first?
                .contains("metrics.listener") == true)
    }

    @Test func durationsAndSizesReadWhatTheyWrite() {
        for milliseconds in [1, 999, 1000, 59_000, 60_000, 3_600_000, 86_400_000, 90_000] as [Int64] {
            let duration = Duration.milliseconds(milliseconds)
            #expect(DurationText.parse(DurationText.render(duration)) == duration)
        }
        for count in [1, 1023, 1024, 1400, 1 << 20, 3 << 30] {
            #expect(ByteCountText.parse(ByteCountText.render(count)) == count)
        }
        #expect(DurationText.parse("1.5s") == nil)
        #expect(DurationText.parse("s") == nil)
        #expect(DurationText.parse("+5s") == nil)
        #expect(ByteCountText.parse("+5") == nil)
    }
}
