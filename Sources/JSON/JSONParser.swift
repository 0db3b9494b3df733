/// The single pass that checks a text and appends its nodes. A state machine without recursion: the open containers
/// are chained through their nodes' `next` until they are closed.
struct JSONParser {
    private(set) var nodes: ContiguousArray<JSONNode> = []
    /// The next byte to look at.
    var position = 0
    private var depth = 0
    /// The innermost open container; valid while `depth` is above 0.
    private var open = 0
    private let maximumDepth: Int
    private let maximumBytes: Int
    private let maximumNodes: Int

    init(limits: JSONLimits, byteCount: Int) {
        maximumDepth = min(limits.maximumDepth, JSONLimits.largestDepth)
        maximumBytes = min(limits.maximumBytes, Int(UInt32.max))
        maximumNodes = min(limits.maximumNodes, JSONNode.largestCount)
        // Events have about one node in 12 bytes; a denser text grows the array once or twice.
        nodes.reserveCapacity(min(byteCount, maximumBytes, 1 << 20) / 10 + 4)
    }

    mutating func parse(_ text: Span<UInt8>) throws(JSONError) {
        guard text.count <= maximumBytes else { throw .tooLarge(offset: maximumBytes) }
        repeat {
            let opened = try parseValue(text)
            if opened { continue }
            if try !finishValue(text) { break }
        } while true
        skipWhitespace(text)
        guard position == text.count else { throw .trailingText(offset: position) }
    }

    /// Parses a scalar, an empty container, or a container's start up to its first value.
    /// - Returns: whether a value is due next.
    private mutating func parseValue(_ text: Span<UInt8>) throws(JSONError) -> Bool {
        let byte = try nextByte(text)
        let start = position
        switch byte {
        case UInt8(ascii: "\""):
            let hasEscape = try scanString(text)
            try append(.string, from: start, hasEscape: hasEscape)
        case UInt8(ascii: "{"):
            try openContainer(.object)
            if try nextByte(text) != UInt8(ascii: "}") {
                try parseKey(text)
                return true
            }
            position += 1
            closeContainer()
        case UInt8(ascii: "["):
            try openContainer(.array)
            if try nextByte(text) != UInt8(ascii: "]") {
                nodes[open].addChild()
                return true
            }
            position += 1
            closeContainer()
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            let kind = try scanNumber(text)
            try append(kind, from: start)
        case UInt8(ascii: "t"):
            try scanLiteral("true", text)
            try append(.bool, from: start)
        case UInt8(ascii: "f"):
            try scanLiteral("false", text)
            try append(.bool, from: start)
        case UInt8(ascii: "n"):
            try scanLiteral("null", text)
            try append(.null, from: start)
        default:
            throw .unexpectedByte(offset: start)
        }
        return false
    }

    /// Goes on after a complete value: closes the containers that end here.
    /// - Returns: whether a value is due next; otherwise the outermost one is complete.
    private mutating func finishValue(_ text: Span<UInt8>) throws(JSONError) -> Bool {
        while depth > 0 {
            let byte = try nextByte(text)
            let isObject = nodes[open].isObject
            if byte == UInt8(ascii: ",") {
                position += 1
                if isObject {
                    try parseKey(text)
                } else {
                    nodes[open].addChild()
                }
                return true
            }
            guard byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                throw .unexpectedByte(offset: position)
            }
            position += 1
            if isObject { try checkKeys(of: open, text) }
            closeContainer()
        }
        return false
    }

    /// Parses a member name and its colon.
    private mutating func parseKey(_ text: Span<UInt8>) throws(JSONError) {
        guard try nextByte(text) == UInt8(ascii: "\"") else { throw .unexpectedByte(offset: position) }
        let start = position
        let hasEscape = try scanString(text)
        try append(.string, from: start, hasEscape: hasEscape)
        nodes[open].addChild()
        if hasEscape { nodes[open].noteEscape() }
        guard try nextByte(text) == UInt8(ascii: ":") else { throw .unexpectedByte(offset: position) }
        position += 1
    }

    private mutating func openContainer(_ kind: JSONValue.Kind) throws(JSONError) {
        guard depth < maximumDepth else { throw .tooDeep(offset: position) }
        guard nodes.count < maximumNodes else { throw .tooManyNodes(offset: position) }
        depth += 1
        nodes.append(JSONNode(kind: kind, offset: position, length: 0, next: open))
        open = nodes.count - 1
        position += 1
    }

    private mutating func closeContainer() {
        let closed = open
        open = Int(nodes[closed].next)
        nodes[closed].next = UInt32(truncatingIfNeeded: nodes.count)
        nodes[closed].length = UInt32(truncatingIfNeeded: position) - nodes[closed].offset
        depth -= 1
    }

    private mutating func append(_ kind: JSONValue.Kind, from start: Int, hasEscape: Bool = false) throws(JSONError) {
        guard nodes.count < maximumNodes else { throw .tooManyNodes(offset: start) }
        nodes.append(
            JSONNode(
                kind: kind, offset: start, length: position - start, next: nodes.count + 1, hasEscape: hasEscape))
    }

    private mutating func scanLiteral(_ literal: StaticString, _ text: Span<UInt8>) throws(JSONError) {
        for index in 0..<literal.utf8CodeUnitCount {
            guard position < text.count else { throw .unexpectedEnd(offset: position) }
            guard text[position] == literal.utf8Start[index] else { throw .unexpectedByte(offset: position) }
            position += 1
        }
    }

    /// The next byte that is not white space; `position` is left on it.
    @inline(__always)
    private mutating func nextByte(_ text: Span<UInt8>) throws(JSONError) -> UInt8 {
        skipWhitespace(text)
        guard position < text.count else { throw .unexpectedEnd(offset: position) }
        return text[position]
    }

    @inline(__always)
    private mutating func skipWhitespace(_ text: Span<UInt8>) {
        while position < text.count {
            let byte = text[position]
            guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position += 1
        }
    }
}
