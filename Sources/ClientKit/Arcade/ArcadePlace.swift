import JSON

/// Somebody with whom the member is talking.
package struct ArcadePerson: Sendable, Equatable {
    package let id: String
    package let name: String

    package init(id: String, name: String) {
        self.id = id
        self.name = name
    }
}

/// Where the member is for an activity, as the second server says.
package enum ArcadePlace: Sendable, Equatable {
    case none
    /// The first servers are asked with whom the member is talking.
    case asking
    /// To be asked: begin with these?
    case choosing(prompt: Int, people: [ArcadePerson])
    /// To be asked: join the session of somebody who waits?
    case invited(prompt: Int, from: String, session: String)
    /// Alone.
    case standard(session: String)
    case joint(session: String)

    /// Of a message with `place`; nil when that is unknown.
    init?(_ value: JSONValue) {
        let prompt = value["prompt"]?.int.map(Int.init) ?? 0
        let session = value["session"]?.string ?? ""
        switch value["place"]?.string {
        case "none": self = .none
        case "asking": self = .asking
        case "choosing":
            let people = value["people"]?.array.map { list in
                list.compactMap { person in
                    person["id"]?.string.map { ArcadePerson(id: $0, name: person["name"]?.string ?? $0) }
                }
            }
            self = .choosing(prompt: prompt, people: people ?? [])
        case "invited": self = .invited(prompt: prompt, from: value["from"]?.string ?? "", session: session)
        case "standard": self = .standard(session: session)
        case "joint": self = .joint(session: session)
        default: return nil
        }
    }

    /// The session that the member is in.
    package var session: String? {
        switch self {
        case .standard(let session), .joint(let session): session
        case .none, .asking, .choosing, .invited: nil
        }
    }

    /// The question that waits for an answer.
    package var prompt: Int? {
        switch self {
        case .choosing(let prompt, _), .invited(let prompt, _, _): prompt
        case .none, .asking, .standard, .joint: nil
        }
    }
}

/// What the member sees of a session, as far as it is said outside of the board.
package struct ArcadeView: Sendable, Equatable {
    package enum State: String, Sendable { case waiting, playing, over }

    package struct Outcome: Sendable, Equatable {
        package let winners: [Int]
        package let score: String
    }

    package let session: String
    package let state: State
    package let isJoint: Bool
    /// The member's own; nil for who watches.
    package let seat: Int?
    /// By seat; nil for the program.
    package let players: [String?]
    /// Names of those who are waited for.
    package let expected: [String]
    package let isForOthers: Bool
    package let turn: Int?
    package let outcome: Outcome?
    /// How many things happened, which says what a move answers.
    package let count: Int
    /// The last move, where there are any.
    package let lastMove: String?
    /// What is looked at together.
    package let shownTitle: String?

    init?(_ value: JSONValue) {
        guard let session = value["session"]?.string, let state = value["state"]?.string.flatMap(State.init) else {
            return nil
        }
        self.session = session
        self.state = state
        isJoint = value["joint"]?.bool ?? false
        seat = value["seat"]?.int.map(Int.init)
        players =
            value["players"]?.array.map { list in
                list.map { $0["program"]?.bool == true ? nil : $0["name"]?.string }
            } ?? []
        expected = value["expected"]?.array.map { $0.compactMap(\.string) } ?? []
        isForOthers = value["for_others"]?.bool ?? false
        turn = value["turn"]?.int.map(Int.init)
        outcome = value["outcome"].map { outcome in
            Outcome(
                winners: outcome["winners"]?.array.map { $0.compactMap { $0.int.map(Int.init) } } ?? [],
                score: outcome["score"]?.string ?? "")
        }
        count = value["n"]?.int.map(Int.init) ?? 0
        lastMove = value["game"]?["last"]?.string
        let items = value["game"]?["items"]?.array.map(Array.init) ?? []
        let current = value["game"]?["current"]?.int.map(Int.init) ?? 0
        shownTitle = items.indices.contains(current) ? items[current]["title"]?.string : nil
    }
}
