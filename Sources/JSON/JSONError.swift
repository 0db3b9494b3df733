/// Why a text is not JSON that we accept, or has no canonical form. `offset` counts bytes from the text's start.
package enum JSONError: Error, Equatable, Sendable {
    /// The text ends inside a value.
    case unexpectedEnd(offset: Int)
    /// A byte that cannot stand here.
    case unexpectedByte(offset: Int)
    /// Something other than white space after the value.
    case trailingText(offset: Int)
    /// A number that the grammar does not know: leading zero, no digit where one is due.
    case invalidNumber(offset: Int)
    /// A number too large for a double, or written with more than ``JSONNumber/longestText`` bytes.
    case numberOutOfRange(offset: Int)
    /// A backslash followed by something the grammar does not know.
    case invalidEscape(offset: Int)
    /// Half of a surrogate pair, which no Unicode string can hold.
    case loneSurrogate(offset: Int)
    /// Bytes in a string that are not UTF-8.
    case invalidUTF8(offset: Int)
    /// U+0000 to U+001F in a string, not escaped.
    case controlCharacter(offset: Int)
    /// A member name that the object already has. `offset` is that of the second one.
    case duplicateKey(offset: Int)
    /// Deeper than ``JSONLimits/maximumDepth``.
    case tooDeep(offset: Int)
    /// More nodes than ``JSONLimits/maximumNodes``.
    case tooManyNodes(offset: Int)
    /// Longer than ``JSONLimits/maximumBytes``; `offset` is that limit.
    case tooLarge(offset: Int)
    /// A number without canonical form: a fraction, or beyond ±(2^53 - 1). Thrown by ``JSONValue/canonical()`` only.
    case notCanonical(offset: Int)

    /// Where in the text, in bytes from its start.
    package var offset: Int {
        switch self {
        case .unexpectedEnd(let offset), .unexpectedByte(let offset), .trailingText(let offset),
            .invalidNumber(let offset), .numberOutOfRange(let offset), .invalidEscape(let offset),
            .loneSurrogate(let offset), .invalidUTF8(let offset), .controlCharacter(let offset),
            .duplicateKey(let offset), .tooDeep(let offset), .tooManyNodes(let offset),
            .tooLarge(let offset), .notCanonical(let offset):
            offset
        }
    }

    /// The reason in words that may be shown to the peer: it never quotes the text.
    package var reason: String {
        switch self {
        case .unexpectedEnd: "unexpected end of text"
        case .unexpectedByte: "unexpected character"
        case .trailingText: "text after the value"
        case .invalidNumber: "invalid number"
        case .numberOutOfRange: "number out of range"
        case .invalidEscape: "invalid escape"
        case .loneSurrogate: "lone surrogate"
        case .invalidUTF8: "invalid UTF-8"
        case .controlCharacter: "unescaped control character"
        case .duplicateKey: "duplicate key"
        case .tooDeep: "nested too deeply"
        case .tooManyNodes: "too many values"
        case .tooLarge: "text too large"
        case .notCanonical: "number not allowed in canonical JSON"
        }
    }
}

extension JSONError: CustomStringConvertible {
    package var description: String { "\(reason) at byte \(offset)" }
}
