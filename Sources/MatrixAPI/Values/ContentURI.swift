/// The identifier of uploaded media on its server: letters, digits, `-` and `_`, so that it is safe in paths.
///
/// Source: Client-Server API, "Matrix Content (`mxc://`) URIs".
package struct MediaID: Hashable, Sendable, CustomStringConvertible {
    package let string: String
    package var description: String { string }

    /// nil when the text is no such identifier, or longer than 255 bytes.
    package init?(_ text: String) {
        guard (1...255).contains(text.utf8.count), text.utf8.allSatisfy(Self.isAllowed) else { return nil }
        string = text
    }

    /// For what was checked before, as what the store holds.
    package init(unchecked text: String) { string = text }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

/// `mxc://server/media-id`
package struct ContentURI: Hashable, Sendable, CustomStringConvertible {
    package let server: String
    package let id: MediaID
    package var description: String { "mxc://\(server)/\(id)" }

    package init(server: String, id: MediaID) {
        self.server = server
        self.id = id
    }

    /// nil when the text is no such URI.
    package init?(_ text: String) {
        let scheme = "mxc://"
        guard text.hasPrefix(scheme) else { return nil }
        let parts = text.dropFirst(scheme.count).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, let id = MediaID(String(parts[1])) else { return nil }
        self.init(server: String(parts[0]), id: id)
    }
}
