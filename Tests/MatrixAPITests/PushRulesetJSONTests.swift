import JSON
import MatrixAPI
import Testing

@Suite struct PushRulesetJSONTests {
    private let me = UserID(unchecked: "@me:a")

    private func reread(_ rules: PushRuleset) throws -> PushRuleset {
        PushRuleset(owner: rules.owner, content: try JSONValue.parse(rules.json))
    }

    @Test func defaultRulesAreThoseOfTheSpecification() throws {
        let global = try JSONValue.parse(PushRuleset(owner: me).globalJSON)
        func ids(_ kind: String) -> [String] {
            (global[kind]?.array).map { $0.compactMap { $0.string("rule_id") } } ?? []
        }
        #expect(
            ids("override") == [
                ".m.rule.master", ".m.rule.suppress_notices", ".m.rule.invite_for_me", ".m.rule.member_event",
                ".m.rule.is_user_mention", ".m.rule.is_room_mention", ".m.rule.tombstone", ".m.rule.reaction",
                ".m.rule.room.server_acl", ".m.rule.suppress_edits",
            ])
        #expect(
            ids("underride") == [
                ".m.rule.call", ".m.rule.encrypted_room_one_to_one", ".m.rule.room_one_to_one", ".m.rule.message",
                ".m.rule.encrypted",
            ])
        for kind in ["content", "room", "sender"] { #expect(global[kind]?.array?.isEmpty == true) }
        let enabled = global["override"]?.array.map { $0.map { $0["enabled"]?.bool } }
        #expect(enabled == [false] + Array(repeating: true, count: 9))
    }

    @Test func ownersIdentifierIsFilledIn() throws {
        let rules = PushRuleset(owner: me)
        #expect(
            text(try rules.json(of: .override, ".m.rule.is_user_mention")) == """
                {"actions":["notify",{"set_tweak":"sound","value":"default"},{"set_tweak":"highlight"}],\
                "conditions":[{"kind":"event_property_contains","key":"content.m\\\\.mentions.user_ids",\
                "value":"@me:a"}],"default":true,"enabled":true,"rule_id":".m.rule.is_user_mention"}
                """)
        #expect(
            text(try rules.json(of: .override, ".m.rule.invite_for_me")) == """
                {"actions":["notify",{"set_tweak":"sound","value":"default"}],\
                "conditions":[{"kind":"event_match","key":"type","pattern":"m.room.member"},\
                {"kind":"event_match","key":"content.membership","pattern":"invite"},\
                {"kind":"event_match","key":"state_key","pattern":"@me:a"}],\
                "default":true,"enabled":true,"rule_id":".m.rule.invite_for_me"}
                """)
        #expect(
            text(try rules.json(of: .underride, ".m.rule.room_one_to_one")) == """
                {"actions":["notify",{"set_tweak":"sound","value":"default"}],\
                "conditions":[{"kind":"room_member_count","is":"2"},\
                {"kind":"event_match","key":"type","pattern":"m.room.message"}],\
                "default":true,"enabled":true,"rule_id":".m.rule.room_one_to_one"}
                """)
        #expect(throws: PushRuleError.notFound) { try rules.json(of: .content, "x") }
    }

    @Test func whatIsWrittenIsReadAgain() throws {
        var rules = PushRuleset(owner: me)
        try rules.set(.content, "cake", body: json(#"{"actions":["notify"],"pattern":"cake*lie"}"#))
        try rules.set(.room, "!r:a", body: json(#"{"actions":["dont_notify"]}"#))
        try rules.set(.sender, "@s:a", body: json(#"{"actions":[]}"#))
        try rules.setEnabled(.sender, "@s:a", false)
        let conditions = """
            {"kind":"event_match","key":"a\\\\.b","pattern":"x"},{"kind":"event_property_is","key":"a","value":1},\
            {"kind":"event_property_contains","key":"a","value":null},{"kind":"contains_display_name"},\
            {"kind":"room_member_count","is":">=2"},{"kind":"sender_notification_permission","key":"room"},\
            {"kind":"org.example","x":[1]}
            """
        for id in ["b", "a"] {
            try rules.set(.override, id, body: json(#"{"actions":[],"conditions":[\#(conditions)]}"#))
        }
        try rules.setEnabled(.override, ".m.rule.master", true)
        try rules.setActions(.underride, ".m.rule.call", json(#"[{"set_tweak":"sound","value":"x"}]"#))
        let again = try reread(rules)
        #expect(text(again.json) == text(rules.json))
        #expect(text(rules.json).contains(conditions))
        #expect(again[.override].prefix(4).map(\.id) == [".m.rule.master", "a", "b", ".m.rule.suppress_notices"])
        #expect(
            text(try again.json(of: .room, "!r:a"))
                == #"{"actions":[],"default":false,"enabled":true,"rule_id":"!r:a"}"#)
    }

    @Test func unchangedRulesAreSharedByAllMembers() throws {
        let rules = PushRuleset(owner: me)
        let again = try reread(PushRuleset(owner: UserID(unchecked: "@other:a")))
        for kind in PushRule.Kind.allCases {
            for (mine, theirs) in zip(rules[kind], again[kind]) { #expect(mine === theirs) }
        }
    }

    @Test func rulesOfAnotherVersionOfTheServer() throws {
        let kept = """
            {"global":{"override":[{"rule_id":".m.rule.gone","actions":[],"default":true,"enabled":true},
            {"rule_id":".m.rule.reaction","actions":["notify"],"default":true,"enabled":false},
            {"rule_id":"mine","actions":[],"default":false,"enabled":true},
            {"rule_id":"broken","actions":1},7,{"actions":[]}],"content":[{"rule_id":".m.rule.contains_user_name",
            "pattern":"me","actions":["notify"],"enabled":true}],"room":{}}}
            """
        let rules = PushRuleset(owner: me, content: try json(kept))
        #expect(rules[.override].count == 11)
        #expect(rules[.override][1].id == "mine")
        #expect(rules.rule(.override, ".m.rule.reaction")?.isEnabled == false)
        #expect(rules.rule(.override, ".m.rule.reaction")?.actions.notify == true)
        #expect(rules[.content].isEmpty)
    }

    @Test func withoutAccountDataTheRulesAreTheServersOwn() throws {
        let content: [JSONValue?] = [nil, try json("{}"), try json("[]"), try json(#"{"global":1}"#)]
        for content in content {
            #expect(text(PushRuleset(owner: me, content: content).json) == text(PushRuleset(owner: me).json))
        }
    }
}
