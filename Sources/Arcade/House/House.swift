import JSON
import MatrixAPI
import Server
import Store
import StoreSQLite

/// Everything that the arcade knows. Confined to the arcade's thread; what it changes is written in the transaction that
/// is open, and what follows from it (`takeEffects`) is done when that is on the disk.
final class House {
    private let database: ArcadeDatabase
    private(set) var launch = SessionLaunch()
    private(set) var sessions: [String: PlaySession] = [:]
    private var cards: [String: [Card]] = [:]
    /// By Matrix identifier.
    private var identities: [String: StoredArcadeIdentity] = [:]
    /// What each person chose for the session that may come of it.
    private var wishes: [SessionLaunch.Seat: JSONValue] = [:]
    private var effects: [Effect] = []
    /// Sessions whose people are to see them anew.
    private var changed: Set<String> = []
    /// Whose place is to be told.
    private var moved: Set<SessionLaunch.Seat> = []
    private var asking: [SessionLaunch.Seat] = []
    private var lastLook = 0
    /// For people who are choosing, the question to the first servers that their list comes from.
    private var looks: [SessionLaunch.Seat: Int] = [:]
    private(set) var deadlines: [String: Int64] = [:]

    /// Takes in what the database has.
    /// - Throws: `StoreError`.
    init(_ database: ArcadeDatabase) throws {
        self.database = database
        for identity in try database.identities() { identities[identity.user] = identity }
        var joint: [SessionLaunch.JointSession] = []
        var standard: [(seat: SessionLaunch.Seat, session: String)] = []
        for row in try database.sessions() {
            guard let options = try? JSONValue.parse(row.options),
                var session = try? PlaySession(
                    id: row.id, activity: row.activity, creator: row.creator, isJoint: row.isJoint, options: options,
                    seed: UInt64(bitPattern: row.seed), created: row.created)
            else { continue }
            // They were possible when they were written.
            for entry in try database.entries(of: row.id) {
                try? session.apply(entry.text, by: entry.person, at: entry.time)
            }
            sessions[row.id] = session
            cards[row.id] = Card.read(row.cards)
            noteDeadline(session)
            if row.isJoint {
                guard
                    let kept = SessionLaunch.JointSession(
                        id: row.id, activity: row.activity, creator: row.creator, json: row.launch)
                else { continue }
                joint.append(kept)
            } else {
                standard.append((SessionLaunch.Seat(row.creator, row.activity), row.id))
            }
        }
        launch.restore(joint: joint, standard: standard)
    }

    // MARK: People

    func name(of person: String) -> String {
        identities[person]?.name ?? String(UserID(unchecked: person).localpart)
    }

    /// The person whose identifier that is.
    func person(of user: String) -> String { identities[user]?.person ?? user }

    /// All identifiers of a person.
    func users(of person: String) -> [String] {
        let known = identities.values.filter { $0.person == person }.map(\.user)
        return known.isEmpty ? [person] : known.sorted()
    }

    /// Notes that this identifier is the person's (nil: of whoever it was, or somebody new).
    /// - Throws: `HouseError.otherPerson` when it is another's.
    @discardableResult
    func know(_ user: String, name: String?, as person: String? = nil) throws -> String {
        let before = identities[user]
        if let person, let before, before.person != person { throw HouseError.otherPerson }
        let identity = StoredArcadeIdentity(
            user: user, person: person ?? before?.person ?? user, name: name ?? before?.name)
        if identity != before {
            try database.set(identity)
            identities[user] = identity
        }
        return identity.person
    }

    func keep(_ login: StoredArcadeLogin) throws { try database.insert(login) }
    func forgetLogin(_ hash: TokenHash) throws { try database.deleteLogin(hash) }

    // MARK: Launching

    /// A device of the person asks to be let in.
    /// - Parameter options: what the person chose; nil leaves it at what was chosen before.
    /// - Throws: `GameError.options`.
    func connect(_ seat: SessionLaunch.Seat, options: JSONValue?, now: Int64) throws {
        try wish(seat, options, now: now)
        try handle(.connect(seat), now: now)
        // Who asks where they are is told, whether it is new or not.
        moved.insert(seat)
    }

    private func wish(_ seat: SessionLaunch.Seat, _ options: JSONValue?, now: Int64) throws {
        guard let options else { return }
        _ = try PlaySession(
            id: "", activity: seat.activity, creator: seat.person, isJoint: true, options: options, seed: 0,
            created: now)
        wishes[seat] = options
    }

