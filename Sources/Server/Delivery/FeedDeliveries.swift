import MatrixAPI

/// What is known of the deliveries of one feed.
struct FeedDeliveries: Sendable {
    /// Of all who have or had a rule, members or not.
    private(set) var entries: [UserID: DeliveryEntry] = [:]
    /// The members who hold nothing, each with the words that an item must have for them; nil when they are to be looked for.
    /// Kept up to date, so that an item costs nothing for those who hold it.
    private(set) var awake: PersistentMap<UserID, [String]>?
    /// How many hold items or have words.
    private var exceptions = 0
    /// Another one whenever `awake` changes, or would.
    private var version = 0

    /// Whether anybody may get an item later than others, or not at all.
    var hasExceptions: Bool { exceptions > 0 }

    /// - Parameter isJoined: nil when that is not known.
    mutating func set(_ entry: DeliveryEntry, of user: UserID, isJoined: Bool?) {
        if let old = entries[user], old.isException { exceptions -= 1 }
        if entry.isException { exceptions += 1 }
        entries[user] = entry
        if let isJoined { return set(user, isJoined: isJoined) }
        awake = nil
        version += 1
    }

    /// Somebody is a member now, or is none.
    mutating func set(_ user: UserID, isJoined: Bool) {
        version += 1
        let words = isJoined ? words(of: user) : nil
        awake?[user] = words
    }

    /// Looks for those who are awake among all members.
    func findAwake(in room: RoomSnapshot) -> PersistentMap<UserID, [String]> {
        var found = PersistentMap<UserID, [String]>()
        room.members.forEach { user, event in
            if event.membership == .join, let words = words(of: user) { found[user] = words }
        }
        return found
    }

    /// Takes over what was found for an earlier value of this, unless something changed since.
    mutating func keep(_ found: PersistentMap<UserID, [String]>, asOf earlier: FeedDeliveries) {
        if earlier.version == version { awake = found }
    }

    /// nil for who holds what comes.
    private func words(of user: UserID) -> [String]? {
        guard let entry = entries[user] else { return [] }
        return entry.isHeld ? nil : entry.rule.words
    }
}

/// Whom items concern: the members of their feed who get them now.
struct ConcernedMembers {
    private let awake: PersistentMap<UserID, [String]>
    private let events: [Event]
    /// Made for the first who has words.
    private var texts: [FoldedText]?

    init(_ awake: PersistentMap<UserID, [String]>, _ events: [Event]) {
        self.awake = awake
        self.events = events
    }

    /// At most.
    var count: Int { awake.count }

    mutating func contains(_ user: UserID) -> Bool { awake[user].map { haveAny(of: $0) } ?? false }

    mutating func forEach(_ body: (UserID) -> Void) {
        let awake = awake
        awake.forEach { user, words in if haveAny(of: words) { body(user) } }
    }

    private mutating func haveAny(of words: [String]) -> Bool {
        if words.isEmpty { return true }
        let texts = texts ?? events.map(FoldedText.init)
        self.texts = texts
        return texts.contains { $0.hasAny(of: words) }
    }
}
