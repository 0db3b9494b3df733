import JSON
import MatrixAPI
import Testing

/// Evaluation. The rules are those of `@me:a`, the sender is `@b:a` unless said otherwise.
@Suite struct PushRulesetTests {
    static let me = UserID(unchecked: "@me:a")

    static func event(
        _ type: String, _ content: String, stateKey: String? = nil, sender: String = "@b:a", members: Int = 3,
        levels: String? = nil
    ) throws -> PushEvent {
        PushEvent(
            try testEvent(type, stateKey, sender: sender, content: content), memberCount: members,
            powerLevels: PowerLevels(
                content: try levels.map(json),
                creators: RoomCreators(creator: UserID(unchecked: "@founder:a"), version: .v10)))
    }

    static func message(_ body: String, members: Int = 3) throws -> PushEvent {
        try event("m.room.message", #"{"msgtype":"m.text","body":"\#(body)"}"#, members: members)
    }

    private func actions(_ event: PushEvent, _ rules: PushRuleset = PushRuleset(owner: me)) -> String {
        text(rules.evaluate(event, displayName: "Me Myself").json)
    }

    static let sound = #"["notify",{"set_tweak":"sound","value":"default"}]"#
    static let loud = #"["notify",{"set_tweak":"sound","value":"default"},{"set_tweak":"highlight"}]"#
    static let highlight = #"["notify",{"set_tweak":"highlight"}]"#

    // MARK: The server's own rules

    struct Example: Sendable {
        var type = "m.room.message"
        var content: String
        var stateKey: String?
        var sender = "@b:a"
        var members = 3
        var levels: String?
        var actions: String
    }

    @Test(arguments: [
        Example(content: #"{"msgtype":"m.text","body":"x"}"#, actions: #"["notify"]"#),
        Example(content: #"{"msgtype":"m.text","body":"x"}"#, members: 2, actions: sound),
        Example(content: #"{"msgtype":"m.text","body":"x"}"#, sender: "@me:a", members: 2, actions: "[]"),
        Example(content: #"{"msgtype":"m.notice","body":"x"}"#, members: 2, actions: "[]"),
        Example(type: "m.room.encrypted", content: "{}", actions: #"["notify"]"#),
        Example(type: "m.room.encrypted", content: "{}", members: 2, actions: sound),
        Example(
            type: "m.call.invite", content: "{}", actions: #"["notify",{"set_tweak":"sound","value":"ring"}]"#),
        Example(type: "m.room.member", content: #"{"membership":"invite"}"#, stateKey: "@me:a", actions: sound),
        Example(type: "m.room.member", content: #"{"membership":"invite"}"#, stateKey: "@c:a", actions: "[]"),
        Example(type: "m.room.member", content: #"{"membership":"join"}"#, stateKey: "@me:a", actions: "[]"),
        Example(content: #"{"body":"x","m.mentions":{"user_ids":["@c:a","@me:a"]}}"#, actions: loud),
        Example(content: #"{"body":"x","m.mentions":{"user_ids":["@c:a"]}}"#, actions: #"["notify"]"#),
        Example(content: #"{"body":"x","m.mentions":{"user_ids":"@me:a"}}"#, actions: #"["notify"]"#),
        Example(content: #"{"body":"@me:a Me Myself me"}"#, actions: #"["notify"]"#),
        Example(content: #"{"body":"x","m.mentions":{"room":true}}"#, sender: "@founder:a", actions: highlight),
        Example(content: #"{"body":"x","m.mentions":{"room":true}}"#, actions: #"["notify"]"#),
        Example(
            content: #"{"body":"x","m.mentions":{"room":true}}"#, levels: #"{"notifications":{"room":0}}"#,
            actions: highlight),
        Example(
            content: #"{"body":"x","m.mentions":{"room":"true"}}"#, sender: "@founder:a", actions: #"["notify"]"#),
        Example(type: "m.room.tombstone", content: "{}", stateKey: "", actions: highlight),
        Example(type: "m.room.tombstone", content: "{}", actions: "[]"),
        Example(type: "m.reaction", content: #"{"m.relates_to":{"rel_type":"m.annotation"}}"#, actions: "[]"),
        Example(type: "m.room.server_acl", content: "{}", stateKey: "", actions: "[]"),
        Example(
            content: #"{"body":"x","m.relates_to":{"rel_type":"m.replace"}}"#, members: 2, actions: "[]"),
        Example(type: "m.room.name", content: #"{"name":"x"}"#, stateKey: "", members: 2, actions: "[]"),
    ])
    func defaults(_ example: Example) throws {
        let event = try Self.event(
            example.type, example.content, stateKey: example.stateKey, sender: example.sender,
            members: example.members, levels: example.levels)
        #expect(actions(event) == example.actions)
        // Asked again, the event answers from what it remembers.
        #expect(actions(event) == example.actions)
        let shared = try #require(DefaultPushVerdict(event))
        #expect(text(shared.actions(for: Self.me).json) == example.actions, "for all members alike")
    }

    @Test func sharedVerdictsTellMembersApart() throws {
        let members = ["@me:a", "@b:a", "@c:a", "@d:a"].map(UserID.init(unchecked:))
        let events = [
            try Self.event("m.room.member", #"{"membership":"invite"}"#, stateKey: "@c:a"),
            try Self.event("m.room.message", #"{"m.mentions":{"user_ids":["@d:a","@me:a"]}}"#),
            try Self.event("m.room.message", #"{"msgtype":"m.notice","m.mentions":{"user_ids":["@d:a"]}}"#),
            try Self.event("m.room.message", #"{"m.mentions":{"user_ids":["@c:a"]}}"#, members: 2),
        ]
        for event in events {
            let shared = try #require(DefaultPushVerdict(event))
            for member in members {
                #expect(
                    shared.actions(for: member)
                        == PushRuleset(owner: member).evaluate(event, displayName: "Me Myself"))
            }
        }
    }

    /// Rooms of which the same is said have the same verdicts, whatever their number of members is.
    @Test func verdictsDependOnNoMoreOfTheMemberCount() throws {
        func verdicts(_ members: Int) throws -> [PushActions] {
            try ["m.room.message", "m.room.encrypted", "m.call.invite", "m.reaction", "m.room.member"].map { type in
                let event = try Self.event(type, #"{"msgtype":"m.text","body":"x"}"#, members: members)
                return try #require(DefaultPushVerdict(event)).actions(for: Self.me)
            }
        }
        let byAnswers = Dictionary(grouping: 0...40, by: DefaultPushVerdict.memberCountAnswers)
        #expect(byAnswers.count == 2)
        for counts in byAnswers.values {
            for count in counts { #expect(try verdicts(count) == verdicts(counts[0]), "\(count)") }
        }
        #expect(DefaultPushVerdict.memberCountAnswers(2) != DefaultPushVerdict.memberCountAnswers(3))
    }

    @Test func whoChangedARuleHasNoDefaultRules() throws {
        var rules = PushRuleset(owner: Self.me)
        #expect(rules.isDefault)
        try rules.setEnabled(.override, ".m.rule.master", true)
        #expect(!rules.isDefault)
    }

    @Test func whatIsRememberedIsNotMixedUpBetweenMembers() throws {
        let event = try Self.event("m.room.member", #"{"membership":"invite"}"#, stateKey: "@me:a")
        let other = PushRuleset(owner: UserID(unchecked: "@c:a"))
        #expect(text(other.evaluate(event, displayName: nil).json) == "[]")
        #expect(actions(event) == Self.sound)
        let mention = try Self.event("m.room.message", #"{"m.mentions":{"user_ids":["@me:a"]}}"#)
        #expect(text(other.evaluate(mention, displayName: nil).json) == #"["notify"]"#)
        #expect(actions(mention) == Self.loud)
    }

    @Test func masterSilencesAll() throws {
        var rules = PushRuleset(owner: Self.me)
        try rules.set(.override, "all", body: json(#"{"actions":["notify"],"conditions":[]}"#))
        try rules.setEnabled(.override, ".m.rule.master", true)
        #expect(actions(try Self.message("x"), rules) == "[]")
    }

    /// By which counting unread events leaves out the joins of everybody else.
    @Test func othersComingAndGoingIsSilentUnlessTheOwnerSaysOtherwise() throws {
        let rules = PushRuleset(owner: Self.me)
        #expect(rules.isSilentAboutMembers)
        var own = rules
        try own.set(.override, "joins", body: json(#"{"actions":["notify"],"conditions":[]}"#))
        #expect(!own.isSilentAboutMembers)
        try own.setEnabled(.override, "joins", false)
        #expect(own.isSilentAboutMembers)
        var without = rules
        try without.setEnabled(.override, ".m.rule.member_event", false)
        #expect(!without.isSilentAboutMembers)
        try without.setEnabled(.override, ".m.rule.master", true)
        #expect(without.isSilentAboutMembers)
        var loud = rules
        try loud.setActions(.override, ".m.rule.member_event", json(#"["notify"]"#))
        #expect(!loud.isSilentAboutMembers)
        // Rules of other kinds are asked after it.
        var room = rules
        try room.set(.room, "!room:a", body: json(#"{"actions":["notify"]}"#))
        #expect(room.isSilentAboutMembers)
    }

    // MARK: Conditions

    @Test(arguments: [
        (#"{"kind":"event_match","key":"content.body","pattern":"cake*lie"}"#, true),
        (#"{"kind":"event_match","key":"content.body","pattern":"ake"}"#, false),
        (#"{"kind":"event_match","key":"content.n","pattern":"*"}"#, false),
        (#"{"kind":"event_match","key":"content.none","pattern":"*"}"#, false),
        (#"{"kind":"event_match","key":"content.msgtype","pattern":"M.TEXT"}"#, true),
        (#"{"kind":"event_match","key":"content.msgtype","pattern":"text"}"#, false),
        (#"{"kind":"event_match","key":"content.a\\.b.c","pattern":"d"}"#, true),
        (#"{"kind":"event_match","key":"room_id","pattern":"!room:a"}"#, true),
        (#"{"kind":"event_match","key":"room_id","pattern":"!other:a"}"#, false),
        (#"{"kind":"event_match","key":"sender","pattern":"@b:*"}"#, true),
        (#"{"kind":"event_property_is","key":"content.n","value":1}"#, true),
        (#"{"kind":"event_property_is","key":"content.n","value":"1"}"#, false),
        (#"{"kind":"event_property_is","key":"content.n","value":true}"#, false),
        (#"{"kind":"event_property_is","key":"content.t","value":true}"#, true),
        (#"{"kind":"event_property_is","key":"content.z","value":null}"#, true),
        (#"{"kind":"event_property_is","key":"content.none","value":null}"#, false),
        (#"{"kind":"event_property_is","key":"content.msgtype","value":"M.TEXT"}"#, false),
        (#"{"kind":"event_property_is","key":"room_id","value":"!room:a"}"#, true),
        (#"{"kind":"event_property_contains","key":"content.list","value":2}"#, true),
        (#"{"kind":"event_property_contains","key":"content.list","value":"x"}"#, true),
        (#"{"kind":"event_property_contains","key":"content.list","value":null}"#, true),
        (#"{"kind":"event_property_contains","key":"content.list","value":3}"#, false),
        (#"{"kind":"event_property_contains","key":"content.n","value":1}"#, false),
        (#"{"kind":"contains_display_name"}"#, true),
        (#"{"kind":"room_member_count","is":"3"}"#, true),
        (#"{"kind":"room_member_count","is":"==3"}"#, true),
        (#"{"kind":"room_member_count","is":"<3"}"#, false),
        (#"{"kind":"room_member_count","is":"<=3"}"#, true),
        (#"{"kind":"room_member_count","is":">2"}"#, true),
        (#"{"kind":"room_member_count","is":">=4"}"#, false),
        (#"{"kind":"sender_notification_permission","key":"room"}"#, false),
        (#"{"kind":"org.example.unknown"}"#, false),
    ])
    func condition(_ condition: String, _ expected: Bool) throws {
        let event = try Self.event(
            "m.room.message",
            """
            {"msgtype":"m.text","body":"the cake, me myself, is a lie","n":1,"t":true,"z":null,
            "a.b":{"c":"d"},"list":[1.5,2,"x",null,{}]}
            """)
        var rules = PushRuleset(owner: Self.me)
        try rules.set(
            .override, "rule",
            body: json(#"{"actions":[{"set_tweak":"sound","value":"hit"}],"conditions":[\#(condition)]}"#))
        #expect((rules.evaluate(event, displayName: "Me Myself").sound == "hit") == expected)
    }

    @Test func displayNameIsNoPatternAndNeedsABody() throws {
        var rules = PushRuleset(owner: Self.me)
        try rules.set(
            .override, "rule",
            body: json(
                #"{"actions":[{"set_tweak":"highlight"}],"conditions":[{"kind":"contains_display_name"}]}"#))
        let message = try Self.message("hello Me Myself!")
        #expect(rules.evaluate(message, displayName: "me myself").highlight)
        for name in ["Me My", "*", "", "M? Myself"] {
            #expect(!rules.evaluate(message, displayName: name).highlight, "\(name)")
        }
        #expect(!rules.evaluate(message, displayName: nil).highlight)
        #expect(!rules.evaluate(try Self.event("m.x", "{}"), displayName: "Me Myself").highlight)
    }

    @Test func allConditionsMustHold() throws {
        var rules = PushRuleset(owner: Self.me)
        try rules.set(
            .underride, "rule",
            body: json(
                """
                {"actions":[],"conditions":[{"kind":"room_member_count","is":"3"},
                {"kind":"event_match","key":"content.body","pattern":"cake"}]}
                """))
        #expect(actions(try Self.message("cake"), rules) == "[]")
        #expect(actions(try Self.message("tea"), rules) == #"["notify"]"#)
        #expect(actions(try Self.message("cake", members: 4), rules) == #"["notify"]"#)
    }

    // MARK: Order

    @Test func kindsAreAskedInOrder() throws {
        var rules = PushRuleset(owner: Self.me)
        let event = try Self.message("cake")
        func add(_ kind: PushRule.Kind, _ id: String) throws {
            try rules.set(
                kind, id,
                body: json(#"{"pattern":"cake","actions":[{"set_tweak":"sound","value":"\#(kind.rawValue)"}]}"#))
            #expect(rules.evaluate(event, displayName: nil).sound == kind.rawValue)
        }
        try add(.underride, "u")
        try add(.sender, "@b:a")
        try add(.room, "!room:a")
        try add(.content, "c")
        try add(.override, "o")
        try rules.setEnabled(.override, "o", false)
        #expect(rules.evaluate(event, displayName: nil).sound == "content")
        let other = try Self.message("tea")
        #expect(rules.evaluate(other, displayName: nil).sound == "room")
    }

    @Test func roomAndSenderRulesAreForTheirs() throws {
        var rules = PushRuleset(owner: Self.me)
        try rules.set(.room, "!other:a", body: json(#"{"actions":[]}"#))
        try rules.set(.sender, "@c:a", body: json(#"{"actions":[]}"#))
        #expect(actions(try Self.message("x"), rules) == #"["notify"]"#)
        try rules.set(.sender, "@b:a", body: json(#"{"actions":[]}"#))
        #expect(actions(try Self.message("x"), rules) == "[]")
    }
}
