// What the arcade, the second server, keeps.

/// A person's name at one of the first servers, and which person it is: several names may be one person's.
package struct StoredArcadeIdentity: Hashable, Sendable {
    /// The Matrix identifier.
    package let user: String
    /// The first identifier by which the arcade knew the person.
    package let person: String
    package let name: String?

    package init(user: String, person: String, name: String?) {
        self.user = user
        self.person = person
        self.name = name
    }
}

package struct StoredArcadeLogin: Hashable, Sendable {
    package let hash: TokenHash
    package let person: String
    /// Milliseconds since 1970.
    package let expires: Int64

    package init(hash: TokenHash, person: String, expires: Int64) {
        self.hash = hash
        self.person = person
        self.expires = expires
    }
}

package struct StoredArcadeSession: Hashable, Sendable {
    package let id: String
    package let activity: String
    package let creator: String
    package let isJoint: Bool
    /// JSON.
    package let options: [UInt8]
    package let seed: Int64
    /// Milliseconds since 1970.
    package let created: Int64
    /// Who was invited, is in, and left: JSON.
    package var launch: [UInt8]
    /// The cards in the people's conversations: JSON.
    package var cards: [UInt8]

    package init(
        id: String, activity: String, creator: String, isJoint: Bool, options: [UInt8], seed: Int64, created: Int64,
        launch: [UInt8], cards: [UInt8]
    ) {
        self.id = id
        self.activity = activity
        self.creator = creator
        self.isJoint = isJoint
        self.options = options
        self.seed = seed
        self.created = created
        self.launch = launch
        self.cards = cards
    }
}

/// Something that happened in a session.
package struct StoredArcadeEntry: Hashable, Sendable {
    /// From 0 on.
    package let number: Int
    /// Empty for the arcade itself.
    package let person: String
    package let text: String
    /// Milliseconds since 1970.
    package let time: Int64

    package init(number: Int, person: String, text: String, time: Int64) {
        self.number = number
        self.person = person
        self.text = text
        self.time = time
    }
}
