/// How people who are talking come into one session together: a state machine without I/O.
///
/// For each person and activity there is a place; what happens (`Input`) moves it and gives `Action`s, which the caller
/// carries out in order. One input is handled after the other, whoever sends them, so that of two who create a session at
/// the same moment one is first: the other's creation stops and becomes a prompt.
///
///     (nothing) ─connect→ asking ─people→ choosing ─accept→ joint (waiting, then open)
///                           │nobody          │refuse          ↑accept
///                           └──→ standard ←──┘←──refuse── invited
///
/// Invariants: a person has one place for an activity; who is `invited` is among the session's pending; a joint session
/// that nobody waits in and nobody is in is over, unless it was open once (people leave and return).
///
/// Source: EP 2587748, steps 204 to 214 and 301 to 309.
package struct SessionLaunch: Sendable, Hashable {
    /// A person's place for an activity.
    package enum Place: Sendable, Hashable {
        /// The first servers are asked with whom the person is talking (205, 303).
        case asking
        /// The person is asked whether to begin with these (207, 305).
        case choosing([String])
        /// The person is asked whether to join a session that another one created (212, 308).
        case invited(session: String)
        /// Alone (304).
        case standard(session: String)
        /// In a joint session, waiting for the first of the others or with them (210, 214, 306, 309).
        case joint(session: String)
    }

    package struct Seat: Sendable, Hashable {
        package let person: String
        package let activity: String

        package init(_ person: String, _ activity: String) {
            self.person = person
            self.activity = activity
        }
    }

    package struct JointSession: Sendable, Hashable {
        package let id: String
        package let activity: String
        package let creator: String
        /// Who was invited and did neither accept nor refuse, in the order of the creator's choice.
        package var pending: [String]
        /// Who is in, in order of coming.
        package var members: [String]
        /// Who was in and may return.
        package var left: [String] = []
        /// Who looks on without having been asked.
        package var watchers: [String] = []
        /// A second one came once.
        package var wasOpened = false
        /// The invited enter without being asked.
        package var isDirect = false
        /// People who are not in conversation with the creator may come too.
        package var isForOthers = false
        /// What was played is over: nobody returns.
        package var isOver = false

        package init(
            id: String, activity: String, creator: String, pending: [String] = [], members: [String]? = nil
        ) {
            self.id = id
            self.activity = activity
            self.creator = creator
            self.pending = pending
            self.members = members ?? [creator]
        }
    }

    package enum Input: Sendable, Hashable {
        /// A device of the person asks to be let in (204, 211, 302, 307).
        case connect(Seat)
        /// What all first servers said together.
        case answered(Seat, people: [String])
        /// To the prompt of that number: begin with these of the people, or join (208, 213).
        case accept(Seat, prompt: Int, people: [String], direct: Bool)
        case refuse(Seat, prompt: Int)
        /// Neither with the people of the prompt nor alone, but with whoever comes.
        case acceptOthers(Seat, prompt: Int)
        /// Look on at a session of people with whom the person is talking, which the caller has made sure of.
        /// - Parameter mayReturn: to where the person is now, as in `leave`.
        case watch(Seat, session: String, mayReturn: Bool = true)
        /// - Parameter mayReturn: false for one who had no place in what is played: they are not brought back.
        case leave(Seat, mayReturn: Bool = true)
        /// What was played in the session is over, or goes on once more.
        case finished(session: String, isOver: Bool)
        /// The session is gone.
        case ended(session: String)
    }

    package enum Action: Sendable, Hashable {
        case ask(Seat)
        case promptToBegin(Seat, people: [String], prompt: Int)
        case promptToJoin(Seat, session: String, creator: String, prompt: Int)
        case beginStandard(Seat, session: String)
        /// A joint session exists, and its creator waits in it (209, 210).
        case createJoint(JointSession)
        /// Tell the invited in their conversation.
        case sendCards(session: String, from: String, to: [String])
        case enter(Seat, session: String)
        /// In, without a seat.
        case watch(Seat, session: String)
        case leave(Seat, session: String)
        /// Who is expected changed.
        case changed(session: String)
        case end(session: String)
        /// The prompt does not count any more, and nothing came in its place.
        case withdraw(Seat)
    }

    /// Why an input came to nothing.
    package enum Refusal: Error, Sendable, Hashable {
        /// It answers a prompt that is not there (any more); the present state was told again.
        case stale
        case notInvited
    }

    package private(set) var places: [Seat: Place] = [:]
    package private(set) var sessions: [String: JointSession] = [:]
    /// The number of the prompt that each person has before them: an answer to an older one does not count.
    private var prompts: [Seat: Int] = [:]
    private var promptNumber = 0
    /// Standard sessions of people who are asked to join others meanwhile: they go on there or come back.
    private var aside: [Seat: String] = [:]

    package init() {}

    /// Takes in what was kept over a restart: joint sessions, and who is alone in which.
    package mutating func restore(joint: [JointSession], standard: [(seat: Seat, session: String)]) {
        for session in joint {
            sessions[session.id] = session
            for member in session.members + session.watchers {
                places[Seat(member, session.activity)] = .joint(session: session.id)
            }
        }
        for (seat, session) in standard { places[seat] = .standard(session: session) }
    }

    package func prompt(of seat: Seat) -> Int? { prompts[seat] }

    // MARK: Handling

    /// - Parameter newID: a fresh identifier for a session.
    package mutating func handle(_ input: Input, newID: () -> String) -> (actions: [Action], refusal: Refusal?) {
        var actions: [Action] = []
        var refusal: Refusal?
        switch input {
        case .connect(let seat): connect(seat, &actions)
        case .answered(let seat, let people): answered(seat, people, newID, &actions)
        case .accept(let seat, let prompt, let people, let direct):
            refusal = accept(seat, prompt, people, direct, newID, &actions)
        case .refuse(let seat, let prompt): refusal = refuse(seat, prompt, newID, &actions)
        case .acceptOthers(let seat, let prompt): refusal = acceptOthers(seat, prompt, newID, &actions)
        case .watch(let seat, let id, let mayReturn): refusal = watch(seat, id, mayReturn, &actions)
        case .leave(let seat, let mayReturn): leave(seat, mayReturn, &actions)
        case .finished(let id, let isOver):
            sessions[id]?.isOver = isOver
            // All had left before, and none of them comes back to it.
            if isOver, sessions[id]?.members.isEmpty == true { end(id, &actions) }
        case .ended(let id): end(id, &actions)
        }
        return (actions, refusal)
    }

    private mutating func connect(_ seat: Seat, _ actions: inout [Action]) {
        // Who is alone and comes by an invitation is asked; what they do alone waits.
        if case .standard(let id) = places[seat] {
            guard inviteNext(seat, &actions) else { return tellAgain(seat, &actions) }
            if case .joint = places[seat] { return actions.append(.end(session: id)) }
            aside[seat] = id
            return
        }
        if places[seat] != nil { return tellAgain(seat, &actions) }
        if let left = sessions.values.filter({ isReturn($0, seat) }).min(by: { $0.id < $1.id }) {
            return join(seat, left.id, &actions)
        }
        if inviteNext(seat, &actions) { return }
        places[seat] = .asking
        actions.append(.ask(seat))
    }

    private func isReturn(_ session: JointSession, _ seat: Seat) -> Bool {
        session.activity == seat.activity && !session.isOver && session.left.contains(seat.person)
    }

    /// For another device, or one that did not hear the last answer.
    private func tellAgain(_ seat: Seat, _ actions: inout [Action]) {
        let prompt = prompts[seat] ?? 0
        switch places[seat] {
        case nil, .asking: break
        case .choosing(let people): actions.append(.promptToBegin(seat, people: people, prompt: prompt))
        case .invited(let id):
            let creator = sessions[id]?.creator ?? ""
            actions.append(.promptToJoin(seat, session: id, creator: creator, prompt: prompt))
        case .standard(let id), .joint(let id): actions.append(.enter(seat, session: id))
        }
    }

    private mutating func newPrompt(_ seat: Seat) -> Int {
        promptNumber += 1
        prompts[seat] = promptNumber
        return promptNumber
    }

    /// Shows the person an invitation, or lets them in where it is direct; false when there is none.
    private mutating func inviteNext(_ seat: Seat, _ actions: inout [Action]) -> Bool {
        let waiting = sessions.values.filter {
            $0.activity == seat.activity && !$0.isOver && $0.pending.contains(seat.person)
        }
        guard let session = waiting.min(by: { $0.id < $1.id }) else { return false }
        if session.isDirect {
            join(seat, session.id, &actions)
        } else {
            places[seat] = .invited(session: session.id)
            actions.append(
                .promptToJoin(seat, session: session.id, creator: session.creator, prompt: newPrompt(seat)))
        }
        return true
    }

    private mutating func answered(
        _ seat: Seat, _ people: [String], _ newID: () -> String, _ actions: inout [Action]
    ) {
        switch places[seat] {
        case .asking: break
        // The first servers told of a change while the person chooses.
        case .choosing(let before) where before != people: break
        default: return
        }
        guard !people.isEmpty else { return beginStandard(seat, newID, &actions) }
        places[seat] = .choosing(people)
        actions.append(.promptToBegin(seat, people: people, prompt: newPrompt(seat)))
    }

    private mutating func beginStandard(_ seat: Seat, _ newID: () -> String, _ actions: inout [Action]) {
        prompts[seat] = nil
        if returnToStandard(seat, &actions) { return }
        let id = newID()
        places[seat] = .standard(session: id)
        actions.append(.beginStandard(seat, session: id))
    }

    /// Back to what the person did alone before they were asked; false when there was nothing.
    private mutating func returnToStandard(_ seat: Seat, _ actions: inout [Action]) -> Bool {
        guard let id = aside.removeValue(forKey: seat) else { return false }
        places[seat] = .standard(session: id)
        actions.append(.enter(seat, session: id))
        return true
    }

    // MARK: Answers to prompts

    private mutating func accept(
        _ seat: Seat, _ prompt: Int, _ chosen: [String], _ direct: Bool, _ newID: () -> String,
        _ actions: inout [Action]
    ) -> Refusal? {
        guard prompts[seat] == prompt else { return stale(seat, &actions) }
        switch places[seat] {
        case .choosing(let people):
            guard !chosen.isEmpty, chosen.allSatisfy(people.contains) else { return .notInvited }
            var session = JointSession(id: newID(), activity: seat.activity, creator: seat.person, pending: [])
            session.pending = people.filter(chosen.contains)
            session.isDirect = direct
            create(session, seat, &actions)
            return nil
        case .invited(let id):
            join(seat, id, &actions)
            return nil
        default: return stale(seat, &actions)
        }
    }

    private func stale(_ seat: Seat, _ actions: inout [Action]) -> Refusal {
        tellAgain(seat, &actions)
        return .stale
    }

    private mutating func create(_ session: JointSession, _ seat: Seat, _ actions: inout [Action]) {
        sessions[session.id] = session
        places[seat] = .joint(session: session.id)
        prompts[seat] = nil
        actions.append(.createJoint(session))
        if !session.pending.isEmpty {
            actions.append(.sendCards(session: session.id, from: seat.person, to: session.pending))
        }
        // Who was about to create one as well is asked instead.
        for person in session.pending {
            let other = Seat(person, seat.activity)
            switch places[other] {
            case .asking, .choosing: _ = inviteNext(other, &actions)
            default: break
            }
        }
    }

    private mutating func join(_ seat: Seat, _ id: String, _ actions: inout [Action]) {
        guard sessions[id] != nil else { return }
        sessions[id]?.pending.removeAll { $0 == seat.person }
        sessions[id]?.left.removeAll { $0 == seat.person }
        sessions[id]?.members.append(seat.person)
        sessions[id]?.wasOpened = true
        places[seat] = .joint(session: id)
        prompts[seat] = nil
        actions.append(.enter(seat, session: id))
        actions.append(.changed(session: id))
        if let alone = aside.removeValue(forKey: seat) { actions.append(.end(session: alone)) }
    }

    private mutating func refuse(
        _ seat: Seat, _ prompt: Int, _ newID: () -> String, _ actions: inout [Action]
    ) -> Refusal? {
        guard prompts[seat] == prompt else { return stale(seat, &actions) }
        switch places[seat] {
        case .choosing: beginStandard(seat, newID, &actions)
        case .invited(let id):
            sessions[id]?.pending.removeAll { $0 == seat.person }
            places[seat] = nil
            if !inviteNext(seat, &actions) { beginStandard(seat, newID, &actions) }
            endVainWaiting(id, newID, &actions)
        default: return stale(seat, &actions)
        }
        return nil
    }

    /// Nobody is left who could come: the creator's waiting becomes a standard session.
    private mutating func endVainWaiting(_ id: String, _ newID: () -> String, _ actions: inout [Action]) {
        guard let session = sessions[id] else { return }
        guard session.pending.isEmpty, !session.wasOpened, !session.isForOthers else {
            return actions.append(.changed(session: id))
        }
        let seat = Seat(session.creator, session.activity)
        // The creator goes on alone; whoever looked on is put out.
        places[seat] = nil
        end(id, &actions)
        beginStandard(seat, newID, &actions)
    }

    private mutating func acceptOthers(
        _ seat: Seat, _ prompt: Int, _ newID: () -> String, _ actions: inout [Action]
    ) -> Refusal? {
        guard prompts[seat] == prompt, case .choosing = places[seat] else { return stale(seat, &actions) }
        let open = sessions.values.filter {
            $0.isForOthers && !$0.wasOpened && $0.activity == seat.activity && $0.creator != seat.person
        }
        if let first = open.min(by: { $0.id < $1.id }) {
            join(seat, first.id, &actions)
        } else {
            var session = JointSession(id: newID(), activity: seat.activity, creator: seat.person, pending: [])
            session.isForOthers = true
            create(session, seat, &actions)
        }
        return nil
    }

    // MARK: Watching

    private mutating func watch(
        _ seat: Seat, _ id: String, _ mayReturn: Bool, _ actions: inout [Action]
    ) -> Refusal? {
        guard let session = sessions[id], session.activity == seat.activity else { return .notInvited }
        if places[seat]?.session == id, case .joint = places[seat] {
            tellAgain(seat, &actions)
            return nil
        }
        // Whoever was asked or was in comes as what they are.
        if session.pending.contains(seat.person) || session.left.contains(seat.person) {
            leave(seat, mayReturn, &actions)
            join(seat, id, &actions)
            return nil
        }
        leave(seat, mayReturn, &actions)
        sessions[id]?.watchers.append(seat.person)
        places[seat] = .joint(session: id)
        actions.append(.watch(seat, session: id))
        actions.append(.changed(session: id))
        return nil
    }

    // MARK: Leaving

    private mutating func leave(_ seat: Seat, _ mayReturn: Bool, _ actions: inout [Action]) {
        let place = places.removeValue(forKey: seat)
        prompts[seat] = nil
        switch place {
        case nil: break
        // Who was invited stays so, and may come later.
        case .asking, .choosing, .invited:
            actions.append(.withdraw(seat))
            if let alone = aside.removeValue(forKey: seat) { actions.append(.end(session: alone)) }
        case .standard(let id): actions.append(.end(session: id))
        case .joint(let id):
            actions.append(.leave(seat, session: id))
            if let at = sessions[id]?.watchers.firstIndex(of: seat.person) {
                sessions[id]?.watchers.remove(at: at)
                actions.append(.changed(session: id))
                break
            }
            sessions[id]?.members.removeAll { $0 == seat.person }
            guard let session = sessions[id] else { break }
            if !session.wasOpened || (session.isOver && session.members.isEmpty) {
                end(id, &actions)
            } else {
                if !session.isOver, mayReturn { sessions[id]?.left.append(seat.person) }
                actions.append(.changed(session: id))
            }
        }
    }

    /// The session is over for all: those who were asked to join it are asked anew.
    private mutating func end(_ id: String, _ actions: inout [Action]) {
        let joint = sessions.removeValue(forKey: id)
        let concerned = places.filter { $0.value.session == id }.keys.sorted { $0.person < $1.person }
        actions.append(.end(session: id))
        for seat in concerned {
            let wasInvited = places[seat] == .invited(session: id)
            places[seat] = nil
            prompts[seat] = nil
            guard joint != nil, wasInvited else {
                actions.append(.withdraw(seat))
                continue
            }
            if !inviteNext(seat, &actions), !returnToStandard(seat, &actions) {
                places[seat] = .asking
                actions.append(.ask(seat))
            }
        }
    }
}

extension SessionLaunch.Place {
    /// The session that it is about.
    package var session: String? {
        switch self {
        case .asking, .choosing: nil
        case .invited(let id), .standard(let id), .joint(let id): id
        }
    }
}
