import Foundation
import HTTP
import JSON
import MatrixAPI
import Store
import Testing

@testable import Server

@Suite struct ApplicationTests {
    private static let form = """
        {"title":"Order","version":1,"fields":[
          {"name":"item","type":"choice","label":"Item","required":true,"options":[{"value":"pen","label":"Pen"}]},
          {"name":"photo","type":"picture","label":"Photo"}]}
        """

    private func make(_ content: PortalContent, _ member: TestMember) async throws -> RoomID {
        let body = #"{"name":"order","form":\#(Self.form),"program":"/bin/true"}"#
        let made = await content.server.request(.post, "/apps", body: body)
        let room = RoomID(unchecked: try #require(made["room_id"]?.string))
        #expect(await member.post("/_matrix/client/v3/join/\(room)").status == 200)
        return room
    }

    private func path(_ room: RoomID, _ id: String) -> String { "/_mado/v1/apps/\(room)/submissions/\(id)" }

    @Test(arguments: [("9223372036854775807", 86_400), ("-5", 0), ("30", 30)])
    func aProgramWaitsNoLongerThanADay(text: String, seconds: Int) throws {
        let output = "Status: 503\nContent-Type: text/plain\nRetry-After: \(text)\n\n"
        guard case .again(let wait) = ApplicationPrograms.outcome(try CGIResponse(parsing: Array(output.utf8))) else {
            Issue.record("it is not begun again")
            return
        }
        #expect(wait == .seconds(seconds))
    }

    @Test func aSubmissionIsAnsweredByAccountData() async throws {
        try await PortalContent.run { content in
            let hanako = try await content.server.member("hanako")
            let kenji = try await content.server.member("kenji")
            let room = try await make(content, hanako)
            content.program.answer(
                .answered(SubmissionAnswer(title: "T", body: "Thank you", formattedBody: "<p>T</p>")))
            let since = try #require(await hanako.get("/_matrix/client/v3/sync")["next_batch"]?.string)
            let body = #"{"version":1,"created_ts":1,"fields":{"item":"pen"}}"#
            let answer = await hanako.put(path(room, "a-1"), body)
            #expect(answer.status == 200)
            #expect(answer["submission_id"]?.string == "a-1")
            #expect(answer["state"]?.string == "accepted")
            let sync = await content.server.begin(
                .get, "/_matrix/client/v3/sync?since=\(since)&timeout=60000", token: hanako.token
            ).whole()
            #expect(sync.text.contains("mado.submission.a-1"))
            let data = await content.accountData("mado.submission.a-1", in: room, of: hanako)
            #expect(data["state"]?.string == "answered")
            #expect(data["title"]?.string == "T")
            #expect(data["formatted_body"]?.string == "<p>T</p>")
            // The same again is the same, and is not given to the program again.
            let again = await hanako.put(path(room, "a-1"), #"{"fields":{"item":"pen"},"created_ts":1,"version":1}"#)
            #expect(again["state"]?.string == "answered")
            #expect(again["answer"]?["body"]?.string == "Thank you")
            let other = await hanako.put(path(room, "a-1"), #"{"version":1,"created_ts":2,"fields":{"item":"pen"}}"#)
            #expect(other.status == 409)
            #expect(other.error == "M_CONFLICT")
            #expect(content.program.given.count == 1)
            let own = await hanako.get("/_mado/v1/apps/\(room)/submissions")
            #expect(own["submissions"]?.count == 1)
            #expect(await kenji.get("/_mado/v1/apps/\(room)/submissions")["submissions"]?.count == 0)
            // Another member's submissions are another's, also by the same identifier.
            #expect(await kenji.put(path(room, "a-1"), body).error == "M_FORBIDDEN")
            #expect(await kenji.post("/_matrix/client/v3/join/\(room)").status == 200)
            #expect(await kenji.put(path(room, "a-1"), body).status == 200)
            await content.program.begun(2)
            #expect(content.program.given.map(\.user) == [hanako.user, kenji.user])
            #expect(Set(content.program.given.map(\.number)).count == 2)
        }
    }

    @Test func whatDoesNotFitIsSaidFieldByField() async throws {
        try await PortalContent.run { content in
            let hanako = try await content.server.member("hanako")
            let room = try await make(content, hanako)
            let answer = await hanako.put(
                path(room, "b"),
                #"{"version":1,"fields":{"item":"ink","photo":{"url":"mxc://mado.test/none","mimetype":"image/png"},"x":"y"}}"#
            )
            #expect(answer.status == 400)
            #expect(answer.error == "M_INVALID_PARAM")
            #expect(answer["fields"]?["item"]?.string == "Must be one of the options")
            #expect(answer["fields"]?["x"]?.string != nil)
            let missing = await hanako.put(
                path(room, "b"),
                #"{"version":1,"fields":{"item":"pen","photo":{"url":"mxc://mado.test/none","mimetype":"image/png"}}}"#)
            #expect(missing["fields"]?["photo"]?.string == "The file is not on this server")
            let picture = try await hanako.uploaded([1, 2, 3], type: "image/png")
            let good = await hanako.put(
                path(room, "b"),
                #"{"version":1,"fields":{"item":"pen","photo":{"url":"mxc://\#(picture)","mimetype":"image/png"}}}"#)
            #expect(good.status == 200)
            for id in ["a%2Fb", "%00", String(repeating: "x", count: 65)] {
                #expect(await hanako.put(path(room, id), "{}").status == 400)
            }
            #expect(await hanako.put("/_mado/v1/apps/!no:mado.test/submissions/1", "{}").error == "M_FORBIDDEN")
        }
    }

    @Test func aProgramCanAskToBeBegunAgain() async throws {
        try await PortalContent.run { content in
            let hanako = try await content.server.member("hanako")
            let room = try await make(content, hanako)
            content.program.answer(.again(after: .seconds(5)), .failed(SubmissionAnswer(body: "No")))
            #expect(await hanako.put(path(room, "c"), #"{"fields":{"item":"pen"}}"#).status == 200)
            await content.program.begun(1)
            // The next submission is not held up, and the first waits for its time.
            #expect(await hanako.put(path(room, "d"), #"{"fields":{"item":"pen"}}"#).status == 200)
            await content.program.begun(2)
            content.server.clock.advance(by: .seconds(6))
            content.queue.wake()
            await content.program.begun(3)
            #expect(content.program.given.map(\.id).sorted() == ["c", "c", "d"])
        }
    }

    @Test func whatWasAcceptedIsBegunByTheNextServer() async throws {
        try await PortalContent.run { content in
            let hanako = try await content.server.member("hanako")
            let room = try await make(content, hanako)
            // As a server leaves it that ended before the program had answered.
            try await content.server.journal.write { transaction in
                try transaction.store.insertSubmission(
                    StoredSubmission(
                        room: room, user: hanako.user, id: "old", body: Array(#"{"fields":{"item":"pen"}}"#.utf8),
                        created: 1, due: 1))
            }
            content.queue.wake()
            await content.program.begun(1)
            #expect(content.program.given.first?.id == "old")
        }
    }
}

@Suite struct FormRulesTests {
    private static let form = """
        {"title":"All","fields":[
          {"name":"text","type":"text","label":"l","required":true,"max_length":5},
          {"name":"lines","type":"multiline","label":"l"},
          {"name":"number","type":"number","label":"l","min":1,"max":"10.5"},
          {"name":"date","type":"date","label":"l","min":"2026-01-01"},
          {"name":"time","type":"time","label":"l","max":"15:00"},
          {"name":"choice","type":"choice","label":"l","options":[{"value":"a","label":"A"},{"value":"b","label":"B"}]},
          {"name":"choices","type":"choices","label":"l","options":[{"value":"a","label":"A"},{"value":"b","label":"B"}]},
          {"name":"check","type":"check","label":"l"},
          {"name":"picture","type":"picture","label":"l"},
          {"name":"file","type":"file","label":"l"}]}
        """

    /// The fields that do not fit, with `text` filled in.
    private func wrong(_ fields: String) throws -> Set<String> {
        let rules = try FormRules(json(Self.form))
        do {
            _ = try rules.check(json("{\"text\":\"x\"" + (fields.isEmpty ? "" : "," + fields) + "}"))
            return []
        } catch let error as MatrixError {
            let fields = try #require(error.extra.first { $0.name == "fields" })
            return Set(try JSONValue.parse(Array(fields.value.bytes)).object?.map(\.key) ?? [])
        }
    }

    @Test(
        arguments: [
            "", #""lines":"a\nb""#, #""number":"10.5""#, #""number":1"#, #""date":"2028-02-29""#, #""time":"15:00""#,
            #""choice":"b""#, #""choices":["b","a"]"#, #""choices":[]"#, #""check":true"#, #""check":false"#,
            #""file":{"url":"mxc://a/b"}"#, #""picture":{"url":"mxc://a/b","mimetype":"image/png"}"#,
            #""choice":"""#, #""date":null"#,
        ])
    func valuesThatFit(fields: String) throws { #expect(try wrong(fields) == []) }

    @Test(
        arguments: [
            ("text", #""text":"123456""#), ("text", #""text":"a\nb""#), ("lines", #""lines":5"#),
            ("lines", #""lines":"a\u0000b""#), ("number", #""number":"11""#), ("number", #""number":"0""#),
            ("number", #""number":"1e5""#), ("number", #""number":"x""#), ("number", #""number":"NaN""#),
            ("date", #""date":"2025-12-31""#), ("date", #""date":"2026-02-29""#), ("date", #""date":"2026-1-1""#),
            ("time", #""time":"15:01""#), ("time", #""time":"24:00""#), ("choice", #""choice":"c""#),
            ("choices", #""choices":["a","a"]"#), ("choices", #""choices":"a""#), ("check", #""check":"true""#),
            ("picture", #""picture":{"url":"mxc://a/b","mimetype":"text/html"}"#), ("file", #""file":"mxc://a/b""#),
            ("file", #""file":{"url":"https://a/b"}"#), ("other", #""other":"x""#),
        ])
    func valuesThatDoNot(field: String, fields: String) throws {
        if field == "text" {
            let rules = try FormRules(json(Self.form))
            #expect(throws: MatrixError.self) { try rules.check(json("{\(fields)}")) }
        } else {
            #expect(try wrong(fields) == [field])
        }
    }

    @Test func whatIsRequiredMustBeThere() throws {
        let rules = try FormRules(json(Self.form))
        #expect(throws: MatrixError.self) { try rules.check(json("{}")) }
        #expect(throws: MatrixError.self) { try rules.check(json(#"{"text":"  "}"#)) }
    }

    @Test(
        arguments: [
            #"{}"#, #"{"title":"x"}"#, #"{"title":"x","fields":[]}"#,
            #"{"title":"x","fields":[{"name":"a b","type":"text","label":"l"}]}"#,
            #"{"title":"x","fields":[{"name":"a","type":"colour","label":"l"}]}"#,
            #"{"title":"x","fields":[{"name":"a","type":"text"}]}"#,
            #"{"title":"x","fields":[{"name":"a","type":"choice","label":"l"}]}"#,
            #"{"title":"x","fields":[{"name":"a","type":"date","label":"l","min":"soon"}]}"#,
            #"{"title":"x","fields":[{"name":"a","type":"text","label":"l"},{"name":"a","type":"text","label":"l"}]}"#,
        ])
    func whatIsNoFormIsRefused(form: String) {
        #expect(throws: MatrixError.self) { try FormRules(json(form)) }
    }
}

@Suite struct SubmissionInputTests {
    private let values = FormRules.Values(all: [
        ("a b", .text("1 & 2=ü")), ("c", .several(["x", "y"])), ("d", .check(true)), ("e", .check(false)),
        (
            "f",
            .file(.init(field: "f", uri: ContentURI(server: "m", id: MediaID(unchecked: "i")), name: "n", type: "t"))
        ),
    ])
    private let files = [
        SubmissionInput.File(
            field: "f", path: "/x/1", name: "a\"b\r\n.png", type: "image/png\r\nX: y", size: 2, bytes: [0x31, 0x32])
    ]
    private let submission = StoredSubmission(
        number: 7, room: RoomID(unchecked: "!a:b"), user: UserID(unchecked: "@u:b"), id: "i", body: [], created: 5)

    private func input(_ input: StoredApplication.Input) -> SubmissionInput {
        SubmissionInput(input, submission, id: "7.i", application: "order", values, files)
    }

    @Test func asAPagesFormIsSent() {
        let made = input(.urlencoded)
        #expect(made.type == "application/x-www-form-urlencoded")
        #expect(String(decoding: made.body, as: UTF8.self) == "a+b=1+%26+2%3D%C3%BC&c=x&c=y&d=on&f=%2Fx%2F1")
    }

    @Test func asJSON() throws {
        let made = try JSONValue.parse(input(.json).body)
        #expect(made["submission_id"]?.string == "7.i")
        #expect(made["user_id"]?.string == "@u:b")
        #expect(made["fields"]?["c"]?.array?.map(\.string) == ["x", "y"])
        #expect(made["fields"]?["e"]?.bool == false)
        #expect(made["fields"]?["f"]?["path"]?.string == "/x/1")
    }

    @Test func inPartsNothingBreaksOut() throws {
        let made = input(.multipart)
        let boundary = try #require(made.type.split(separator: "=").last)
        let text = String(decoding: made.body, as: UTF8.self)
        #expect(text.components(separatedBy: "--\(boundary)\r\n").count == 6)
        #expect(text.contains("name=\"f\"; filename=\"a%22b%0D%0A.png\"\r\nContent-Type: image/pngX: y\r\n\r\n12\r\n"))
        #expect(text.hasSuffix("--\(boundary)--\r\n"))
    }
}
