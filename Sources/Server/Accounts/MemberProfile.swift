package import JSON
package import MatrixAPI
package import Store

/// Name and picture of a member, as they stand in membership events.
package struct MemberProfile: Sendable, Hashable {
    package static let displayNameKey = "displayname"
    package static let avatarURLKey = "avatar_url"

    package let displayName: String?
    /// An `mxc://` address.
    package let avatarURL: String?

    package init(displayName: String?, avatarURL: String?) {
        self.displayName = displayName
        self.avatarURL = avatarURL
    }

    /// Reads it from the store.
    package init(of user: UserID, _ reader: some ProfileReading) throws {
        displayName = try Self.text(try reader.profileField(Self.displayNameKey, of: user))
        avatarURL = try Self.text(try reader.profileField(Self.avatarURLKey, of: user))
    }

    /// The content of a membership event of this member.
    /// - Parameter reason: why, if the member said.
    package func memberContent(_ membership: Membership, reason: String? = nil) -> JSONValue {
        let json = JSONWriter.object { object in
            object.memberIfPresent(Self.avatarURLKey, avatarURL)
            object.memberIfPresent(Self.displayNameKey, displayName)
            object.member("membership", membership.rawValue)
            object.memberIfPresent("reason", reason)
        }
        guard let content = try? JSONValue.stored(json) else { preconditionFailure("our own JSON does not parse") }
        return content
    }

    static func encode(_ text: String) -> [UInt8] {
        var writer = JSONWriter(reserving: text.utf8.count + 2)
        writer.value(text)
        return writer.bytes
    }

    private static func text(_ json: [UInt8]?) throws -> String? {
        guard let json else { return nil }
        return try JSONValue.stored(json).string
    }
}
