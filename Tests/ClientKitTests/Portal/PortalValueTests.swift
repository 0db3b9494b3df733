import JSON
import Testing

@testable import ClientKit

/// Forms, delivery rules, subtitles, games: values that are read and checked.
@Suite struct PortalValueTests {
    private func form(_ fields: String) throws -> Form {
        try #require(Form(try JSONValue.parse(Array(#"{"title":"t","fields":[\#(fields)]}"#.utf8))))
    }

    @Test func fieldsAreChecked() throws {
        let form = try form(
            """
            {"name":"n","type":"number","label":"N","required":true,"min":1,"max":"2.5"},
            {"name":"d","type":"date","label":"D","min":"2026-01-01"},
            {"name":"t","type":"time","label":"T"},
            {"name":"x","type":"text","label":"X","max_length":3},
            {"name":"c","type":"choice","label":"C","options":[{"value":"a","label":"A"}]},
            {"name":"m","type":"choices","label":"M","options":[{"value":"a","label":"A"},{"value":"b","label":"B"}]},
            {"name":"k","type":"check","label":"K","required":true}
            """)
        #expect(form.problems(in: [:]) == ["n": .missing, "k": .missing])
        let wrong: [String: FormValue] = [
            "n": .text("3"), "d": .text("2025-12-31"), "t": .text("24:00"), "x": .text("long"), "c": .text("b"),
            "m": .list(["a", "z"]), "k": .flag(false),
        ]
        #expect(
            form.problems(in: wrong) == [
                "n": .tooLarge(maximum: "2.5"), "d": .tooSmall(minimum: "2026-01-01"), "t": .notATime,
                "x": .tooLong(maximum: 3), "c": .notOffered, "m": .notOffered, "k": .missing,
            ])
        let right: [String: FormValue] = [
            "n": .text("2.5"), "d": .text("2028-02-29"), "t": .text("9:05"), "x": .text("日本語"), "c": .text("a"),
            "m": .list(["a", "b"]), "k": .flag(true),
        ]
        #expect(form.problems(in: right).isEmpty)
        for text in ["1e999x", "two", "1,5", "0x10", "--1"] {
            #expect(form.problems(in: ["n": .text(text), "k": .flag(true)]) == ["n": .notANumber])
        }
        for text in ["2026-02-29", "2026-13-01", "26-01-01", "2026-1-1", "2026-00-10"] {
            #expect(!Form.Field.isDate(text))
        }
    }

    @Test func aSubmissionsBytesAreAlwaysTheSame() throws {
        var file = FormFile(path: "/tmp/x", name: "x.png", mimeType: "image/png", size: 3)
        file.upload = "mxc://localhost/x"
        let content = SubmissionContent(
            version: 2, values: ["b": .text("1"), "a": .list(["x"]), "f": .file(file), "k": .flag(true)])
        let body = String(decoding: content.body(created: 9), as: UTF8.self)
        #expect(
            body
                == #"{"version":2,"created_ts":9,"fields":{"a":["x"],"b":"1","f":{"url":"mxc://localhost/x","name":"x.png","mimetype":"image/png","size":3},"k":true}}"#
        )
        // What is kept knows the copy, too.
        let kept = try JSONValue.parse(JSONWriter.object { content.write(to: &$0) })
        #expect(SubmissionContent(kept) == content)
        #expect(content.files == ["/tmp/x"])
    }

    @Test func rulesAreReadAsTheyAreWritten() throws {
        var rule = DeliveryRule()
        rule.mode = .atTimes
        rule.times = [480, 1050]
        rule.words = ["rain"]
        rule.quiet = .init(from: 1320, to: 420)
        rule.timeZone = "Asia/Tokyo"
        let text = String(decoding: rule.json, as: UTF8.self)
        #expect(
            text
                == #"{"mode":"at_times","times":["08:00","17:30"],"words":["rain"],"quiet":{"from":"22:00","to":"07:00"},"time_zone":"Asia/Tokyo"}"#
        )
        #expect(DeliveryRule(try JSONValue.parse(Array(text.utf8))).times == rule.times)
        for text in ["24:00", "8", "08:60", ":", "8:00:00", "-1:00"] { #expect(DayTime.minutes(text) == nil) }
    }

    @Test func subtitlesSayWhatIsSaid() {
        let text =
            "WEBVTT\n\nNOTE nothing\n\n1\n00:01.000 --> 00:02.500 align:start\n<b>Good</b> morning\nHanako &amp; Kenji\n\n"
            + "01:00:00.000 --> 01:00:01.000\r\nLater\r\n\r\n00:03.000 --> 00:02.000\nwrong\n"
        let subtitles = WebVTT(Array(text.utf8))
        #expect(subtitles.cues.count == 2)
        #expect(subtitles.text(at: 999) == "")
        #expect(subtitles.text(at: 1_000) == "Good morning\nHanako & Kenji")
        #expect(subtitles.text(at: 2_500) == "")
        #expect(subtitles.text(at: 3_600_500) == "Later")
        #expect(WebVTT(Array("no subtitles".utf8)).cues.isEmpty)
    }

    @Test func aGameStaysInItsFolder() throws {
        func game(_ path: String, entry: String = "index.html") throws -> GameBundle? {
            let digest = String(repeating: "a", count: 64)
            return GameBundle(
                try JSONValue.parse(
                    Array(
                        """
                        {"version":"1","entry":"\(entry)","files":[{"path":"\(path)","url":"mxc://a/b","sha256":"\(digest)","size":1}]}
                        """.utf8)))
        }
        #expect(try game("index.html") != nil)
        #expect(try game("a/b.js", entry: "a/b.js") != nil)
        for path in ["../index.html", "/index.html", "a//b", "./index.html", "a/../../b", ""] {
            #expect(try game(path, entry: path) == nil)
        }
        #expect(try game("other.html") == nil)
    }
}