    /// The number of a question to the first servers that begins now.
    func nextLook() -> Int {
        lastLook += 1
        return lastLook
    }

    /// What the first servers say; everybody's names are noted.
    ///
    /// Questions overlap, and a slow answer does not undo a later question's. Before somebody chooses, what is known so
    /// far is shown; who chooses sees their list change once a question, and keeps on it whom a server named that says
    /// nothing at the moment.
    /// - Parameter look: the question's number.
    func answered(
        _ seat: SessionLaunch.Seat, _ companions: Companions, look: Int, isPartial: Bool, now: Int64
    ) throws {
        guard look >= looks[seat] ?? 0 else { return }
        var found: [String] = []
        for entry in companions.people {
            let person = try know(entry.user, name: entry.name)
            if person != seat.person, !found.contains(person) { found.append(person) }
        }
        if case .choosing(let before) = launch.places[seat] {
            if isPartial { return }
            found =
                before.filter { found.contains($0) || isOn(companions.silent, $0) }
                + found.filter { !before.contains($0) }
        }
        try handle(.answered(seat, people: found), now: now)
        if case .choosing = launch.places[seat] { looks[seat] = look } else { looks[seat] = nil }
    }

    private func isOn(_ servers: Set<String>, _ person: String) -> Bool {
        users(of: person).contains { servers.contains(String(UserID(unchecked: $0).server)) }
    }

    func accept(
        _ seat: SessionLaunch.Seat, prompt: Int, people: [String], direct: Bool, options: JSONValue?, now: Int64
    ) throws {
        try wish(seat, options, now: now)
        try handle(.accept(seat, prompt: prompt, people: people, direct: direct), now: now)
    }

    func refuse(_ seat: SessionLaunch.Seat, prompt: Int, now: Int64) throws {
        try handle(.refuse(seat, prompt: prompt), now: now)
    }

    func acceptOthers(_ seat: SessionLaunch.Seat, prompt: Int, now: Int64) throws {
        try handle(.acceptOthers(seat, prompt: prompt), now: now)
    }

    func leave(_ seat: SessionLaunch.Seat, now: Int64) throws {
        let place = launch.places[seat]
        try handle(.leave(seat, mayReturn: mayReturn(seat)), now: now)
        try endIfDeserted(place, now: now)
    }

    /// Who found no seat where they are is not brought back there.
    private func mayReturn(_ seat: SessionLaunch.Seat) -> Bool {
        guard case .joint(let id) = launch.places[seat] else { return true }
        return sessions[id]?.seat(of: seat.person) != nil
    }

    /// Watching together has no end of its own: it ends when nobody is there any more.
    private func endIfDeserted(_ place: SessionLaunch.Place?, now: Int64) throws {
        guard case .joint(let id) = place, let session = launch.sessions[id], session.activity == Viewing.kind,
            session.members.isEmpty
        else { return }
        try handle(.ended(session: id), now: now)
    }

    /// Ends what nobody is in and nobody comes back to: such as what the server's end left unfinished, or an earlier
    /// version kept.
    func endDeserted(now: Int64) throws {
        for joint in launch.sessions.values where joint.members.isEmpty {
            let isOver = joint.isOver || sessions[joint.id]?.outcome != nil
            if isOver || joint.activity == Viewing.kind { try handle(.ended(session: joint.id), now: now) }
        }
    }

    /// Who is in a session, by all their identifiers; the activity with it.
    /// - Throws: `HouseError.noSession`, also for a standard session.
    func members(of session: String) throws -> (activity: String, users: Set<String>) {
        guard let joint = launch.sessions[session] else { throw HouseError.noSession }
        return (joint.activity, Set(joint.members.flatMap(users)))
    }

    /// Lets somebody look on who talks with one of the session's people.
    func watch(_ person: String, _ session: String, now: Int64) throws {
        let (activity, _) = try members(of: session)
        let seat = SessionLaunch.Seat(person, activity)
        let place = launch.places[seat]
        try handle(.watch(seat, session: session, mayReturn: mayReturn(seat)), now: now)
        try endIfDeserted(place, now: now)
    }

    private func handle(_ input: SessionLaunch.Input, now: Int64) throws {
        let (actions, refusal) = launch.handle(input) { RandomBytes.token(12) }
        for action in actions { try carryOut(action, now: now) }
        switch refusal {
        case .stale: throw HouseError.stale
        case .notInvited: throw HouseError.notInvited
        case nil: break
        }
    }

