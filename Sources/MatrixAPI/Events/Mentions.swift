package import JSON

/// Whom an event mentions: `m.mentions` of its content.
///
/// Source: Client-Server API, "User and room mentions".
package struct Mentions: Hashable, Sendable {
    package let users: Set<UserID>
    /// Everybody in the room ("@room"), if the sender has the power for it.
    package let room: Bool

    /// What does not fit the schema counts as absent.
    package init(content: JSONValue) {
        let value = content["m.mentions"]
        var users: Set<UserID> = []
        if let list = value?["user_ids"]?.array {
            for element in list {
                if let user = element.string.flatMap({ UserID($0) }) { users.insert(user) }
            }
        }
        self.users = users
        room = value?["room"]?.bool == true
    }
}
