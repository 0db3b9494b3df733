import JSON
import MatrixAPI

/// Which fields a profile may have, and what may stand in them.
///
/// Source: Client-Server API, `profile.yaml`.
enum ProfileKey {
    static let maximumBytes = 255
    /// Characters of a display name, bytes of an address.
    private static let maximumName = 256
    private static let maximumURL = 1000

    /// Whether the field stands in membership events too.
    static func isPropagated(_ key: String) -> Bool {
        key == MemberProfile.displayNameKey || key == MemberProfile.avatarURLKey
    }

    /// - Throws: `M_KEY_TOO_LARGE`, `M_INVALID_PARAM` when it is not the name of a field.
    static func check(_ key: String) throws {
        guard key.utf8.count <= maximumBytes else {
            throw MatrixError(400, "M_KEY_TOO_LARGE", "A profile key has at most \(maximumBytes) bytes")
        }
        if isPropagated(key) || key == "m.tz" { return }
        let parts = key.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 2, parts.allSatisfy(isNamePart) else {
            throw MatrixError.invalidParam("Invalid profile key")
        }
    }

    /// `[a-z][a-z0-9_]*`
    private static func isNamePart(_ part: Substring) -> Bool {
        guard let first = part.utf8.first, (0x61...0x7a).contains(first) else { return false }
        return part.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5f }
    }

    /// The text to keep; nil to remove the field, which an empty name or address means.
    /// - Throws: `M_BAD_JSON` for the wrong type, `M_INVALID_PARAM` for what is too long or no address.
    static func checked(_ value: JSONValue, for key: String) throws -> [UInt8]? {
        guard isPropagated(key) || key == "m.tz" else { return Array(value.bytes) }
        if value.isNull { return nil }
        guard let text = value.string else { throw MatrixError.badJSON("\(key) must be a string") }
        if text.isEmpty { return nil }
        if key == MemberProfile.avatarURLKey {
            guard text.hasPrefix("mxc://"), text.utf8.count <= maximumURL else {
                throw MatrixError.invalidParam("avatar_url must be an mxc:// address")
            }
        } else if text.count > maximumName {
            throw MatrixError.invalidParam("\(key) has at most \(maximumName) characters")
        }
        return MemberProfile.encode(text)
    }
}
