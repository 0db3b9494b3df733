import JSON
import MatrixAPI
import Testing

@Suite struct FilterTests {
    private func filter(_ text: String) throws -> Filter { try Filter(parsing: json(text)) }

    private func events(_ text: String) throws -> EventFilter { try EventFilter(parsing: json(text)) }

    private let a = UserID(unchecked: "@a:a")
    private let b = UserID(unchecked: "@b:a")

    @Test func everythingIsRead() throws {
        let filter = try filter(
            """
            {"event_fields":["type"],"event_format":"federation",
            "presence":{"not_senders":["@a:a"],"limit":3},"account_data":{"types":["m.direct"]},
            "room":{"rooms":["!r:a"],"not_rooms":["!s:a"],"include_leave":true,
            "ephemeral":{"not_types":["m.typing"]},"state":{"lazy_load_members":true,"include_redundant_members":true},
            "timeline":{"limit":20,"unread_thread_notifications":true,"contains_url":false,"rooms":[],
            "not_rooms":["!t:a"]},"account_data":{"types":[]}}}
            """)
        #expect(filter.eventFields != nil)
        #expect(filter.presence.limit == 3)
        #expect(!filter.presence.matches(type: "m.presence", sender: a))
        #expect(filter.accountData.matches(type: "m.direct", sender: nil))
        #expect(!filter.accountData.matches(type: "x", sender: nil))
        let room = filter.room
        #expect(room.includeLeave)
        #expect(room.matches(RoomID(unchecked: "!r:a")) && !room.matches(RoomID(unchecked: "!x:a")))
        #expect(!room.ephemeral.events.matches(type: "m.typing", sender: nil))
        #expect(room.state.lazyLoadMembers && room.state.includeRedundantMembers)
        #expect(!room.timeline.lazyLoadMembers && room.timeline.unreadThreadNotifications)
        #expect(room.timeline.limit == 20 && room.timeline.containsURL == false)
        #expect(room.timeline.excludesAll && room.accountData.excludesAll && !room.state.excludesAll)
    }

    @Test func theEmptyFilterIsForEverything() throws {
        for text in ["{}", #"{"room":{}}"#, #"{"event_fields":[]}"#, #"{"room":null,"presence":null}"#] {
            let filter = try filter(text)
            #expect(filter.eventFields == nil)
            #expect(!filter.room.includeLeave)
            #expect(filter.room.matches(RoomID(unchecked: "!r:a")))
            #expect(filter.room.timeline.limit == nil)
            #expect(filter.presence.matches(type: "m.presence", sender: a))
            #expect(!filter.room.timeline.excludesAll)
        }
    }

