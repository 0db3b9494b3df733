package import JSON

/// Chess: White is seat 0. Moves are `e2e4`, `e7e8q`, and `claim` for a draw by repetition or fifty moves.
///
/// Source: FIDE Laws of Chess, articles 3, 5, 6.9 and 9; a draw by fivefold repetition and seventy-five moves comes by itself.
package struct Chess: Game {
    package static let kind = "chess"
    package static let seats = 2...2
    package static let allowsDraw = true

    private(set) var position: ChessPosition
    private var seen: [ChessPosition: Int]
    private var last: String?
    package private(set) var outcome: Outcome?

    /// - Parameter options: `fen`, the position to begin with; the usual one without.
    /// - Throws: `GameError.options` for what is no position, and for one in which the game is over already.
    package init(options: JSONValue, seed: UInt64, seats: Int) throws(GameError) {
        if let fen = options["fen"]?.string {
            guard fen.utf8.count < 100, let position = ChessPosition(fen: fen), Self.isPossible(position) else {
                throw .options("fen")
            }
            self.position = position
        } else {
            position = .start
        }
        seen = [position.repetitionKey: 1]
        judge()
        if outcome != nil { throw .options("fen") }
    }

    private static func isPossible(_ position: ChessPosition) -> Bool {
        position.board.count { $0 == 6 } == 1 && position.board.count { $0 == -6 } == 1
            && !position.isInCheck(white: !position.isWhitesTurn)
            && !(0..<64).contains { position.board[$0].magnitude == 1 && ($0 < 8 || $0 > 55) }
    }

    package var turn: Int? { outcome == nil ? (position.isWhitesTurn ? 0 : 1) : nil }

    package mutating func play(_ move: String, by seat: Int, at time: Int64) throws(GameError) {
        guard let turn else { throw .isOver }
        guard turn == seat else { throw .notYourTurn }
        if move == "claim" { return try claim() }
        guard let wanted = ChessPosition.move(move) else { throw .malformed }
        guard position.pseudoLegalMoves.contains(wanted), position.isLegal(wanted) else {
            throw .illegal("The piece may not move there")
        }
        position = position.after(wanted)
        seen[position.repetitionKey, default: 0] += 1
        last = move
        judge()
    }

    package func canWin(_ seat: Int) -> Bool { position.canMate(white: seat == 0) }

    private var repetitions: Int { seen[position.repetitionKey] ?? 0 }
    private var mayClaim: Bool { outcome == nil && (repetitions >= 3 || position.quietMoves >= 100) }

    private mutating func claim() throws(GameError) {
        guard mayClaim else { throw .illegal("There is nothing to claim") }
        outcome = Outcome(winners: [], reason: repetitions >= 3 ? "repetition" : "fifty moves")
    }

    private mutating func judge() {
        let white = position.isWhitesTurn
        if position.legalMoves.isEmpty {
            outcome =
                position.isInCheck(white: white)
                ? Outcome(winners: [white ? 1 : 0], reason: "checkmate") : Outcome(winners: [], reason: "stalemate")
        } else if position.isDead {
            outcome = Outcome(winners: [], reason: "dead position")
        } else if repetitions >= 5 {
            outcome = Outcome(winners: [], reason: "repetition")
        } else if position.quietMoves >= 150 {
            outcome = Outcome(winners: [], reason: "seventy-five moves")
        }
    }

    package func write(for seat: Int?, into view: inout JSONWriter) {
        view.member("board", position.boardText)
        view.memberIfPresent("last", last)
        view.member("check", position.isInCheck(white: position.isWhitesTurn))
        view.member("claim", mayClaim)
        view.array("moves") { list in
            guard let turn, turn == seat else { return }
            for move in position.legalMoves { list.value(ChessPosition.text(move)) }
        }
    }
}

extension Chess: SearchableGame {
    private static let worth = [0, 100, 320, 330, 500, 900, 0]
    private static let mate = 100_000

    package func bestMove(seed: UInt64) -> String? {
        guard outcome == nil else { return nil }
        var numbers = SeededNumbers(seed: seed)
        var best: ChessMove?
        var floor = -Self.mate * 2
        for move in Self.ordered(position.legalMoves.shuffled(using: &numbers), position) {
            let next = position.after(move)
            // A position that was there twice is a draw on its way.
            let value =
                seen[next.repetitionKey] ?? 0 >= 2
                ? 0 : -Self.value(next, depth: 2, floor: -Self.mate * 2, ceiling: -floor)
            if best == nil || value > floor {
                best = move
                floor = value
            }
        }
        return best.map(ChessPosition.text)
    }

    /// Captures first, great pieces by small ones before others.
    private static func ordered(_ moves: [ChessMove], _ position: ChessPosition) -> [ChessMove] {
        func weight(_ move: ChessMove) -> Int {
            let taken = worth[Int(position.board[move.to].magnitude)]
            return taken == 0 ? Int(move.promotion) : 10 * taken - worth[Int(position.board[move.from].magnitude)] / 10
        }
        return moves.map { (weight($0), $0) }.sorted { $0.0 > $1.0 }.map(\.1)
    }

    /// What the position is worth for whose move it is: alpha-beta, with captures to their end.
    private static func value(_ position: ChessPosition, depth: Int, floor: Int, ceiling: Int) -> Int {
        var floor = floor
        if depth <= 0 {
            let standing = estimate(position)
            if standing >= ceiling || depth < -4 { return standing }
            floor = max(floor, standing)
        }
        var hasMove = false
        for move in ordered(position.pseudoLegalMoves, position) {
            if depth <= 0, position.board[move.to] == 0, move.promotion == 0 { continue }
            let next = position.after(move)
            if next.isInCheck(white: position.isWhitesTurn) { continue }
            hasMove = true
            floor = max(floor, -value(next, depth: depth - 1, floor: -ceiling, ceiling: -floor))
            if floor >= ceiling { return floor }
        }
        if depth > 0, !hasMove { return position.isInCheck(white: position.isWhitesTurn) ? -mate - depth : 0 }
        return floor
    }

    /// Material, and pieces that stand towards the middle; pawns that are far; kings at home while there are queens.
    private static func estimate(_ position: ChessPosition) -> Int {
        var sum = 0
        let hasQueens = position.board.contains { $0.magnitude == 5 }
        for (square, piece) in position.board.enumerated() where piece != 0 {
            let (file, rank) = (square & 7, square >> 3)
            let middle = 6 - abs(2 * file - 7) / 2 - abs(2 * rank - 7) / 2
            let advance = piece > 0 ? rank : 7 - rank
            let place: Int =
                switch piece.magnitude {
                case 1: advance * advance + (file == 3 || file == 4 ? 4 * min(advance, 4) : 0)
                case 2, 3: 5 * middle
                case 6: hasQueens ? -8 * middle : 8 * middle
                default: middle
                }
            sum += Int(piece.signum()) * (worth[Int(piece.magnitude)] + place)
        }
        return position.isWhitesTurn ? sum : -sum
    }
}