    private func carryOut(_ action: SessionLaunch.Action, now: Int64) throws {
        switch action {
        case .ask(let seat):
            asking.append(seat)
            moved.insert(seat)
        case .promptToBegin(let seat, _, _), .promptToJoin(let seat, _, _, _), .withdraw(let seat): moved.insert(seat)
        case .beginStandard(let seat, let id):
            try make(id, seat, isJoint: false, now: now)
            try enter(seat, id, now: now)
        case .createJoint(let joint):
            let seat = SessionLaunch.Seat(joint.creator, joint.activity)
            try make(joint.id, seat, isJoint: true, now: now)
            try enter(seat, joint.id, now: now)
        case .sendCards(let id, let from, let to):
            guard let session = sessions[id] else { break }
            effects.append(
                .card(session: id, activity: session.activity, language: session.language, from: from, to: to))
        case .enter(let seat, let id): try enter(seat, id, now: now)
        case .watch(let seat, let id):
            try append("watch", by: seat.person, to: id, now: now)
            moved.insert(seat)
        case .leave(let seat, let id):
            try append("leave", by: seat.person, to: id, now: now)
            moved.insert(seat)
        case .changed(let id):
            try save(id)
            changed.insert(id)
        case .end(let id):
            let session = sessions.removeValue(forKey: id)
            cards[id] = nil
            deadlines[id] = nil
            if session?.activity == Viewing.kind { effects.append(.forget(session: id)) }
            try database.deleteSession(id)
        }
    }

    private func make(_ id: String, _ seat: SessionLaunch.Seat, isJoint: Bool, now: Int64) throws {
        let empty = JSONValue.emptyObject
        sessions[id] = try PlaySession(
            id: id, activity: seat.activity, creator: seat.person, isJoint: isJoint, options: wishes[seat] ?? empty,
            seed: UInt64.random(in: .min ... .max), created: now)
        try save(id)
    }

    private func enter(_ seat: SessionLaunch.Seat, _ id: String, now: Int64) throws {
        if sessions[id]?.present.contains(seat.person) == false {
            try append("enter", by: seat.person, to: id, now: now)
        }
        moved.insert(seat)
        changed.insert(id)
    }

    private func save(_ id: String) throws {
        guard let session = sessions[id] else { return }
        try database.set(
            StoredArcadeSession(
                id: id, activity: session.activity, creator: session.creator, isJoint: session.isJoint,
                options: Array(session.options.bytes), seed: Int64(bitPattern: session.seed), created: session.created,
                launch: launch.sessions[id]?.json ?? Array("{}".utf8), cards: Card.write(cards[id] ?? [])))
    }

    // MARK: Playing

    /// Takes in what somebody does in a session.
    /// - Parameter count: how many entries the session had when they decided; nil where that does not matter.
    /// - Throws: `HouseError`, `GameError`.
    func act(_ text: String, by person: String, in id: String, count: Int?, now: Int64) throws {
        guard let session = sessions[id], session.present.contains(person) else { throw HouseError.noSession }
        // What was decided before something else happened is not carried out; so is what is sent twice.
        if session.type.isContest || count != nil { guard session.count == count else { throw HouseError.stale } }
        guard !["enter", "watch", "leave"].contains(text) else { throw GameError.malformed }
        try append(text, by: person, to: id, now: now)
    }

    /// Whether a person may bring files into a session.
    /// - Throws: `HouseError.noSession`.
    func checkMayBring(_ person: String, to id: String) throws {
        guard let session = sessions[id], session.activity == Viewing.kind, session.present.contains(person),
            session.seat(of: person) != nil
        else { throw HouseError.noSession }
    }

    /// Goes on with what was under way before a restart: programs that were to move.
    func resume() { for session in sessions.values { think(session) } }

    private func think(_ session: PlaySession) {
        guard session.isProgramsTurn, let game = session.game as? any SearchableGame else { return }
        effects.append(
            .think(session: session.id, count: session.count, game: game, seed: session.seed &+ UInt64(session.count)))
    }

    /// The program's move, unless something else happened while it thought.
    func programMoves(_ move: String, in id: String, count: Int, now: Int64) throws {
        guard let session = sessions[id], session.count == count, session.isProgramsTurn else { return }
        try append("move \(move)", by: PlaySession.program, to: id, now: now)
    }

