import MatrixAPI
import TestSupport
import Testing

@Suite struct GlobPatternTests {
    private func all(_ pattern: String, _ text: String) -> Bool {
        GlobPattern(pattern).matches(GlobPattern.fold(text))
    }

    private func words(_ pattern: String, _ text: String, literal: Bool = false) -> Bool {
        GlobPattern(pattern, literal: literal).matchesWords(in: GlobPattern.fold(text))
    }

    @Test(arguments: [
        ("", "", true), ("", "a", false), ("a", "a", true), ("a", "A", true), ("A", "a", true), ("a", "b", false),
        ("a", "aa", false), ("*", "", true), ("*", "anything", true), ("**", "", true), ("?", "", false),
        ("?", "a", true), ("?", "ab", false), ("?", "窓", true), ("??", "窓", false), ("??", "窓👀", true),
        ("?", "é", true), ("a?c", "a窓c", true), ("a?c", "ac", false), ("a*c", "ac", true), ("a*c", "abbbc", true),
        ("a*c", "abbbcd", false), ("*.m", "x.y.m", true), ("lunc?*", "Lunch plans", true), ("lunc?*", "LUNCH", true),
        ("lunc?*", " lunch", false), ("lunc?*", "lunc", false), ("*?", "", false), ("*?*", "x", true),
        ("a*b*c", "a1b2b3c", true), ("a*b*c", "a1c2b", false), ("É*", "éa", true), ("*窓", "a窓", true),
        ("窓*", "\u{7A93}x", true), ("m.room.*", "m.room.message", true), ("m.room.*", "m_room.message", false),
        ("[a]", "a", false), ("a\\*", "a\\b", true),
    ])
    func entireText(_ pattern: String, _ text: String, _ expected: Bool) {
        #expect(all(pattern, text) == expected)
    }

    @Test(arguments: [
        ("ex*ple", "An example event.", true), ("ex*ple", "exple", true),
        ("ex*ple", "An exciting triple-whammy", true), ("cake", "I like cake", true), ("cake", "cakes", false),
        ("cake", "pancake", false), ("cake", "cake!", true), ("cake", "a_cake", false), ("cake", "CAKE", true),
        ("cake*lie", "the cake is a lie", true), ("cake*lie", "the cake is a lier", false), ("tea", "steam", false),
        ("tea", "time for tea", true), ("@room", "hello @room", true), ("@room", "hello@room", true),
        ("@room", "hello @rooms", false), ("窓", "大きな窓です", true), ("caf?", "Le café.", true),
        ("caf?", "Le cafés", true), ("caf", "café", true), ("*", "", true), ("", "", true), ("?", "ab", false),
        ("?", "a b", true), ("a b", "xa b", false), ("a b", "x a b", true), ("foo*", "barfoo foo", true),
        ("cake ", "cake x", true),
    ])
    func words(_ pattern: String, _ text: String, _ expected: Bool) {
        #expect(words(pattern, text) == expected)
    }

    @Test func literalPatternsHaveNoWildcards() {
        #expect(!words("a*", "abc", literal: true))
        #expect(words("a*", "x a* x", literal: true))
        #expect(words("who?", "who? me", literal: true))
        #expect(!words("who?", "whom me", literal: true))
    }

    /// Long patterns take more than one word of bits; they must decide as the reference does, at each length.
    @Test(arguments: [62, 63, 64, 65, 127, 128, 129, 300])
    func lengthsAroundTheWordsOfBits(_ length: Int) {
        let letters = String(repeating: "ab", count: length)
        let exact = String(letters.prefix(length))
        let question = String(repeating: "?", count: length)
        #expect(all("*" + exact, "xx" + exact))
        #expect(!all("*" + exact, exact + "x"))
        #expect(all(question, exact))
        #expect(!all(question, exact + "x"))
        #expect(!all(question, String(exact.dropLast())))
        #expect(all(question + "*", exact + "tail"))
        #expect(words(exact, "x " + exact + " y"))
        #expect(!words(exact, "x" + exact + " y"))
        #expect(words(question, String(repeating: "窓", count: length)))
    }

    /// The definition, by trying everything: slow, and obviously right.
    private static func reference(_ pattern: ArraySlice<Character>, _ text: ArraySlice<Character>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == "*" {
            return (0...text.count).contains { reference(pattern.dropFirst(), text.dropFirst($0)) }
        }
        guard let character = text.first, first == "?" || first == character else { return false }
        return reference(pattern.dropFirst(), text.dropFirst())
    }

    @Test func agreesWithTheDefinition() {
        var random = SeededGenerator(seed: 42)
        for _ in 0..<5000 {
            let pattern = random.text(of: ["a", "b", "*", "?", "é"], upTo: 7)
            let text = random.text(of: ["a", "b", "é", "窓"], upTo: 8)
            let expected = Self.reference(Array(pattern)[...], Array(text)[...])
            #expect(all(pattern, text) == expected, "\(pattern) on \(text)")
        }
    }

    @Test func wordsAgreeWithTheDefinition() {
        var random = SeededGenerator(seed: 43)
        for _ in 0..<3000 {
            let pattern = random.text(of: ["a", "b", "*", "?", " "], upTo: 5)
            let text = Array(random.text(of: ["a", "b", " ", "é"], upTo: 7))
            func isBoundary(_ place: Int) -> Bool {
                place == 0 || place == text.count || [text[place - 1], text[place]].contains { !"ab".contains($0) }
            }
            let places = (0...text.count).filter(isBoundary)
            let expected = places.contains { start in
                places.contains { end in end >= start && Self.reference(Array(pattern)[...], text[start..<end]) }
            }
            #expect(words(pattern, String(text)) == expected, "\(pattern) on \(String(text))")
        }
    }

    /// Patterns whose cost is exponential, or the pattern's length times the text's squared, where each `*` is tried in
    /// turn. Without a bound on the work this test does not end.
    @Test func hostilePatternsEnd() {
        let text = String(repeating: "a", count: 60_000)
        #expect(!all(String(repeating: "*a", count: 200) + "*b", text))
        #expect(!all(String(repeating: "a*", count: 200) + "b", text))
        #expect(!all("*" + String(repeating: "a", count: 500) + "b", text))
        #expect(!words(String(repeating: "*?", count: 200) + "b", text))
        #expect(!words(String(repeating: "a a*", count: 100) + "b", String(repeating: "a ", count: 30_000)))
    }
}

extension SeededGenerator {
    fileprivate mutating func text(of characters: [Character], upTo length: Int) -> String {
        String(
            (0..<Int.random(in: 0...length, using: &self)).map { _ in characters.randomElement(using: &self) ?? "a" })
    }
}
