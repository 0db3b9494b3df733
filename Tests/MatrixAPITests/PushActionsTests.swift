import JSON
import MatrixAPI
import Testing

@Suite struct PushActionsTests {
    private func actions(_ text: String) throws -> PushActions { try PushActions(parsing: json(text)) }

    @Test func whatTheyComeTo() throws {
        #expect(!PushActions.none.notify)
        let all = try actions(#"["notify",{"set_tweak":"sound","value":"bing"},{"set_tweak":"highlight"}]"#)
        #expect(all.notify && all.highlight && all.sound == "bing")
        #expect(try !actions(#"["notify",{"set_tweak":"highlight","value":false}]"#).highlight)
        #expect(try actions(#"[{"set_tweak":"highlight","value":true}]"#).highlight)
        #expect(try !actions(#"[{"set_tweak":"highlight","value":"yes"}]"#).highlight)
        #expect(try actions(#"[{"set_tweak":"sound"}]"#).sound == nil)
    }

    @Test func historicalActionsAreLeftOut() throws {
        #expect(try actions(#"["dont_notify"]"#) == .none)
        #expect(text(try actions(#"["coalesce","notify"]"#).json) == #"["notify"]"#)
    }

    @Test func tweaksOfOtherKindsAreKept() throws {
        let actions = try actions(#"["notify",{"set_tweak":"x","value":{"a":[1]}},{"set_tweak":"highlight"}]"#)
        #expect(text(actions.json) == #"["notify",{"set_tweak":"x","value":{"a":[1]}},{"set_tweak":"highlight"}]"#)
        #expect(text(actions.tweaks) == #"{"x":{"a":[1]},"highlight":true}"#)
    }

    @Test(arguments: ["{}", #"["shout"]"#, "[1]", "[{}]", #"[{"set_tweak":1}]"#, "null"])
    func malformed(_ text: String) {
        #expect(throws: PushRuleError.malformed("actions")) { try actions(text) }
    }

    @Test func absentAndTooMany() {
        #expect(throws: PushRuleError.missing("actions")) { try PushActions(parsing: nil) }
        let many = "[" + Array(repeating: #""notify""#, count: 17).joined(separator: ",") + "]"
        #expect(throws: PushRuleError.tooMany("actions")) { try actions(many) }
    }
}
