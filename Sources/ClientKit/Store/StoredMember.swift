/// Somebody's place in a room.
struct StoredMember: Sendable, Equatable {
    var userID: String
    /// `join`, `invite`, `leave`, `ban`, `knock`, and `declined` for an invitation that was not taken.
    var membership: String
    var displayName: String?
    var avatar: String?
    /// Who sent the event.
    var sender: String
    var reason: String?
    var isDirect: Bool
    var timestamp: Int64

    static let declined = "declined"

    var person: Person {
        Person(userID: userID, displayName: displayName, avatar: avatar.map { MediaReference(uri: $0) })
    }
}
