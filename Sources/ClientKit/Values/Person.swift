/// Somebody with a Matrix account, as this member sees them.
package struct Person: Sendable, Equatable, Identifiable {
    package var userID: String
    /// The name in the room that it was asked for, else the profile's; the localpart when there is none.
    package var displayName: String
    package var avatar: MediaReference?
    /// As known when the value was made. Senders of timeline items carry none: ``AccountModel/person(_:)`` knows it.
    package var presence: PersonPresence
    /// The group of the member's contacts that the person was put into.
    package var group: String?
    package var isContact: Bool

    package var id: String { userID }

    package init(
        userID: String, displayName: String? = nil, avatar: MediaReference? = nil,
        presence: PersonPresence = PersonPresence(), group: String? = nil, isContact: Bool = false
    ) {
        self.userID = userID
        if let displayName, !displayName.isEmpty {
            self.displayName = displayName
        } else {
            self.displayName = Self.localpart(of: userID)
        }
        self.avatar = avatar
        self.presence = presence
        self.group = group
        self.isContact = isContact
    }

    /// What stands between `@` and the colon.
    package static func localpart(of userID: String) -> String {
        guard userID.hasPrefix("@") else { return userID }
        let name = userID.dropFirst().prefix { $0 != ":" }
        return name.isEmpty ? userID : String(name)
    }
}
