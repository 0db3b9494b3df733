package import JSON

/// Reversi, after the rules of the World Othello Federation: black (seat 0) begins; who cannot move passes by itself; it
/// ends when neither can.
///
/// A position is two sets of squares of 64 bits, bit 0 being a1, bit 7 h1, bit 63 h8. Moves are squares: `d3`.
package struct Reversi: Game {
    package static let kind = "reversi"
    package static let seats = 2...2

    package private(set) var discs: [UInt64]
    package private(set) var turn: Int? = 0
    private var last: Int?
    private(set) var moveCount = 0

    package init(options: JSONValue, seed: UInt64, seats: Int) throws(GameError) {
        discs = [1 << 28 | 1 << 35, 1 << 27 | 1 << 36]
    }

    package var outcome: Outcome? {
        guard turn == nil else { return nil }
        let (black, white) = (discs[0].nonzeroBitCount, discs[1].nonzeroBitCount)
        let winners = black == white ? [] : [black > white ? 0 : 1]
        return Outcome(winners: winners, reason: "score", score: "\(black):\(white)")
    }

    package mutating func play(_ move: String, by seat: Int, at time: Int64) throws(GameError) {
        guard let turn else { throw .isOver }
        guard turn == seat else { throw .notYourTurn }
        guard let square = Self.square(move) else { throw .malformed }
        let flips = Self.flips(square, own: discs[seat], other: discs[1 - seat])
        guard flips != 0 else { throw .illegal("The disc encloses nothing") }
        place(square, flips, by: seat)
    }

    mutating func place(_ square: Int, _ flips: UInt64, by seat: Int) {
        discs[seat] |= flips | 1 << UInt64(square)
        discs[1 - seat] &= ~flips
        last = square
        moveCount += 1
        if Self.moves(own: discs[1 - seat], other: discs[seat]) != 0 {
            turn = 1 - seat
        } else {
            turn = Self.moves(own: discs[seat], other: discs[1 - seat]) != 0 ? seat : nil
        }
    }

    package func write(for seat: Int?, into view: inout JSONWriter) {
        let cells = (0..<64).map { index -> Character in
            if discs[0] >> UInt64(index) & 1 == 1 { return "b" }
            return discs[1] >> UInt64(index) & 1 == 1 ? "w" : "."
        }
        view.member("board", String(cells))
        view.memberIfPresent("last", last.map(Self.name))
        view.array("discs") { list in for set in discs { list.value(set.nonzeroBitCount) } }
        view.array("moves") { list in
            guard let turn, turn == seat else { return }
            for square in Self.squares(Self.moves(own: discs[turn], other: discs[1 - turn])) {
                list.value(Self.name(square))
            }
        }
    }

    // MARK: Squares

    static func square(_ name: String) -> Int? {
        let bytes = Array(name.utf8)
        guard bytes.count == 2, (0x61...0x68).contains(bytes[0]), (0x31...0x38).contains(bytes[1]) else { return nil }
        return Int(bytes[1] - 0x31) * 8 + Int(bytes[0] - 0x61)
    }

    static func name(_ square: Int) -> String {
        String(decoding: [UInt8(0x61 + square % 8), UInt8(0x31 + square / 8)], as: UTF8.self)
    }

    static func squares(_ set: UInt64) -> [Int] {
        var squares: [Int] = []
        var rest = set
        while rest != 0 {
            squares.append(rest.trailingZeroBitCount)
            rest &= rest - 1
        }
        return squares
    }

    // MARK: Rules on sets

    private static let notA: UInt64 = 0xfefe_fefe_fefe_fefe
    private static let notH: UInt64 = 0x7f7f_7f7f_7f7f_7f7f

    /// The set moved by one square in each direction.
    private static func step(_ set: UInt64, _ direction: Int) -> UInt64 {
        switch direction {
        case 0: (set << 1) & notA
        case 1: (set >> 1) & notH
        case 2: set << 8
        case 3: set >> 8
        case 4: (set << 9) & notA
        case 5: (set << 7) & notH
        case 6: (set >> 7) & notA
        default: (set >> 9) & notH
        }
    }

    /// Where `own` may move.
    static func moves(own: UInt64, other: UInt64) -> UInt64 {
        let empty = ~(own | other)
        var moves: UInt64 = 0
        for direction in 0..<8 {
            var line = step(own, direction) & other
            for _ in 0..<5 { line |= step(line, direction) & other }
            moves |= step(line, direction) & empty
        }
        return moves
    }

    /// What a disc of `own` on the square turns; none where it may not be.
    static func flips(_ square: Int, own: UInt64, other: UInt64) -> UInt64 {
        let disc: UInt64 = 1 << UInt64(square)
        guard (own | other) & disc == 0 else { return 0 }
        var flips: UInt64 = 0
        for direction in 0..<8 {
            var line: UInt64 = 0
            var at = step(disc, direction)
            while at & other != 0 {
                line |= at
                at = step(at, direction)
            }
            if at & own != 0 { flips |= line }
        }
        return flips
    }
}

extension Reversi: SearchableGame {
    /// What a square is worth in the middle of the game: corners much, what gives them away less than nothing.
    private static let weights: [Int] = {
        let quarter = [100, -20, 10, 5, -20, -50, -2, -2, 10, -2, -1, -1, 5, -2, -1, -1]
        return (0..<64).map { square in
            let (file, rank) = (square % 8, square / 8)
            return quarter[min(rank, 7 - rank) * 4 + min(file, 7 - file)]
        }
    }()

    package func bestMove(seed: UInt64) -> String? {
        guard let turn else { return nil }
        let empty = 64 - (discs[0] | discs[1]).nonzeroBitCount
        let depth = empty <= 10 ? 10 : 5
        var numbers = SeededNumbers(seed: seed)
        var best: (square: Int, value: Int)?
        var floor = -1_000_000
        for square in Self.squares(Self.moves(own: discs[turn], other: discs[1 - turn])).shuffled(using: &numbers) {
            let flips = Self.flips(square, own: discs[turn], other: discs[1 - turn])
            let own = discs[turn] | flips | 1 << UInt64(square)
            let value = -Self.value(
                own: discs[1 - turn] & ~flips, other: own, depth: depth - 1, floor: -1_000_000, ceiling: -floor)
            if best == nil || value > floor {
                best = (square, value)
                floor = value
            }
        }
        return best.map { Self.name($0.square) }
    }

    /// What the position is worth for `own`, whose move it is (alpha-beta).
    private static func value(own: UInt64, other: UInt64, depth: Int, floor: Int, ceiling: Int) -> Int {
        let possible = moves(own: own, other: other)
        let replies = moves(own: other, other: own)
        if possible == 0, replies == 0 { return 10_000 * (own.nonzeroBitCount - other.nonzeroBitCount) }
        if depth <= 0 {
            let mobility = 8 * (possible.nonzeroBitCount - replies.nonzeroBitCount)
            return squares(own).reduce(0) { $0 + weights[$1] } - squares(other).reduce(0) { $0 + weights[$1] }
                + mobility
        }
        if possible == 0 { return -value(own: other, other: own, depth: depth - 1, floor: -ceiling, ceiling: -floor) }
        var floor = floor
        for square in squares(possible).sorted(by: { weights[$0] > weights[$1] }) {
            let flips = flips(square, own: own, other: other)
            let value = -value(
                own: other & ~flips, other: own | flips | 1 << UInt64(square), depth: depth - 1, floor: -ceiling,
                ceiling: -floor)
            floor = max(floor, value)
            if floor >= ceiling { break }
        }
        return floor
    }
}
