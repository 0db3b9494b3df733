/// The machine behind ``GlobPattern``: a set of states, one bit for each place in the pattern, moved by each byte.
///
/// Bit *i* is set while the text so far can end before token *i*. A token is a byte or `?`; a `*` before token *i* lets
/// state *i* stay whatever comes. Bytes are those of UTF-8: `?` takes the first byte of a character, and the state
/// behind it stays while that character's other bytes pass.
///
/// Source: bit-parallel simulation of a nondeterministic automaton ("Shift-And", Baeza-Yates and Gonnet 1992).
struct GlobAutomaton: Sendable {
    /// Which class each byte is of: bytes that the pattern has no token for share one of two.
    private let classes: [UInt8]
    /// For each class the states that move on: `words` words a class.
    private let moves: [UInt64]
    /// The states that stay at any byte.
    private let stays: [UInt64]
    /// The states that stay at a continuation byte.
    private let staysInCharacter: [UInt64]
    /// How many words a set of states takes.
    private let words: Int
    /// The number of the last state, in which the pattern has matched.
    private let last: Int

    private enum Token {
        case byte(UInt8)
        case anyCharacter
    }

    /// The characters that stand for others; each of the rest stands for itself.
    enum Wildcards {
        case none, star, starAndQuestionMark
    }

    /// - Parameter pattern: UTF-8, its letters folded where case does not count.
    init(_ pattern: [UInt8], _ wildcards: Wildcards) {
        var tokens: [Token] = []
        var stars: [Int] = []
        for byte in pattern {
            switch byte {
            case UInt8(ascii: "*") where wildcards != .none: stars.append(tokens.count)
            case UInt8(ascii: "?") where wildcards == .starAndQuestionMark: tokens.append(.anyCharacter)
            default: tokens.append(.byte(byte))
            }
        }
        last = tokens.count
        words = tokens.count / 64 + 1
        var stays = [UInt64](repeating: 0, count: words)
        for star in stars { stays[star / 64] |= 1 << UInt64(star % 64) }
        self.stays = stays
        (classes, moves, staysInCharacter) = Self.tables(tokens, words: words)
    }

    private static func tables(_ tokens: [Token], words: Int) -> (
        classes: [UInt8], moves: [UInt64], staysInCharacter: [UInt64]
    ) {
        // Class 0: first bytes of characters; class 1: continuation bytes; then one for each byte of the pattern.
        var classes: [UInt8] = (0...255).map { isContinuation($0) ? 1 : 0 }
        var representatives: [UInt8] = [0, 0x80]
        for case .byte(let byte) in tokens where classes[Int(byte)] < 2 {
            classes[Int(byte)] = UInt8(representatives.count)
            representatives.append(byte)
        }
        var moves = [UInt64](repeating: 0, count: representatives.count * words)
        var staysInCharacter = [UInt64](repeating: 0, count: words)
        for (state, token) in tokens.enumerated() {
            let (word, bit) = (state / 64, UInt64(1) << UInt64(state % 64))
            switch token {
            case .byte(let byte): moves[Int(classes[Int(byte)]) * words + word] |= bit
            case .anyCharacter:
                for (index, byte) in representatives.enumerated() where !isContinuation(byte) {
                    moves[index * words + word] |= bit
                }
                staysInCharacter[(state + 1) / 64] |= 1 << UInt64((state + 1) % 64)
            }
        }
        return (classes, moves, staysInCharacter)
    }

    /// Whether the pattern matches all of the text, or a part of it between two word boundaries.
    func matches(_ text: [UInt8], atWordBoundaries: Bool) -> Bool {
        words == 1
            ? matchesShort(text, atWordBoundaries: atWordBoundaries)
            : matchesLong(text, atWordBoundaries: atWordBoundaries)
    }

    /// For patterns of up to 63 tokens, whose states fit into one word.
    private func matchesShort(_ text: [UInt8], atWordBoundaries: Bool) -> Bool {
        let accepting = UInt64(1) << UInt64(last)
        let (stays, staysInCharacter) = (self.stays[0], self.staysInCharacter[0])
        var states: UInt64 = 1
        for (place, byte) in text.enumerated() {
            if atWordBoundaries, Self.isBoundary(place, of: text) {
                states |= 1
                if states & accepting != 0 { return true }
            }
            let staying = Self.isContinuation(byte) ? stays | staysInCharacter : stays
            states = (states & moves[Int(classes[Int(byte)])]) << 1 | states & staying
            if states == 0, !atWordBoundaries { return false }
        }
        return states & accepting != 0
    }

    private func matchesLong(_ text: [UInt8], atWordBoundaries: Bool) -> Bool {
        let accepting = UInt64(1) << UInt64(last % 64)
        var states = [UInt64](repeating: 0, count: words)
        states[0] = 1
        for (place, byte) in text.enumerated() {
            if atWordBoundaries, Self.isBoundary(place, of: text) {
                states[0] |= 1
                if states[words - 1] & accepting != 0 { return true }
            }
            let isContinuation = Self.isContinuation(byte)
            let row = Int(classes[Int(byte)]) * words
            var carry: UInt64 = 0
            for word in 0..<words {
                let moving = states[word] & moves[row + word]
                let staying = isContinuation ? stays[word] | staysInCharacter[word] : stays[word]
                states[word] = moving << 1 | carry | states[word] & staying
                carry = moving >> 63
            }
        }
        return states[words - 1] & accepting != 0
    }

    private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

    /// Whether the place before the byte `place` is next to an end of the text or to a character that is no part of a word.
    private static func isBoundary(_ place: Int, of text: [UInt8]) -> Bool {
        place == 0 || !isPartOfWord(text[place - 1]) || !isPartOfWord(text[place])
    }

    private static func isPartOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
