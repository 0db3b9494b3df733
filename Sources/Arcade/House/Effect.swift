import JSON

/// What is to be done when a batch is on the disk.
enum Effect: Sendable {
    /// The first servers are to be asked with whom the person is talking.
    case ask(SessionLaunch.Seat)
    /// The people are to learn in their conversation that somebody waits.
    case card(session: String, activity: String, language: String, from: String, to: [String])
    /// The conversation is to learn how it ended.
    case result(session: String, activity: String, language: String, by: String, text: String, cards: [Card])
    /// The person's devices are told something: a JSON object.
    case tell(person: String, [UInt8])
    /// The session is gone.
    case forget(session: String)
    /// The program is to move, unless something else happens first.
    case think(session: String, count: Int, game: any SearchableGame, seed: UInt64)
}

/// A message in a conversation that says that somebody waits.
struct Card: Sendable, Hashable {
    /// The first server's name.
    let server: String
    let event: String
    /// Whose message it is.
    let user: String
}

/// Why a request came to nothing; told to the client.
enum HouseError: Error, Sendable, Hashable {
    /// There is no such session, or it is none of this person's.
    case noSession
    /// The session has gone on since the client looked, or the prompt is not there any more.
    case stale
    /// The identifier is another person's.
    case otherPerson
    case notInvited
}
