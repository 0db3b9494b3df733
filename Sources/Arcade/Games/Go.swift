package import JSON

/// Go on 9, 13 or 19 lines, after the Chinese way of counting (area) with positional superko: no position of the whole
/// board may come again. Black is seat 0.
///
/// Moves: a point (`d4`, letters without i, rows from below), `pass`; after two passes `dead d4` marks or unmarks a group,
/// `agree` ends the marking when both have, `resume` goes on playing.
///
/// Source: Tromp-Taylor rules; the Chinese rules for marking and counting.
package struct Go: Game {
    package static let kind = "go"
    package static let seats = 2...2

    /// Lines in each direction.
    let size: Int
    /// In half points, for White.
    let komi: Int
    private(set) var board: GoBoard
    /// 0 or 1; nil only when it is over.
    private var mover = 0
    private var seen: Set<GoBoard.Stones>
    private var passes = 0
    private(set) var dead: Set<Int> = []
    private var agreed: Set<Int> = []
    private var last: String?
    private var captures = [0, 0]
    package private(set) var outcome: Outcome?

    /// - Parameter options: `size` (9, 13, 19), `komi` in half points (15 for 7.5), `handicap` stones (0, 2 to 9).
    package init(options: JSONValue, seed: UInt64, seats: Int) throws(GameError) {
        size = Int(options["size"]?.int ?? 19)
        guard [9, 13, 19].contains(size) else { throw .options("size") }
        let handicap = Int(options["handicap"]?.int ?? 0)
        guard handicap == 0 || (2...9).contains(handicap) else { throw .options("handicap") }
        komi = Int(options["komi"]?.int ?? (handicap == 0 ? 15 : 1))
        guard (-200...200).contains(komi) else { throw .options("komi") }
        board = GoBoard(size: size)
        for point in Self.handicapPoints(size, handicap) { board.stones[point] = 1 }
        if handicap > 0 { mover = 1 }
        seen = [board.stones]
    }

    /// Where handicap stones stand by custom.
    private static func handicapPoints(_ size: Int, _ count: Int) -> [Int] {
        let low = size == 9 ? 2 : 3
        let (high, middle) = (size - 1 - low, size / 2)
        let corners = [(high, high), (low, low), (high, low), (low, high)]
        let sides = [(low, middle), (high, middle), (middle, low), (middle, high)]
        var points = Array(corners.prefix(count))
        if count > 4 { points += sides.prefix(count / 2 * 2 - 4) }
        if count > 4, !count.isMultiple(of: 2) { points.append((middle, middle)) }
        return points.map { $0.1 * size + $0.0 }
    }

    private var isMarking: Bool { passes >= 2 && outcome == nil }

    package var turn: Int? { outcome == nil && !isMarking ? mover : nil }

    package mutating func play(_ move: String, by seat: Int, at time: Int64) throws(GameError) {
        guard outcome == nil else { throw .isOver }
        if isMarking { return try mark(move, by: seat) }
        guard seat == mover else { throw .notYourTurn }
        if move == "pass" {
            passes += 1
            mover = 1 - mover
            last = move
            return
        }
        guard let point = point(move) else { throw .malformed }
        guard board.stones[point] == 0 else { throw .illegal("There is a stone") }
        var next = board
        let taken = next.place(point, by: Int8(seat + 1))
        guard next.hasLiberty(point) else { throw .illegal("The stone would have no liberty") }
        guard !seen.contains(next.stones) else { throw .illegal("The board would be as it was before") }
        seen.insert(next.stones)
        board = next
        captures[seat] += taken
        passes = 0
        mover = 1 - mover
        last = move
    }

    /// Both passed: which stones are dead is agreed on.
    private mutating func mark(_ move: String, by seat: Int) throws(GameError) {
        switch move {
        case "agree":
            agreed.insert(seat)
            if agreed.count == 2 { finish() }
        case "resume":
            // Whoever does not agree lets the other one begin, so that nothing is gained by it.
            (passes, dead, agreed) = (0, [], [])
            mover = 1 - seat
        default:
            let words = move.split(separator: " ")
            guard words.count == 2, words[0] == "dead", let point = point(String(words[1])) else { throw .malformed }
            guard board.stones[point] != 0 else { throw .illegal("There is no stone") }
            let group = board.group(at: point)
            if dead.contains(point) { dead.subtract(group) } else { dead.formUnion(group) }
            agreed = []
        }
    }

    private mutating func finish() {
        let (black, white) = areas
        let difference = 2 * black - 2 * white - komi
        outcome = Outcome(
            winners: difference == 0 ? [] : [difference > 0 ? 0 : 1], reason: "score",
            score: "\(black):\(Self.half(2 * white + komi))")
    }

    /// Points of both, without komi, dead stones taken away.
    var areas: (black: Int, white: Int) {
        var counted = board
        for point in dead { counted.stones[point] = 0 }
        return counted.areas
    }

    private static func half(_ halves: Int) -> String { halves.isMultiple(of: 2) ? "\(halves / 2)" : "\(halves / 2).5" }

    package func write(for seat: Int?, into view: inout JSONWriter) {
        view.member("size", size)
        view.member("board", String(board.stones.map { $0 == 0 ? "." : $0 == 1 ? "b" : "w" }))
        view.memberIfPresent("last", last)
        view.member("komi", Self.half(komi))
        view.array("captures") { list in for count in captures { list.value(count) } }
        view.member("marking", isMarking)
        if isMarking || outcome != nil {
            view.array("dead") { list in for point in dead.sorted() { list.value(name(point)) } }
            view.array("agreed") { list in for seat in agreed.sorted() { list.value(seat) } }
            let (black, white) = areas
            view.array("areas") { list in
                list.value("\(black)")
                list.value(Self.half(2 * white + komi))
            }
        }
    }

    // MARK: Points

    private static let letters = Array("abcdefghjklmnopqrst".utf8)

    func point(_ name: String) -> Int? {
        let bytes = Array(name.utf8)
        guard (2...3).contains(bytes.count), let column = Self.letters.prefix(size).firstIndex(of: bytes[0]),
            let row = Int(name.dropFirst()), (1...size).contains(row)
        else { return nil }
        return (row - 1) * size + column
    }

    func name(_ point: Int) -> String {
        String(decoding: [Self.letters[point % size]], as: UTF8.self) + "\(point / size + 1)"
    }
}

