extension JSONValue {
    /// The canonical form that hashes and signatures are made of (Matrix specification, appendices, canonical JSON):
    /// no white space, keys sorted by code point, fewest escapes, integers only. `1e10` is an integer there and `-0`
    /// is zero, as in the specification's examples; a number with a fraction
    /// part or a negative exponent is refused, `1.0` too.
    /// - Throws: ``JSONError/notCanonical(offset:)`` for a fraction or a number beyond ±(2^53 - 1).
    package func canonical() throws(JSONError) -> [UInt8] {
        var writer = CanonicalWriter(storage: storage)
        writer.output.reserveCapacity(Int(node.length))
        try writer.append(index)
        return writer.output
    }
}

/// Appends the canonical form of one value after the other to one byte array.
private struct CanonicalWriter {
    let storage: JSONStorage
    var output: [UInt8] = []

    /// 2^53 - 1, the greatest integer that every implementation represents exactly.
    private static let greatestInteger: Int64 = 9_007_199_254_740_991

    init(storage: JSONStorage) { self.storage = storage }

    /// Recursive; the parser's limit on depth bounds it.
    mutating func append(_ index: Int) throws(JSONError) {
        let node = storage.nodes[index]
        switch node.kind {
        case .null, .bool: output.append(contentsOf: storage.bytes[node.range])
        case .string: appendString(node)
        case .integer, .double: try appendNumber(node)
        case .array: try appendArray(index)
        case .object: try appendObject(index)
        }
    }

    private mutating func appendNumber(_ node: JSONNode) throws(JSONError) {
        guard let value = integer(node), value.magnitude <= Self.greatestInteger.magnitude
        else { throw .notCanonical(offset: Int(node.offset)) }
        JSONNumber.append(value, to: &output)
    }

    private func integer(_ node: JSONNode) -> Int64? {
        if node.kind == .integer { return storage.integer(node) }
        let bytes = storage.bytes
        return JSONNumber.integerWithExponent(bytes.span, node.range)
    }

    private mutating func appendString(_ node: JSONNode) {
        // Without an escape the text is already the shortest.
        guard node.hasEscape else { return output.append(contentsOf: storage.bytes[node.range]) }
        let decoded = storage.decoded(node)
        JSONString.appendQuoted(decoded.span, to: &output)
    }

    private mutating func appendArray(_ index: Int) throws(JSONError) {
        output.append(UInt8(ascii: "["))
        let end = Int(storage.nodes[index].next)
        var child = index + 1
        while child < end {
            if child > index + 1 { output.append(UInt8(ascii: ",")) }
            try append(child)
            child = Int(storage.nodes[child].next)
        }
        output.append(UInt8(ascii: "]"))
    }

    private mutating func appendObject(_ index: Int) throws(JSONError) {
        output.append(UInt8(ascii: "{"))
        var isFirst = true
        for key in sortedKeys(of: index) {
            if !isFirst { output.append(UInt8(ascii: ",")) }
            isFirst = false
            appendString(storage.nodes[key])
            output.append(UInt8(ascii: ":"))
            try append(key + 1)
        }
        output.append(UInt8(ascii: "}"))
    }

    /// The nodes of an object's keys by code point, which is the order of their UTF-8 bytes.
    private func sortedKeys(of index: Int) -> [Int] {
        let nodes = storage.nodes
        var keys: [(node: Int, name: ArraySlice<UInt8>)] = []
        keys.reserveCapacity(nodes[index].count)
        let end = Int(nodes[index].next)
        var key = index + 1
        while key < end {
            keys.append((key, name(nodes[key])))
            key = Int(nodes[key + 1].next)
        }
        keys.sort { $0.name.lexicographicallyPrecedes($1.name) }
        return keys.map(\.node)
    }

    private func name(_ node: JSONNode) -> ArraySlice<UInt8> {
        node.hasEscape ? storage.decoded(node)[...] : storage.bytes[node.contents]
    }
}
