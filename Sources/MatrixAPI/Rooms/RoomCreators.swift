package import JSON

/// Who made a room.
///
/// Source: Room Versions 10 (`content.creator`), 11 (the create event's sender) and 12 (`additional_creators` too).
package struct RoomCreators: Sendable, Equatable {
    /// The sender of the create event; in version 10 the member `creator` of its content.
    package let creator: UserID
    /// Those named in `additional_creators`, from version 12 on.
    package let additional: [UserID]
    /// Whether creators stand above all power levels.
    package let arePrivileged: Bool

    package init(creator: UserID, additional: [UserID] = [], version: RoomVersion) {
        self.creator = creator
        self.additional = version.privilegedCreators ? additional : []
        arePrivileged = version.privilegedCreators
    }

    /// - Parameters:
    ///   - sender: the sender of the create event.
    ///   - content: the content of the create event.
    package init(sender: UserID, content: JSONValue, version: RoomVersion) {
        var creator = sender
        if version.creatorInCreateEvent, let named = content["creator"]?.string {
            creator = UserID(unchecked: named)
        }
        var additional: [UserID] = []
        if version.privilegedCreators, let list = content["additional_creators"]?.array {
            for name in list {
                if let string = name.string { additional.append(UserID(unchecked: string)) }
            }
        }
        self.init(creator: creator, additional: additional, version: version)
    }

    package func contains(_ user: UserID) -> Bool { user == creator || additional.contains(user) }
}
