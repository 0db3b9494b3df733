/// A glob: `*` stands for any characters or none, `?` for exactly one; case does not count.
///
/// Made once and matched often. Matching runs all ways through the pattern side by side, one bit each, so that its time
/// is linear in the text whatever the pattern. Letters are compared in lower case by Unicode's mapping.
///
/// Source: Matrix specification, appendices, "Glob-style matching".
package struct GlobPattern: Sendable {
    /// The pattern as it was written.
    package let source: String
    /// The pattern in lower case, when it has no wildcard.
    private let exact: [UInt8]?
    private let automaton: GlobAutomaton

    /// - Parameter literal: take `*` and `?` as themselves.
    package init(_ source: String, literal: Bool = false) {
        self.source = source
        let folded = Self.fold(source)
        let isExact = literal || !folded.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") }
        exact = isExact ? folded : nil
        automaton = GlobAutomaton(folded, isExact ? .none : .starAndQuestionMark)
    }

    /// A text in the form that the matching functions take.
    package static func fold(_ text: String) -> [UInt8] { Array(text.lowercased().utf8) }

    /// Whether the pattern matches the entire text.
    /// - Parameter text: made by ``fold(_:)``.
    package func matches(_ text: [UInt8]) -> Bool {
        if let exact { return exact == text }
        return automaton.matches(text, atWordBoundaries: false)
    }

    /// Whether the pattern matches a part of the text that starts and ends at a word boundary: next to the text's start
    /// or end, or to a character that is no ASCII letter, digit or underscore.
    ///
    /// Source: Client-Server API, "Push Rules", conditions, `event_match` on `content.body`.
    /// - Parameter text: made by ``fold(_:)``.
    package func matchesWords(in text: [UInt8]) -> Bool {
        automaton.matches(text, atWordBoundaries: true)
    }
}
