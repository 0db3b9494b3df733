import JSON
import MatrixAPI
import Testing

@Suite struct PushRulesetEditingTests {
    private let empty = #"{"actions":[]}"#

    private func rules(_ ids: String...) throws -> PushRuleset {
        var rules = PushRuleset(owner: UserID(unchecked: "@me:a"))
        for id in ids.reversed() { try rules.set(.override, id, body: json(empty)) }
        return rules
    }

    private func own(_ rules: PushRuleset, _ kind: PushRule.Kind = .override) -> [String] {
        rules[kind].filter { !$0.isDefault }.map(\.id)
    }

    // MARK: Adding

    @Test func aNewRuleComesFirst() throws {
        let rules = try rules("a", "b")
        #expect(own(rules) == ["a", "b"])
        #expect(rules[.override].first?.id == ".m.rule.master")
        #expect(rules[.override][3].id == ".m.rule.suppress_notices")
    }

    @Test func placement() throws {
        var rules = try rules("a", "b", "c")
        try rules.set(.override, "x", body: json(empty), placement: .before("c"))
        #expect(own(rules) == ["a", "b", "x", "c"])
        try rules.set(.override, "y", body: json(empty), placement: .after("c"))
        #expect(own(rules) == ["a", "b", "x", "c", "y"])
        try rules.set(.override, "y", body: json(empty), placement: .before("a"))
        #expect(own(rules) == ["y", "a", "b", "x", "c"])
        try rules.set(.override, "a", body: json(empty), placement: .after("b"))
        #expect(own(rules) == ["y", "b", "a", "x", "c"])
        #expect(rules[.override].first?.id == ".m.rule.master")
    }

    @Test func beforeCountsWhenBothAreGiven() {
        typealias Placement = PushRuleset.Placement
        #expect(Placement(before: "a", after: "b") == .before("a"))
        #expect(Placement(before: nil, after: "b") == .after("b"))
        #expect(Placement(before: nil, after: nil) == .unchanged)
    }

