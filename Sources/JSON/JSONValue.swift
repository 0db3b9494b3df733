/// A cursor: one value of a parsed text. Cheap to copy; keeps the whole text alive. Strings and numbers are decoded
/// when asked for.
package struct JSONValue: Sendable {
    let storage: JSONStorage
    let index: Int

    /// What a value is. A number is an `integer` when it is written as one and fits 64 bits, otherwise a `double`.
    package enum Kind: UInt8, Sendable {
        case null, bool, integer, double, string, array, object
    }

    init(storage: JSONStorage, index: Int) {
        self.storage = storage
        self.index = index
    }

    /// Parses a whole text and returns its outermost value; see ``JSONDocument/init(parsing:limits:)``.
    /// - Throws: ``JSONError`` for a text that is not JSON or exceeds `limits`.
    package static func parse(_ bytes: [UInt8], limits: JSONLimits = .default) throws(JSONError) -> JSONValue {
        try JSONDocument(parsing: bytes, limits: limits).root
    }

    var node: JSONNode { storage.nodes[index] }

    package var kind: Kind { node.kind }

    package var isNull: Bool { kind == .null }
    package var isObject: Bool { kind == .object }
    package var isArray: Bool { kind == .array }

    /// The value of `true` and `false`; nil for anything else.
    package var bool: Bool? {
        let node = node
        return node.kind == .bool ? node.length == 4 : nil
    }

    /// The value of an integer; nil for anything else, `1.0` and `1e2` included.
    package var int: Int64? {
        let node = node
        return node.kind == .integer ? storage.integer(node) : nil
    }

    /// The nearest double to any number; nil for anything else. Always finite.
    package var double: Double? {
        let node = node
        switch node.kind {
        case .integer, .double: return storage.double(node)
        default: return nil
        }
    }

    /// The decoded string; nil for anything else.
    package var string: String? {
        let node = node
        return node.kind == .string ? storage.string(node) : nil
    }

    /// Whether this is a string equal to `other`, scalar by scalar (no Unicode normalisation). Makes no string.
    package func stringEquals(_ other: StaticString) -> Bool {
        let node = node
        guard node.kind == .string else { return false }
        precondition(other.hasPointerRepresentation)
        return storage.contents(of: node, equal: Span(_unsafeStart: other.utf8Start, count: other.utf8CodeUnitCount))
    }

    /// The elements of an array; nil for anything else.
    package var array: JSONArrayView? {
        kind == .array ? JSONArrayView(storage: storage, index: index) : nil
    }

    /// The members of an object; nil for anything else.
    package var object: JSONObjectView? {
        kind == .object ? JSONObjectView(storage: storage, index: index) : nil
    }

    /// The number of elements or members; 0 for a scalar.
    package var count: Int { node.count }

    /// The value's text exactly as received, white space inside it included, for splicing into another text.
    package var bytes: ArraySlice<UInt8> { storage.bytes[node.range] }
}