    /// Who of these (nil: of all) is choosing, and is to be asked about again.
    func choosing(_ users: [String]?) -> [SessionLaunch.Seat] {
        let people = users.map { Set($0.map(person(of:))) }
        return launch.places.compactMap { seat, place in
            guard case .choosing = place, people?.contains(seat.person) ?? true else { return nil }
            return seat
        }
    }

    private func append(_ text: String, by person: String, to id: String, now: Int64) throws {
        guard let number = sessions[id]?.count else { throw HouseError.noSession }
        let wasOver = sessions[id]?.outcome != nil
        try sessions[id]?.apply(text, by: person, at: now)
        try database.insert(StoredArcadeEntry(number: number, person: person, text: text, time: now), in: id)
        changed.insert(id)
        guard let session = sessions[id] else { return }
        noteDeadline(session)
        if session.isJoint, wasOver != (session.outcome != nil) { try finished(session, now: now) }
        think(session)
    }

    private func finished(_ session: PlaySession, now: Int64) throws {
        // It may be gone after this, and the conversation learns how it ended all the same.
        let cards = cards[session.id] ?? []
        try handle(.finished(session: session.id, isOver: session.outcome != nil), now: now)
        try save(session.id)
        guard let outcome = session.outcome, !cards.isEmpty else { return }
        let text = ArcadeTexts(session.language).result(session, outcome, name: name)
        effects.append(
            .result(
                session: session.id, activity: session.activity, language: session.language, by: session.creator,
                text: text, cards: cards))
    }

    private func noteDeadline(_ session: PlaySession) { deadlines[session.id] = session.deadline }

    /// Lets clocks run out and rounds end.
    func timePassed(now: Int64) throws {
        for (id, deadline) in deadlines where deadline <= now {
            try append("time", by: PlaySession.arcade, to: id, now: now)
        }
    }

    func add(_ more: [Card], to id: String) throws {
        guard sessions[id] != nil, !more.isEmpty else { return }
        cards[id, default: []] += more
        try save(id)
    }

    // MARK: Telling

    /// Everything that a person sees, for a device that comes.
    func tellAll(_ person: String, now: Int64) {
        for (seat, place) in launch.places where seat.person == person {
            moved.insert(seat)
            switch place {
            case .standard(let id), .joint(let id): changed.insert(id)
            case .asking, .choosing, .invited: break
            }
        }
    }

    /// What is to be done now that everything is on the disk.
    func takeEffects(now: Int64) -> [Effect] {
        for seat in moved { effects.append(.tell(person: seat.person, placeText(seat))) }
        for id in changed {
            guard let session = sessions[id] else { continue }
            for person in session.present {
                let view = session.view(for: person, launch: launch.sessions[id], now: now, name: name)
                effects.append(.tell(person: person, view))
            }
        }
        effects += asking.map { .ask($0) }
        let taken = effects
        effects = []
        moved = []
        changed = []
        asking = []
        return taken
    }

    /// `{"activity":…,"place":…}`
    private func placeText(_ seat: SessionLaunch.Seat) -> [UInt8] {
        JSONWriter.object { object in
            object.member("activity", seat.activity)
            object.memberIfPresent("prompt", launch.prompt(of: seat))
            switch launch.places[seat] {
            case nil: object.member("place", "none")
            case .asking: object.member("place", "asking")
            case .choosing(let people):
                object.member("place", "choosing")
                object.array("people") { list in
                    for person in people {
                        list.object { object in
                            object.member("id", person)
                            object.member("name", name(of: person))
                        }
                    }
                }
            case .invited(let id):
                object.member("place", "invited")
                object.member("from", name(of: launch.sessions[id]?.creator ?? ""))
                object.member("session", id)
            case .standard(let id):
                object.member("place", "standard")
                object.member("session", id)
            case .joint(let id):
                object.member("place", "joint")
                object.member("session", id)
            }
        }
    }
}

extension PlaySession {
    /// Of what is said in the conversation.
    var language: String { options["language"]?.string ?? "en" }
}

extension Card {
    static func write(_ cards: [Card]) -> [UInt8] {
        JSONWriter.array { list in
            for card in cards {
                list.object { object in
                    object.member("server", card.server)
                    object.member("event", card.event)
                    object.member("user", card.user)
                }
            }
        }
    }

    static func read(_ json: [UInt8]) -> [Card] {
        let list = (try? JSONValue.parse(json))?.array.map(Array.init) ?? []
        return list.compactMap { card in
            guard let server = card["server"]?.string, let event = card["event"]?.string,
                let user = card["user"]?.string
            else { return nil }
            return Card(server: server, event: event, user: user)
        }
    }
}
