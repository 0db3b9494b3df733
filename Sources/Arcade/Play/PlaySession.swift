package import JSON

/// One session of a game: who sits where, the game itself, its clock, and what is said about it (take-backs, draws,
/// resignations). A value without I/O: it is what its entries made of it, so that keeping them keeps it.
///
/// States: *waiting* until enough seats are taken; *playing*; *over*, from which `rematch` by all leads to playing again.
///
/// Entries are texts: `enter`, `watch` (to be in without a seat), `leave`, `move M`, `undo` (offer), `draw` (offer), `yes` and `no` to an offer, `resign`,
/// `rematch`, and `time` by the arcade when a clock ran out or a round ended.
package struct PlaySession: Sendable {
    /// Sits at the board in a standard session of a game that the program can play.
    package static let program = "program"
    /// Sends entries that nobody sends.
    package static let arcade = ""

    package enum Offer: String, Sendable { case undo, draw }

    private struct Move: Sendable {
        let seat: Int
        let text: String
        let time: Int64
    }

    package let id: String
    package let activity: String
    package let creator: String
    package let isJoint: Bool
    package let options: JSONValue
    package let seed: UInt64
    package let type: any Game.Type
    package let created: Int64

    /// By seat; nil for one that is free.
    package private(set) var seats: [String?]
    /// Who is in now, with or without a seat, in order of coming.
    package private(set) var present: [String] = []
    package private(set) var game: (any Game)?
    package private(set) var clock: GameClock?
    package private(set) var offer: (kind: Offer, seat: Int)?
    /// What ended it besides the rules.
    private var ending: Outcome?
    private var moves: [Move] = []
    private var rematch: Set<Int> = []
    private var rounds: UInt64 = 0
    /// How many entries it is made of.
    package private(set) var count = 0

    /// - Throws: `GameError.options`.
    package init(
        id: String, activity: String, creator: String, isJoint: Bool, options: JSONValue, seed: UInt64, created: Int64
    ) throws(GameError) {
        guard let type = GameCatalogue.type(activity) else { throw .options("activity") }
        self.id = id
        self.activity = activity
        self.creator = creator
        self.isJoint = isJoint
        self.options = options
        self.seed = seed
        self.created = created
        self.type = type
        seats = type.isContest ? [String?](repeating: nil, count: type.seats.upperBound) : []
        _ = try GameCatalogue.make(activity, options, seed: seed, seats: max(2, type.seats.lowerBound))
        _ = try GameClock(options: options, seats: 2)
    }

    // MARK: State

    package var outcome: Outcome? { ending ?? game?.outcome }

    package var turn: Int? { outcome == nil ? game?.turn : nil }

    package func seat(of person: String) -> Int? { seats.firstIndex { $0 == person } }

    /// Whether the program may move: also where it is nobody's turn in particular, such as when stones are marked.
    package var isProgramsTurn: Bool {
        guard outcome == nil, game != nil else { return false }
        return turn.map { seats[$0] == Self.program } ?? seats.contains(Self.program)
    }

    /// When time alone changes something next.
    package var deadline: Int64? {
        guard outcome == nil, let game else { return nil }
        return [clock?.deadline, game.deadline].compactMap { $0 }.min()
    }

    // MARK: Entries

    /// Takes in what happened.
    /// - Throws: `GameError`, with nothing changed.
    package mutating func apply(_ text: String, by person: String, at time: Int64) throws(GameError) {
        let words = text.split(separator: " ", maxSplits: 1).map(String.init)
        switch words.first {
        case "enter": try enter(person, at: time)
        case "watch": if !present.contains(person) { present.append(person) }
        case "leave":
            present.removeAll { $0 == person }
            if let seat = seat(of: person) { game?.seatLeft(seat) }
        case "time" where person == Self.arcade: timePassed(until: time)
        case "move": try move(words.count > 1 ? words[1] : "", by: try seated(person), at: time)
        case "resign":
            let seat = try contestant(person)
            ending = Outcome(winners: others(than: seat), reason: "resignation")
            clock?.stop(at: time)
        case "undo", "draw": try make(words[0] == "undo" ? .undo : .draw, by: try contestant(person), at: time)
        case "yes", "no": try answer(words[0] == "yes", by: try contestant(person), at: time)
        case "rematch": try wantRematch(try seated(person), at: time)
        default: throw .malformed
        }
        count += 1
    }

    private mutating func enter(_ person: String, at time: Int64) throws(GameError) {
        if !present.contains(person) { present.append(person) }
        guard seat(of: person) == nil else { return }
        if type.isContest {
            var free = seats.indices.filter { seats[$0] == nil }
            if person == creator, creatorsSeat == 1 { free.reverse() }
            // Who finds no seat watches.
            guard let seat = free.first else { return }
            seats[seat] = person
            if !isJoint, let other = seats.firstIndex(where: { $0 == nil }) {
                seats[other] = type is any SearchableGame.Type ? Self.program : person
            }
        } else {
            guard seats.count < type.seats.upperBound else { return }
            seats.append(person)
            game?.seatTaken(seats.count - 1, at: time)
        }
        if game == nil, seats.allSatisfy({ $0 != nil }), seats.count >= (isJoint ? 2 : 1) { try begin(at: time) }
    }

    /// Which seat the creator of a contest takes: option `side` (`first`, `second`; by chance otherwise).
    private var creatorsSeat: Int {
        switch options["side"]?.string {
        case "first": 0
        case "second": 1
        default: Int(seed >> 17 & 1)
        }
    }

    private mutating func begin(at time: Int64) throws(GameError) {
        var made = try GameCatalogue.make(activity, options, seed: seed &+ rounds, seats: type.isContest ? 2 : 1)
        if !type.isContest { for seat in seats.indices.dropFirst() { made.seatTaken(seat, at: time) } }
        game = made
        moves = []
        ending = nil
        offer = nil
        rematch = []
        clock = isJoint && type.isContest ? try GameClock(options: options, seats: seats.count) : nil
        if let turn = made.turn { clock?.start(turn, at: time) }
    }

    private func seated(_ person: String) throws(GameError) -> Int {
        guard let seat = seat(of: person) else { throw .illegal("You have no seat") }
        return seat
    }

    private func contestant(_ person: String) throws(GameError) -> Int {
        let seat = try seated(person)
        guard type.isContest, game != nil else { throw .illegal("There is no contest") }
        guard outcome == nil else { throw .isOver }
        return seat
    }

    private func others(than seat: Int) -> [Int] { seats.indices.filter { $0 != seat } }

    private mutating func move(_ text: String, by seat: Int, at time: Int64) throws(GameError) {
        guard game != nil else { throw .illegal("The others are not there yet") }
        guard outcome == nil else { throw .isOver }
        guard text.utf8.count <= 4096 else { throw .malformed }
        if let deadline, deadline <= time {
            var later = self
            later.timePassed(until: time)
            // The entry of the arcade's own timer ends it, so that what follows from the end is done.
            if later.outcome != nil { throw .isOver }
            try later.game?.play(text, by: seat, at: time)
            self = later
        } else {
            try game?.play(text, by: seat, at: time)
        }
        offer = nil
        if type.isContest {
            moves.append(Move(seat: seat, text: text, time: time))
            let next = turn
            clock?.moved(seat, next: next, at: time)
        }
    }

    private mutating func timePassed(until time: Int64) {
        guard outcome == nil else { return }
        if let clock, let deadline = clock.deadline, deadline <= time, let seat = clock.running {
            // A draw where the others can no longer win.
            let winners = others(than: seat).filter { game?.canWin($0) ?? true }
            ending = Outcome(winners: winners, reason: "time")
            self.clock?.stop(at: deadline)
        } else {
            game?.timePassed(until: time)
        }
    }

    // MARK: Offers

    private mutating func make(_ kind: Offer, by seat: Int, at time: Int64) throws(GameError) {
        if kind == .undo {
            guard moves.contains(where: { $0.seat == seat }) else { throw .illegal("There is nothing to take back") }
            // The program always agrees.
            if seats.contains(Self.program) { return takeBack(for: seat, at: time) }
        } else {
            guard type.allowsDraw, isJoint else { throw .illegal("No draw can be offered") }
        }
        guard offer == nil else { throw .illegal("There is an offer already") }
        offer = (kind, seat)
    }

    private mutating func answer(_ isAgreed: Bool, by seat: Int, at time: Int64) throws(GameError) {
        guard let offer, offer.seat != seat else { throw .illegal("Nothing was offered") }
        self.offer = nil
        guard isAgreed else { return }
        switch offer.kind {
        case .undo: takeBack(for: offer.seat, at: time)
        case .draw:
            ending = Outcome(winners: [], reason: "agreement")
            clock?.stop(at: time)
        }
    }

    /// Back to before the seat's last move. Time that was used is not given back.
    private mutating func takeBack(for seat: Int, at time: Int64) {
        guard let last = moves.lastIndex(where: { $0.seat == seat }),
            var fresh = try? GameCatalogue.make(activity, options, seed: seed &+ rounds, seats: 2)
        else { return }
        let kept = Array(moves[..<last])
        // They were possible before.
        for move in kept { try? fresh.play(move.text, by: move.seat, at: move.time) }
        game = fresh
        moves = kept
        if let turn = fresh.turn { clock?.start(turn, at: time) } else { clock?.stop(at: time) }
    }

    private mutating func wantRematch(_ seat: Int, at time: Int64) throws(GameError) {
        guard outcome != nil else { throw .illegal("It is not over") }
        rematch.insert(seat)
        let people = seats.compactMap { $0 }.filter { $0 != Self.program }
        let wishing = Set(rematch.compactMap { seats[$0] })
        // A contest needs everybody; elsewhere those who left are not waited for.
        guard people.allSatisfy({ present.contains($0) ? wishing.contains($0) : !type.isContest }) else { return }
        rounds += 1
        if type.isContest { seats.swapAt(0, 1) }
        try begin(at: time)
    }

    package var wantsRematch: Set<Int> { rematch }
}
