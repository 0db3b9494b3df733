import Testing

@testable import GtkKit

@Suite struct TextTests {
    @Test(arguments: [
        ("Hello %@", ["Ana"], "Hello Ana"), ("%2$@ before %1$@", ["a", "b"], "b before a"), ("100 %", ["x"], "100 %"),
        ("%@ and %@", ["a"], "a and "), ("%3$@", ["a"], ""), ("no place", ["a"], "no place"),
        ("%@", ["%1$@"], "%1$@"),
    ])
    func placesAreFilled(text: String, arguments: [String], expected: String) {
        #expect(Translation.fill(text, arguments) == expected)
    }

    @Test func markupIsEscaped() {
        #expect(
            Markup.escape("<b a=\"1\" b='2'>&\u{0}\u{1b}\n\t日本")
                == "&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;\u{fffd}\u{fffd}\n\t日本")
    }

    @Test func textsWithoutACatalogueAreThemselves() {
        #expect(tr("A text that no catalogue has: %@", "x") == "A text that no catalogue has: x")
        #expect(tr("1 thing nobody has", many: "%d things nobody has", 3) == "3 things nobody has")
        #expect(tr("1 thing nobody has", many: "%d things nobody has", 1) == "1 thing nobody has")
    }
}