    @Test func changingARuleKeepsItsPlaceAndState() throws {
        var rules = try rules("a", "b")
        try rules.setEnabled(.override, "b", false)
        try rules.set(.override, "b", body: json(#"{"actions":["notify"]}"#))
        #expect(own(rules) == ["a", "b"])
        #expect(rules.rule(.override, "b")?.isEnabled == false)
        #expect(rules.rule(.override, "b")?.actions.notify == true)
    }

    @Test func theSameIDInAnotherKindIsAnotherRule() throws {
        var rules = try rules("a")
        try rules.set(.sender, "a", body: json(empty))
        #expect(own(rules, .sender) == ["a"])
        try rules.delete(.override, "a")
        #expect(own(rules, .sender) == ["a"])
    }

    @Test func refusedIdentifiers() throws {
        var rules = try rules("a")
        for id in ["", "a/b", #"a\b"#, String(repeating: "x", count: 256)] {
            #expect(throws: PushRuleError.invalidID) { try rules.set(.override, id, body: json(empty)) }
        }
        for id in [".m.rule.master", ".x"] {
            #expect(throws: PushRuleError.reserved) { try rules.set(.override, id, body: json(empty)) }
        }
        #expect(own(rules) == ["a"])
    }

    @Test func refusedPlaces() throws {
        var rules = try rules("a")
        #expect(throws: PushRuleError.neighbourNotFound("z")) {
            try rules.set(.override, "b", body: json(empty), placement: .before("z"))
        }
        #expect(throws: PushRuleError.neighbourNotFound("a")) {
            try rules.set(.override, "a", body: json(empty), placement: .after("a"))
        }
        #expect(throws: PushRuleError.reserved) {
            try rules.set(.override, "b", body: json(empty), placement: .after(".m.rule.master"))
        }
        #expect(own(rules) == ["a"])
    }

    @Test(arguments: [
        (PushRule.Kind.content, #"{"actions":[]}"#, PushRuleError.missing("pattern")),
        (.content, #"{"actions":[],"pattern":1}"#, .missing("pattern")), (.room, "{}", .missing("actions")),
        (.override, #"{"actions":[],"conditions":{}}"#, .malformed("conditions")),
        (.override, #"{"actions":[],"conditions":[1]}"#, .missing("kind")),
        (.override, #"{"actions":[],"conditions":[{"kind":"event_match","key":"a"}]}"#, .missing("pattern")),
        (.override, #"{"actions":[],"conditions":[{"kind":"event_match","pattern":"a"}]}"#, .missing("key")),
        (.override, #"{"actions":[],"conditions":[{"kind":"event_property_is","key":"a"}]}"#, .missing("value")),
        (
            .override, #"{"actions":[],"conditions":[{"kind":"event_property_is","key":"a","value":[]}]}"#,
            .malformed("value")
        ),
        (.override, #"{"actions":[],"conditions":[{"kind":"room_member_count"}]}"#, .missing("is")),
        (.override, #"{"actions":[],"conditions":[{"kind":"room_member_count","is":"=2"}]}"#, .malformed("is")),
        (.override, #"{"actions":[],"conditions":[{"kind":"room_member_count","is":"2x"}]}"#, .malformed("is")),
        (
            .override, #"{"actions":[],"conditions":[{"kind":"sender_notification_permission"}]}"#, .missing("key")
        ),
    ])
    func refusedBodies(_ kind: PushRule.Kind, _ body: String, _ error: PushRuleError) throws {
        var rules = try rules()
        #expect(throws: error) { try rules.set(kind, "x", body: json(body)) }
        #expect(own(rules, kind).isEmpty)
    }

    @Test func limits() throws {
        var rules = try rules()
        let long = String(repeating: "x", count: 513)
        #expect(throws: PushRuleError.malformed("pattern")) {
            try rules.set(.content, "x", body: json(#"{"actions":[],"pattern":"\#(long)"}"#))
        }
        let condition = #"{"kind":"contains_display_name"}"#
        let many = Array(repeating: condition, count: 33).joined(separator: ",")
        #expect(throws: PushRuleError.tooMany("conditions")) {
            try rules.set(.override, "x", body: json(#"{"actions":[],"conditions":[\#(many)]}"#))
        }
        for number in 0..<500 {
            try rules.set(.content, "c\(number)", body: json(#"{"actions":[],"pattern":"x"}"#))
        }
        #expect(throws: PushRuleError.tooMany("conditions and patterns")) {
            try rules.set(.override, "x", body: json(#"{"actions":[],"conditions":[\#(condition)]}"#))
        }
        for number in 0..<1000 { try rules.set(.room, "!\(number):a", body: json(empty)) }
        #expect(throws: PushRuleError.tooMany("push rules")) {
            try rules.set(.room, "!more:a", body: json(empty))
        }
        try rules.set(.room, "!1:a", body: json(#"{"actions":["notify"]}"#))
    }

    // MARK: Changing and deleting

    @Test func deleting() throws {
        var rules = try rules("a", "b")
        try rules.delete(.override, "a")
        #expect(own(rules) == ["b"])
        #expect(throws: PushRuleError.notFound) { try rules.delete(.override, "a") }
        #expect(throws: PushRuleError.notFound) { try rules.delete(.room, "b") }
        #expect(throws: PushRuleError.reserved) { try rules.delete(.override, ".m.rule.reaction") }
    }

    @Test func enablingAndActionsOfTheServersOwnRules() throws {
        var rules = try rules()
        try rules.setEnabled(.override, ".m.rule.reaction", false)
        try rules.setActions(.underride, ".m.rule.message", json("[]"))
        #expect(rules.rule(.override, ".m.rule.reaction")?.isEnabled == false)
        #expect(rules.rule(.underride, ".m.rule.message")?.actions == PushActions.none)
        #expect(throws: PushRuleError.notFound) { try rules.setEnabled(.override, "x", true) }
        #expect(throws: PushRuleError.notFound) { try rules.setActions(.override, ".m.rule.none", json("[]")) }
        #expect(throws: PushRuleError.missing("actions")) {
            try rules.setActions(.underride, ".m.rule.message", nil)
        }
    }

    @Test func errorsForClients() {
        let errors: [(PushRuleError, Int, MatrixError.Code)] = [
            (.notFound, 404, .notFound), (.invalidID, 400, .invalidParam), (.reserved, 400, .invalidParam),
            (.neighbourNotFound("x"), 400, .unknown), (.missing("actions"), 400, .missingParam),
            (.malformed("actions"), 400, .invalidParam), (.tooMany("x"), 400, .invalidParam),
        ]
        for (error, status, code) in errors {
            #expect(error.matrixError.status == status)
            #expect(error.matrixError.code == code)
        }
    }
}
