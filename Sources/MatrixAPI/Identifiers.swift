/// A sigil identifier of the Matrix specification: a validated string of at most 255 bytes.
///
/// Source: Matrix specification, appendices, "Identifier Grammar".
package protocol MatrixIdentifier: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The whole identifier, sigil and server name included.
    var string: String { get }
    /// Validates what a peer sent; nil when it is not such an identifier.
    init?(_ string: String)
    /// Takes an identifier that was validated before (read from the store, or made here).
    init(unchecked string: String)
}

extension MatrixIdentifier {
    package var description: String { string }
    package static func < (left: Self, right: Self) -> Bool { left.string < right.string }

    /// Whether `string` has the given sigil, fits in 255 bytes and has no control characters.
    ///
    /// The grammar of historical user IDs and of aliases lets control characters pass, except for NUL. Here they are
    /// refused: no server that one would talk to makes them, and lines of logs and mail headers are safe from them.
    static func hasForm(_ string: String, sigil: UInt8, spaces: Bool = false) -> Bool {
        let bytes = string.utf8
        guard bytes.count > 1, bytes.count <= 255, bytes.first == sigil else { return false }
        let least: UInt8 = spaces ? 0x20 : 0x21
        return bytes.allSatisfy { $0 >= least && $0 != 0x7F }
    }

    /// Whether what stands behind the first colon is a server name.
    static func hasServer(_ string: String) -> Bool {
        guard let server = serverPart(string) else { return false }
        return ServerName(server) != nil
    }

    /// The part behind the first colon, for identifiers of the form `<sigil>localpart:server`.
    static func serverPart(_ string: String) -> Substring? {
        guard let colon = string.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let server = string[string.utf8.index(after: colon)...]
        return server.isEmpty ? nil : server
    }
}

/// A user: `@localpart:server`.
///
/// Source: Matrix specification, appendices, "User Identifiers".
package struct UserID: MatrixIdentifier {
    package let string: String

    /// Takes historical user IDs too, whose localpart may be anything without colon, or empty.
    package init?(_ string: String) {
        guard Self.hasForm(string, sigil: UInt8(ascii: "@"), spaces: true), Self.hasServer(string) else { return nil }
        self.string = string
    }
    package init(unchecked string: String) { self.string = string }
    package init(localpart: String, server: String) { string = "@\(localpart):\(server)" }

    /// The part between `@` and the first colon.
    package var localpart: Substring { string.dropFirst().prefix { $0 != ":" } }
    package var server: Substring { Self.serverPart(string) ?? "" }

    /// Whether the localpart is one that a new user may have.
    package var isCurrent: Bool { IdentifierGrammar.isLocalpart(localpart) }
}

/// A room: `!opaque:server`, or `!hash` from room version 12 on.
package struct RoomID: MatrixIdentifier {
    package let string: String

    package init?(_ string: String) {
        guard Self.hasForm(string, sigil: UInt8(ascii: "!")) else { return nil }
        self.string = string
    }
    package init(unchecked string: String) { self.string = string }

    /// The server that made the room; nil from room version 12 on.
    package var server: Substring? { Self.serverPart(string) }
}

/// An event: `$` and the URL-safe unpadded Base64 of 32 bytes.
package struct EventID: MatrixIdentifier {
    package let string: String

    package init?(_ string: String) {
        guard Self.hasForm(string, sigil: UInt8(ascii: "$")) else { return nil }
        self.string = string
    }
    package init(unchecked string: String) { self.string = string }
}

/// A room alias: `#localpart:server`, the localpart anything without colon that is not empty.
///
/// Source: Matrix specification, appendices, "Room Aliases".
package struct RoomAlias: MatrixIdentifier {
    package let string: String

    package init?(_ string: String) {
        guard Self.hasForm(string, sigil: UInt8(ascii: "#"), spaces: true), Self.hasServer(string),
            !string.hasPrefix("#:")
        else { return nil }
        self.string = string
    }
    package init(unchecked string: String) { self.string = string }

    package var localpart: Substring { string.dropFirst().prefix { $0 != ":" } }
    package var server: Substring { Self.serverPart(string) ?? "" }
}

/// A device of a member: opaque, chosen by the client or the server.
package struct DeviceID: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let string: String

    /// nil when it is empty, longer than 255 bytes or has control characters.
    package init?(_ string: String) {
        guard !string.isEmpty, string.utf8.count <= 255, string.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { return nil }
        self.string = string
    }
    package init(unchecked string: String) { self.string = string }
    package var description: String { string }
    package static func < (left: Self, right: Self) -> Bool { left.string < right.string }
}
