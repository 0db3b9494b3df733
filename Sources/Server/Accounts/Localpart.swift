package import MatrixAPI

/// What is in front of the colon in a user's identifier.
///
/// Source: Matrix specification, appendices, "User Identifiers".
package enum Localpart {
    /// Whose account speaks for the portal: nobody else can have it.
    static let portal = "mado"

    /// The identifier for a name that somebody wants: capitals become small letters.
    ///
    /// - Throws: `M_INVALID_USERNAME` when it is empty, too long, has characters other than `a-z`, `0-9` and
    ///   `._=-/+`, or starts with `_`, which is left to bridges; `M_EXCLUSIVE` for the portal's own.
    package static func userID(wanted name: String, server: String) throws -> UserID {
        let name = lowercased(name)
        guard !name.isEmpty, !name.hasPrefix("_"), name.utf8.allSatisfy(isAllowed),
            let user = UserID("@\(name):\(server)")
        else {
            throw MatrixError(
                400, .invalidUsername, "A user name has small letters, digits and ._=-/+ only, and at most 255 bytes")
        }
        if name == portal { throw MatrixError(400, .exclusive, "The user name \(portal) is the portal's") }
        return user
    }

    /// The account that an administrator means: a name, or a whole identifier of this server.
    /// - Throws: `M_INVALID_USERNAME`, `M_EXCLUSIVE`, `M_INVALID_PARAM` for an identifier of another server.
    package static func member(named name: String, server: String) throws -> UserID {
        guard name.hasPrefix("@") else { return try userID(wanted: name, server: server) }
        guard let user = UserID(name), user.server == server else {
            throw MatrixError.invalidParam("\(name) is no identifier of this server, whose name is \(server)")
        }
        return user
    }

    /// The same for an application service, whose names begin with `_` as a rule.
    /// - Throws: `M_INVALID_USERNAME`.
    static func serviceUserID(wanted name: String, server: String) throws -> UserID {
        guard !name.isEmpty, name.utf8.allSatisfy(isAllowed), let user = UserID("@\(name):\(server)") else {
            throw MatrixError(
                400, .invalidUsername, "A user name has small letters, digits and ._=-/+ only, and at most 255 bytes")
        }
        return user
    }

    /// The identifier that somebody means who logs in, by name or by whole identifier; nil when it can't be ours.
    static func userID(named name: String, server: String) -> UserID? {
        guard name.hasPrefix("@") else { return UserID("@\(lowercased(name)):\(server)") }
        guard let user = UserID(name), user.server == server else { return nil }
        return UserID(localpart: lowercased(String(user.localpart)), server: server)
    }

    /// A name for somebody who wants none in particular.
    static func random(prefix: String) -> String {
        let letters = Array("abcdefghijkmnpqrstuvwxyz23456789")
        return prefix + String(RandomBytes.make(12).map { letters[Int($0) % letters.count] })
    }

    private static func lowercased(_ name: String) -> String {
        String(decoding: name.utf8.map { $0 >= 0x41 && $0 <= 0x5a ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "="), UInt8(ascii: "-"), UInt8(ascii: "/"),
            UInt8(ascii: "+"):
            true
        default: false
        }
    }
}

extension DeviceID {
    /// A fresh identifier: ten capital letters.
    static func random() -> DeviceID {
        DeviceID(unchecked: String(decoding: RandomBytes.make(10).map { $0 % 26 + UInt8(ascii: "A") }, as: UTF8.self))
    }
}
