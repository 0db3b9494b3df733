/// One value or member name of a parsed text: 16 bytes in a flat array, in the order of the text.
///
/// A container is followed by its children; an object's children alternate between member name (a string node) and
/// value. The subtree of node `i` is `i ..< nodes[i].next`, so the next sibling is one step away.
struct JSONNode: Sendable {
    /// Where the value's text starts, and its length in bytes: quotes and brackets included.
    var offset: UInt32
    var length: UInt32
    /// The index after this subtree. While the parser has a container open: the index of the container around it.
    var next: UInt32
    /// Bits 0-2: kind. Bit 3: a string with an escape, or an object with such a key. Bits 4-31: count of children
    /// (members of an object).
    private var meta: UInt32

    /// No more nodes than a count can hold.
    static let largestCount = (1 << 28) - 1

    init(kind: JSONValue.Kind, offset: Int, length: Int, next: Int, hasEscape: Bool = false) {
        self.offset = UInt32(truncatingIfNeeded: offset)
        self.length = UInt32(truncatingIfNeeded: length)
        self.next = UInt32(truncatingIfNeeded: next)
        meta = UInt32(kind.rawValue) | (hasEscape ? 8 : 0)
    }

    var kind: JSONValue.Kind { JSONValue.Kind(rawValue: UInt8(truncatingIfNeeded: meta & 7))! }

    var isObject: Bool { meta & 7 == UInt32(JSONValue.Kind.object.rawValue) }

    var hasEscape: Bool { meta & 8 != 0 }

    var count: Int { Int(meta >> 4) }

    var range: Range<Int> { Int(offset)..<Int(offset) + Int(length) }

    /// The text between a string's quotes.
    var contents: Range<Int> { Int(offset) + 1..<Int(offset) + Int(length) - 1 }

    mutating func noteEscape() { meta |= 8 }

    mutating func addChild() { meta &+= 16 }
}