    @Test(arguments: [
        ("[]", "The whole"), (#"{"event_fields":"a"}"#, "event_fields"), (#"{"event_fields":[1]}"#, "event_fields"),
        (#"{"event_format":"xml"}"#, "event_format"), (#"{"event_format":1}"#, "event_format"),
        (#"{"presence":[]}"#, "presence"), (#"{"presence":{"limit":"1"}}"#, "presence.limit"),
        (#"{"presence":{"limit":-1}}"#, "presence.limit"), (#"{"presence":{"limit":1.5}}"#, "presence.limit"),
        (#"{"account_data":{"types":["a",1]}}"#, "account_data.types"),
        (#"{"account_data":{"not_types":{}}}"#, "account_data.not_types"),
        (#"{"presence":{"senders":["a"]}}"#, "presence.senders"),
        (#"{"presence":{"not_senders":[null]}}"#, "presence.not_senders"), (#"{"room":1}"#, "room"),
        (#"{"room":{"rooms":["x"]}}"#, "room.rooms"), (#"{"room":{"not_rooms":"!r:a"}}"#, "room.not_rooms"),
        (#"{"room":{"include_leave":"yes"}}"#, "room.include_leave"),
        (#"{"room":{"timeline":{"contains_url":1}}}"#, "room.timeline.contains_url"),
        (#"{"room":{"state":{"lazy_load_members":0}}}"#, "room.state.lazy_load_members"),
        (##"{"room":{"ephemeral":{"rooms":["#a:a"]}}}"##, "room.ephemeral.rooms"),
    ])
    func malformed(_ text: String, _ member: String) throws {
        let error = #expect(throws: FilterError.self) { try filter(text) }
        #expect(error?.member == member)
        #expect(error?.matrixError.code == .badJSON)
    }

    @Test func limitsAreClamped() throws {
        #expect(try events(#"{"limit":5000}"#).limit == EventFilter.maximumLimit)
        #expect(try events(#"{"limit":9223372036854775807}"#).limit == EventFilter.maximumLimit)
        #expect(try events(#"{"limit":1}"#).limit == 1)
        #expect(try events(#"{"limit":0}"#).limit == 0)
        let many = (0..<51).map { #""\#($0)*""# }.joined(separator: ",")
        #expect(throws: FilterError.self) { try events(#"{"types":[\#(many)]}"#) }
        let exact = (0..<500).map { #""\#($0)""# }.joined(separator: ",")
        #expect(try events(#"{"types":[\#(exact)]}"#).matches(type: "499", sender: nil))
        let fields = (0..<101).map { #""\#($0)""# }.joined(separator: ",")
        #expect(throws: FilterError.self) { try filter(#"{"event_fields":[\#(fields)]}"#) }
        let deep = String(repeating: "a.", count: 60)
        #expect(throws: FilterError.self) { try filter(#"{"event_fields":["\#(deep)"]}"#) }
    }

    @Test(arguments: [
        (["m.room.message"], "m.room.message", true), (["m.room.message"], "m.room.messages", false),
        (["m.room.*"], "m.room.message", true), (["m.room.*"], "m.room", false), (["m.room.*"], "M.room.x", false),
        (["*"], "", true), (["*message"], "m.room.message", true), (["m.*.message"], "m.room.message", true),
        (["m.*.message"], "m.message", false), (["m.?"], "m.x", false), (["m.?"], "m.?", true),
        (["a", "b*"], "bx", true), ([], "a", false), (["*a*b*"], "xaxbx", true), (["*a*b*"], "xbxax", false),
    ])
    func typePatterns(_ types: [String], _ type: String, _ expected: Bool) throws {
        let list = types.map { #""\#($0)""# }.joined(separator: ",")
        #expect(try events(#"{"types":[\#(list)]}"#).matches(type: type, sender: a) == expected)
        #expect(try events(#"{"not_types":[\#(list)]}"#).matches(type: type, sender: a) == !expected)
    }

    @Test func whatIsExcludedCountsMore() throws {
        let filter = try events(
            #"{"types":["m.*"],"not_types":["m.room.*"],"senders":["@a:a","@b:a"],"not_senders":["@b:a"]}"#)
        #expect(filter.matches(type: "m.x", sender: a))
        #expect(!filter.matches(type: "m.x", sender: b))
        #expect(!filter.matches(type: "m.room.x", sender: a))
        #expect(!filter.matches(type: "x", sender: a))
        #expect(!filter.matches(type: "m.x", sender: nil))
        #expect(try events(#"{"not_types":["*"]}"#).excludesAll)
        #expect(try events(#"{"senders":[]}"#).excludesAll)
    }

    @Test func eventsWithAndWithoutURL() throws {
        let with = try testEvent("m.room.message", nil, sender: "@a:a", content: #"{"url":"mxc://a/b"}"#)
        let without = try testEvent("m.room.message", nil, sender: "@a:a", content: #"{"body":"url"}"#)
        let only = try RoomEventFilter(parsing: json(#"{"contains_url":true}"#))
        #expect(only.matches(with) && !only.matches(without))
        let none = try RoomEventFilter(parsing: json(#"{"contains_url":false}"#))
        #expect(!none.matches(with) && none.matches(without))
        #expect(RoomEventFilter().matches(with) && RoomEventFilter().matches(without))
    }

    // MARK: Fields

    @Test(arguments: [
        (["type"], #"{"type":"t"}"#), (["content.body"], #"{"content":{"body":"b"}}"#),
        (["content"], #"{"content":{"body":"b","m.x":{"y":[1],"z":2}}}"#),
        ([#"content.m\.x.y"#], #"{"content":{"m.x":{"y":[1]}}}"#), (["content.m.x"], "{}"), (["content.none"], "{}"),
        (["content.body.more"], "{}"), (["none"], "{}"),
        (["type", "content.body", "content"], #"{"type":"t","content":{"body":"b","m.x":{"y":[1],"z":2}}}"#),
        (["content", "content.body"], #"{"content":{"body":"b","m.x":{"y":[1],"z":2}}}"#),
        ([#"content.m\.x.z"#, "sender"], #"{"sender":"@a:a","content":{"m.x":{"z":2}}}"#),
    ])
    func fields(_ fields: [String], _ expected: String) throws {
        let event = try json(#"{"sender":"@a:a","type":"t","content":{"body":"b","m.x":{"y":[1],"z":2}}}"#)
        #expect(text(try #require(EventFields(fields)).project(event)) == expected)
    }
}
