import Testing

@testable import MatrixAPI

@Suite struct RegularExpressionTests {
    @Test(arguments: [
        ("@_irc_.*", "@_irc_anna:a", true), ("@_irc_.*", "@irc_anna:a", false), ("@_irc_.*", "@_irc_", true),
        ("^@bot:a\\.org$", "@bot:a.org", true), ("^@bot:a\\.org$", "@bot:a.orgs", false),
        ("@bot:a\\.org", "@bot:a.orgs", true), ("bot", "@bot", false),
        ("@[a-z0-9_]+:a", "@a_9:a", true), ("@[a-z0-9_]+:a", "@A:a", false), ("@[^:]*:a", "@x.y:a", true),
        ("@(irc|xmpp)_.+", "@xmpp_x", true), ("@(irc|xmpp)_.+", "@xmpp_", false), ("(|a)b", "b", true),
        ("a{2,3}$", "aa", true), ("a{2,3}$", "aaa", true), ("a{2,3}$", "aaaa", false), ("a{2}$", "a", false),
        ("a{1,}$", "aaaaa", true), ("colou?r$", "color", true), ("(?:ab)*?c", "ababc", true),
        ("\\d+\\w\\s\\S", "12a b", true), ("[\\d-]+$", "1-2", true), ("[]a]+$", "a]", true),
        ("#.*:a", "#ü\u{1F600}:a", true),
        ("", "anything", true), ("$", "", true), ("$", "x", false), ("a.c", "a\nc", false), ("(a*)*b", "aaab", true),
    ])
    func matchesFromTheBeginning(pattern: String, text: String, isMatch: Bool) throws {
        #expect(try RegularExpression(pattern).matches(text) == isMatch)
    }

    @Test(arguments: [
        "(", ")", "a)", "[", "[a", "[b-a]", "*", "+a", "a**", "a{", "a{2", "a{3,2}", "a{999}", "\\", "\\1", "(?=a)",
        "(?<!a)b", "\\k", "[[:alpha:]]", "(?i)a", "[\\D]",
    ])
    func whatIsNotUnderstoodIsRefused(pattern: String) {
        #expect(throws: RegularExpressionError.self) { try RegularExpression(pattern) }
    }

    @Test func sizesAreLimited() {
        let deep = String(repeating: "(", count: 1000) + String(repeating: ")", count: 1000)
        let large = String(repeating: "(", count: 4) + "a" + String(repeating: "{255})", count: 4)
        for pattern in [deep, large, String(repeating: "a", count: 5000)] {
            #expect(throws: RegularExpressionError.self) { try RegularExpression(pattern) }
        }
    }

    /// What costs others exponential time: here each character of the text looks at each step once.
    @Test(arguments: ["(a+)+$", "(a|a)*$", "(a*)*$", "(.*)*(.*)*$", "a?a?a?a?a?a?a?a?a?a?a?a?aaaaaaaaaaaa$"])
    func costIsLinear(pattern: String) throws {
        let expression = try RegularExpression(pattern)
        #expect(expression.matches(String(repeating: "a", count: 20_000) + "\n") == false)
    }
}
