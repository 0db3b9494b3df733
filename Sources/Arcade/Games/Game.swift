package import JSON

/// What is played or looked at together: rules and nothing else. A value without clock, people or I/O; the same start and
/// the same moves give the same state, so that a session is kept as its moves.
///
/// Seats count from 0. A game whose moves come in turns says so by `turn`; the others take moves from any seat at any
/// time.
package protocol Game: Sendable {
    /// In addresses and messages: `reversi`.
    static var kind: String { get }
    /// How many people may take part.
    static var seats: ClosedRange<Int> { get }
    /// Whether people may run out of time, offer to take back a move, and resign: what takes turns.
    static var isContest: Bool { get }
    /// Whether a draw may be offered.
    static var allowsDraw: Bool { get }

    /// - Parameters:
    ///   - options: what was chosen at the beginning; an object.
    ///   - seed: for what is left to chance.
    ///   - seats: how many people begin.
    /// - Throws: `GameError.options`.
    init(options: JSONValue, seed: UInt64, seats: Int) throws(GameError)

    /// Whose move it is; nil when anybody may, or the game is over.
    var turn: Int? { get }
    /// nil while it goes on.
    var outcome: Outcome? { get }

    /// Whether who holds the seat can still win by any moves: who cannot does not win by the time of others, either.
    func canWin(_ seat: Int) -> Bool

    /// Somebody takes a further seat after the beginning.
    mutating func seatTaken(_ seat: Int, at time: Int64)

    /// Who holds the seat is away, and may come back.
    mutating func seatLeft(_ seat: Int)

    /// Makes a move.
    /// - Parameter time: milliseconds since 1970.
    /// - Throws: `GameError` for what the rules forbid; the state is as before then.
    mutating func play(_ move: String, by seat: Int, at time: Int64) throws(GameError)

    /// What one who holds that seat (nil: a spectator) may know, as members of an object.
    func write(for seat: Int?, into view: inout JSONWriter)

    /// When time alone changes something next, in milliseconds since 1970, and the change; nil where it never does.
    var deadline: Int64? { get }
    mutating func timePassed(until time: Int64)
}

extension Game {
    package static var isContest: Bool { true }
    package static var allowsDraw: Bool { false }
    package func canWin(_ seat: Int) -> Bool { true }
    package mutating func seatTaken(_ seat: Int, at time: Int64) {}
    package mutating func seatLeft(_ seat: Int) {}
    package var deadline: Int64? { nil }
    package mutating func timePassed(until time: Int64) {}
}

/// How a game ended.
package struct Outcome: Sendable, Hashable {
    /// Who won; empty for a draw or where nobody wins.
    package let winners: [Int]
    /// Why, in one word that clients translate: `checkmate`, `score`, `resignation`, `time`, …
    package let reason: String
    /// Figures such as `36:28`; empty where there are none.
    package let score: String

    package init(winners: [Int], reason: String, score: String = "") {
        self.winners = winners
        self.reason = reason
        self.score = score
    }
}

/// Why a move or a beginning is not possible.
package enum GameError: Error, Sendable, Hashable {
    /// The options are none of this game's.
    case options(String)
    /// The text is no move of this game.
    case malformed
    /// The rules forbid the move now.
    case illegal(String)
    case notYourTurn
    case isOver
}

/// A game that can be played alone, against the program.
package protocol SearchableGame: Game {
    /// The program's move for the seat whose turn it is; nil when there is none. Takes up to some tenths of a second of
    /// computing; the same for the same state and seed.
    func bestMove(seed: UInt64) -> String?
}

/// Numbers that look like chance and are the same for the same seed (SplitMix64, Steele et al. 2014).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
