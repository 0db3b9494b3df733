extension JSONValue {
    /// The member of that name; nil when there is none or this is no object. Names are compared scalar by scalar, as
    /// JSON does, not by Unicode equivalence, as `String` does. Takes time linear in the number of members.
    package subscript(key: String) -> JSONValue? {
        let nodes = storage.nodes
        guard nodes[index].kind == .object else { return nil }
        let wanted = key.utf8Span.span
        let end = Int(nodes[index].next)
        var name = index + 1
        while name < end {
            let value = name + 1
            if storage.contents(of: nodes[name], equal: wanted) { return JSONValue(storage: storage, index: value) }
            name = Int(nodes[value].next)
        }
        return nil
    }

    /// The string at the end of a path of member names; nil when a step is missing or it is no string.
    package func string(_ path: String...) -> String? {
        var value = self
        for key in path {
            guard let member = value[key] else { return nil }
            value = member
        }
        return value.string
    }
}

extension JSONStorage {
    /// The decoded contents of a string node.
    func string(_ node: JSONNode) -> String {
        if node.hasEscape { return String(decoding: decoded(node), as: UTF8.self) }
        return bytes.withUnsafeBufferPointer {
            String(decoding: UnsafeBufferPointer(rebasing: $0[node.contents]), as: UTF8.self)
        }
    }

    /// Whether a string node's decoded contents are these bytes.
    func contents(of node: JSONNode, equal other: Span<UInt8>) -> Bool {
        if node.hasEscape {
            let decoded = decoded(node)
            return Self.isEqual(decoded.span, other)
        }
        guard Int(node.length) == other.count + 2 else { return false }
        let bytes = bytes
        return Self.isEqual(bytes.span.extracting(node.contents), other)
    }

    /// The UTF-8 that a string node with escapes stands for.
    func decoded(_ node: JSONNode) -> [UInt8] {
        let bytes = bytes
        var decoded: [UInt8] = []
        JSONString.appendDecoded(node.contents, of: bytes.span, to: &decoded)
        return decoded
    }

    /// The value of an integer node.
    func integer(_ node: JSONNode) -> Int64? {
        let bytes = bytes
        return JSONNumber.integer(bytes.span, node.range)
    }

    /// The nearest double to a number node.
    func double(_ node: JSONNode) -> Double {
        let bytes = bytes
        return JSONNumber.double(bytes.span, node.range)
    }

    private static func isEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }
}
