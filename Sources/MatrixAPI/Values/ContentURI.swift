import Glibc

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

    fileprivate static func isAllowed(_ byte: UInt8) -> Bool {
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

extension ContentURI {
    /// The media that a text names, each as often as it does.
    /// - Parameter text: JSON in which slashes are not escaped: an event's content, a profile's field.
    package static func mediaIDs(in text: ArraySlice<UInt8>) -> [MediaID] {
        var ids: [MediaID] = []
        text.withUnsafeBytes { bytes in
            var start = 0
            // A slash is rarer than any letter of the scheme.
            while start < bytes.count, let slash = position(of: UInt8(ascii: "/"), in: bytes, from: start) {
                start = slash + 1
                guard slash >= 4, start < bytes.count, bytes[start] == UInt8(ascii: "/"),
                    bytes[slash - 4..<slash].elementsEqual("mxc:".utf8),
                    let end = position(of: UInt8(ascii: "/"), in: bytes, from: start + 1)
                else { continue }
                let id = bytes[(end + 1)...].prefix(while: MediaID.isAllowed)
                if let id = MediaID(String(decoding: id, as: UTF8.self)) { ids.append(id) }
                start += 1
            }
        }
        return ids
    }

    private static func position(of byte: UInt8, in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard start < bytes.count, let address = bytes.baseAddress,
            let found = memchr(address + start, Int32(byte), bytes.count - start)
        else { return nil }
        return address.distance(to: UnsafeRawPointer(found))
    }
}
