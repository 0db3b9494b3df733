package import JSON

/// A path to a property inside an event, such as `content.m\.relates_to.rel_type`.
///
/// Source: Matrix specification, appendices, "Dot-separated property paths".
package struct PropertyPath: Hashable, Sendable {
    /// The path as it was written.
    package let text: String
    /// The names on the way, without escapes; never empty.
    package let names: [String]
    /// Paths are looked up for each rule of each member, and made once.
    private let digest: Int

    /// Any text is a path. `\.` and `\\` stand for the character, a backslash before anything else for itself.
    package init(_ text: String) {
        self.text = text
        var names: [String] = []
        var name: [UInt8] = []
        var escaped = false
        for byte in text.utf8 {
            switch (byte, escaped) {
            case (UInt8(ascii: "\\"), false):
                escaped = true
                continue
            case (UInt8(ascii: "."), false):
                names.append(String(decoding: name, as: UTF8.self))
                name.removeAll(keepingCapacity: true)
                continue
            case (UInt8(ascii: "\\"), true), (UInt8(ascii: "."), true), (_, false): break
            case (_, true): name.append(UInt8(ascii: "\\"))
            }
            name.append(byte)
            escaped = false
        }
        if escaped { name.append(UInt8(ascii: "\\")) }
        names.append(String(decoding: name, as: UTF8.self))
        self.names = names
        digest = names.hashValue
    }

    /// What stands there in `value`; nil when there is nothing.
    package func value(in value: JSONValue) -> JSONValue? {
        var value = value
        for name in names {
            guard let next = value[name] else { return nil }
            value = next
        }
        return value
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.digest == right.digest && left.names == right.names
    }
    package func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}
