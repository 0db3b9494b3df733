/// A parsed text: its bytes and a flat array of nodes. Immutable, so any thread may read it.
package struct JSONDocument: Sendable {
    let storage: JSONStorage

    /// Parses a whole text (RFC 8259), more strictly than the RFC where it leaves a choice: duplicate keys, lone
    /// surrogates and numbers beyond a double are refused. The bytes are kept, not copied; no string is made.
    ///
    /// Takes time linear in the text.
    /// - Throws: ``JSONError`` for a text that is not JSON or exceeds `limits`.
    package init(parsing bytes: [UInt8], limits: JSONLimits = .default) throws(JSONError) {
        var parser = JSONParser(limits: limits, byteCount: bytes.count)
        try parser.parse(bytes.span)
        storage = JSONStorage(bytes: bytes, nodes: parser.nodes)
    }

    /// The outermost value.
    package var root: JSONValue { JSONValue(storage: storage, index: 0) }
}

/// What all cursors into one document share.
final class JSONStorage: Sendable {
    let bytes: [UInt8]
    let nodes: ContiguousArray<JSONNode>

    init(bytes: [UInt8], nodes: ContiguousArray<JSONNode>) {
        self.bytes = bytes
        self.nodes = nodes
    }
}
