import JSON
import MatrixAPI
import Testing

@Suite struct RedactionRulesTests {
    private func redacted(_ event: String, _ version: RoomVersion) throws -> String {
        text(RedactionRules.redactedEventJSON(of: try json(event), version: version))
    }

    private func content(_ type: String, _ content: String, _ version: RoomVersion) throws -> String {
        text(version.redactionRules.redactedContent(try json(content), type: type))
    }

    @Test func membersOfTheEvent() throws {
        let event = """
            {"auth_events":[],"content":{"body":"x"},"depth":1,"event_id":"$e","extra":1,"hashes":{},\
            "membership":"join","origin":"a","origin_server_ts":2,"prev_events":[],"prev_state":[],"redacts":"$x",\
            "room_id":"!r","sender":"@a:a","signatures":{},"state_key":"","type":"m.room.message","unsigned":{}}
            """
        #expect(
            try redacted(event, .v10) == """
                {"auth_events":[],"content":{},"depth":1,"event_id":"$e","hashes":{},\
                "membership":"join","origin":"a","origin_server_ts":2,"prev_events":[],"prev_state":[],\
                "room_id":"!r","sender":"@a:a","signatures":{},"state_key":"","type":"m.room.message"}
                """)
        for version in [RoomVersion.v11, .v12] {
            #expect(
                try redacted(event, version) == """
                    {"auth_events":[],"content":{},"depth":1,"event_id":"$e","hashes":{},\
                    "origin_server_ts":2,"prev_events":[],\
                    "room_id":"!r","sender":"@a:a","signatures":{},"state_key":"","type":"m.room.message"}
                    """)
        }
    }

    struct Pruning: Sendable {
        let type: String
        let content: String
        let v10: String
        let v11: String
    }

    @Test(arguments: [
        Pruning(
            type: "m.room.member",
            content: #"{"displayname":"A","join_authorised_via_users_server":"@b:a","membership":"join"}"#,
            v10: #"{"join_authorised_via_users_server":"@b:a","membership":"join"}"#,
            v11: #"{"join_authorised_via_users_server":"@b:a","membership":"join"}"#),
        Pruning(
            type: "m.room.member",
            content: #"{"membership":"invite","third_party_invite":{"display_name":"A","signed":{"token":"t"}}}"#,
            v10: #"{"membership":"invite"}"#,
            v11: #"{"membership":"invite","third_party_invite":{"signed":{"token":"t"}}}"#),
        Pruning(
            type: "m.room.member", content: #"{"third_party_invite":{"display_name":"A"}}"#, v10: "{}",
            v11: #"{"third_party_invite":{}}"#),
        Pruning(type: "m.room.member", content: #"{"third_party_invite":1}"#, v10: "{}", v11: "{}"),
        Pruning(
            type: "m.room.create", content: #"{"creator":"@a:a","m.federate":false}"#, v10: #"{"creator":"@a:a"}"#,
            v11: #"{"creator":"@a:a","m.federate":false}"#),
        Pruning(
            type: "m.room.join_rules", content: #"{"allow":[],"join_rule":"public","x":1}"#,
            v10: #"{"allow":[],"join_rule":"public"}"#, v11: #"{"allow":[],"join_rule":"public"}"#),
        Pruning(
            type: "m.room.power_levels",
            content: """
                {"ban":1,"events":{},"events_default":2,"invite":3,"kick":4,"notifications":{},"redact":5,\
                "state_default":6,"users":{},"users_default":7}
                """,
            v10: """
                {"ban":1,"events":{},"events_default":2,"kick":4,"redact":5,"state_default":6,"users":{},\
                "users_default":7}
                """,
            v11: """
                {"ban":1,"events":{},"events_default":2,"invite":3,"kick":4,"redact":5,"state_default":6,"users":{},\
                "users_default":7}
                """),
        Pruning(
            type: "m.room.history_visibility", content: #"{"history_visibility":"joined","x":1}"#,
            v10: #"{"history_visibility":"joined"}"#, v11: #"{"history_visibility":"joined"}"#),
        Pruning(
            type: "m.room.redaction", content: #"{"reason":"r","redacts":"$e"}"#, v10: "{}",
            v11: #"{"redacts":"$e"}"#),
        Pruning(type: "m.room.aliases", content: #"{"aliases":[]}"#, v10: "{}", v11: "{}"),
        Pruning(type: "m.room.topic", content: #"{"topic":"t"}"#, v10: "{}", v11: "{}"),
    ])
    func contents(_ pruning: Pruning) throws {
        #expect(try content(pruning.type, pruning.content, .v10) == pruning.v10)
        #expect(try content(pruning.type, pruning.content, .v11) == pruning.v11)
        #expect(try content(pruning.type, pruning.content, .v12) == pruning.v11)
    }

    @Test func contentThatIsNoObjectLeavesAnEmptyOne() throws {
        #expect(
            try redacted(#"{"content":1,"type":"m.room.create"}"#, .v11) == #"{"content":{},"type":"m.room.create"}"#)
    }

    @Test func redactingTwiceChangesNothing() throws {
        let once = try redacted(#"{"content":{"membership":"join","x":1},"type":"m.room.member"}"#, .v10)
        #expect(try redacted(once, .v10) == once)
    }
}
