import Glibc
import JSON
import Server
import Synchronization
import Testing

@Suite struct LogTests {
    /// Collects lines.
    private final class Page: Sendable {
        let lines = Mutex<[String]>([])
        func sink(_ level: LogLevel, _ format: LogFormat) -> LogSink {
            LogSink(
                level: level, format: format, clock: WallClock { 1_769_860_800_007 },
                write: { line in self.lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } })
        }
    }

    @Test func aLineOfText() {
        let page = Page()
        Log(page.sink(.info, .text)).area("http").request(42).info(
            "listening", ["address": "https://[::1]:8443", "note": "two words"])
        #expect(
            page.lines.withLock { $0 } == [
                "2026-01-31T12:00:00.007Z info listening request=42 area=http address=https://[::1]:8443 note=\"two words\"\n"
            ])
    }

    @Test func aLineOfJSON() throws {
        let page = Page()
        Log(page.sink(.info, .json)).request(7).error("broken \"pipe\"\n", ["path": "/a\u{1}"])
        let line = try #require(page.lines.withLock { $0 }.first)
        let value = try JSONValue.parse(Array(line.utf8.dropLast()))
        #expect(value["time"]?.string == "2026-01-31T12:00:00.007Z")
        #expect(value["level"]?.string == "error")
        #expect(value["message"]?.string == "broken \"pipe\"\n")
        #expect(value["request"]?.int == 7)
        #expect(value["path"]?.string == "/a\u{1}")
    }

    @Test func levelsBelowTheThresholdAreNotMade() {
        let page = Page()
        let sink = page.sink(.warning, .text)
        let log = Log(sink)
        func never() -> String {
            Issue.record("a message below the level was made")
            return ""
        }
        log.info(never())
        log.warning("one")
        sink.setLevel(.debug)
        #expect(log.passes(.debug))
        log.debug("two")
        #expect(page.lines.withLock { $0.count } == 2)
    }

    @Test func aPeerCannotForgeLines() {
        let page = Page()
        Log(page.sink(.info, .text)).info("a\nb\u{1B}[2J", ["x": "1\n2026 error forged"])
        let line = page.lines.withLock { $0.first ?? "" }
        #expect(line.utf8.count { $0 == UInt8(ascii: "\n") } == 1)
        #expect(!line.utf8.contains(0x1B))
    }

    @Test(arguments: [
        ("/sync?access_token=syt_secret&since=5", "/sync?access_token=…&since=5"),
        ("/sync?since=5&access_token=syt_secret", "/sync?since=5&access_token=…"),
        ("/sync?Access%5FToken=syt_secret", "/sync?Access%5FToken=…"),
        ("/sync?access_token=a&access_token=b", "/sync?access_token=…&access_token=…"),
        ("/sync?a=b&\u{301}x=1&access_token=syt_secret", "/sync?a=b&\u{301}x=1&access_token=…"),
        ("/login?loginToken=abc", "/login?loginToken=…"),
        ("https://a/_matrix?access_token=x#f", "https://a/_matrix?access_token=…"),
        ("/sync?since=5", "/sync?since=5"),
        ("/sync?", "/sync?"),
        ("/access_token=abc", "/access_token=abc"),
    ])
    func secretsLeaveTargets(_ target: String, _ expected: String) {
        #expect(Redaction.target(target) == expected)
    }
}