extension Go: SearchableGame {
    /// Plays games to their end by chance and chooses the move after which most were won (flat Monte Carlo with upper
    /// confidence bounds). Good company on 9 lines, a beginner on 19.
    package func bestMove(seed: UInt64) -> String? {
        if isMarking { return agreed.count == 1 ? "agree" : nil }
        guard outcome == nil else { return nil }
        var numbers = SeededNumbers(seed: seed)
        let color = Int8(mover + 1)
        let candidates = (0..<size * size).filter { point in
            guard board.stones[point] == 0, !board.isEye(point, of: color) else { return false }
            var next = board
            next.place(point, by: color)
            return next.hasLiberty(point) && !seen.contains(next.stones)
        }
        guard !candidates.isEmpty else { return "pass" }
        if passes == 1, leads(color) { return "pass" }
        let playouts = size == 9 ? 1500 : size == 13 ? 700 : 350
        var tries = [Double](repeating: 0, count: candidates.count)
        var wins = tries
        for number in 0..<playouts {
            let total = Double(number + 1)
            var index = number
            if number >= candidates.count {
                // A logarithm by its bits is good enough for a bound.
                let spread = Double(64 - UInt64(total).leadingZeroBitCount)
                index =
                    candidates.indices.max { left, right in
                        wins[left] / tries[left] + (0.5 * spread / tries[left]).squareRoot()
                            < wins[right] / tries[right] + (0.5 * spread / tries[right]).squareRoot()
                    } ?? 0
            }
            var next = board
            next.place(candidates[index], by: color)
            tries[index] += 1
            if next.playout(from: 3 - color, komi: komi, using: &numbers) == color { wins[index] += 1 }
        }
        let best = candidates.indices.max { tries[$0] < tries[$1] } ?? 0
        // Nothing to be won any more, whatever is played.
        if wins[best] == 0, tries[best] > 20 { return "pass" }
        return name(candidates[best])
    }

    private func leads(_ color: Int8) -> Bool {
        let (black, white) = board.areas
        let difference = 2 * black - 2 * white - komi
        return color == 1 ? difference > 0 : difference < 0
    }
}
