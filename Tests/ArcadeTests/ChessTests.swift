import JSON
import Testing

@testable import Arcade

@Suite struct ChessTests {
    private func count(_ position: ChessPosition, _ depth: Int) -> Int {
        if depth == 1 { return position.legalMoves.count }
        return position.legalMoves.reduce(0) { $0 + count(position.after($1), depth - 1) }
    }

    /// How many games of some length there are from positions that try every rule, as the chess programming community
    /// has established them.
    @Test(arguments: [
        ("rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1", [20, 400, 8902]),
        ("r3k2r/p1ppqpb1/bn2pnp1/3PN3/1p2P3/2N2Q1p/PPPBBPPP/R3K2R w KQkq - 0 1", [48, 2039]),
        ("8/2p5/3p4/KP5r/1R3p1k/8/4P1P1/8 w - - 0 1", [14, 191, 2812, 43238]),
        ("r3k2r/Pppp1ppp/1b3nbN/nP6/BBP1P3/q4N2/Pp1P2PP/R2Q1RK1 w kq - 0 1", [6, 264, 9467]),
        ("rnbq1k1r/pp1Pbppp/2p5/8/2B5/8/PPP1NnPP/RNBQK2R w KQ - 1 8", [44, 1486]),
        ("r4rk1/1pp1qppp/p1np1n2/2b1p1B1/2B1P1b1/P1NP1N2/1PP1QPPP/R4RK1 w - - 0 10", [46, 2079]),
    ])
    func movesAreCounted(_ fen: String, _ counts: [Int]) throws {
        let position = try #require(ChessPosition(fen: fen))
        for (index, expected) in counts.enumerated() { #expect(count(position, index + 1) == expected) }
    }

    private func play(_ moves: String, fen: String? = nil) throws -> Chess {
        let options = fen.map { #"{"fen":"\#($0)"}"# } ?? "{}"
        var game = try Chess(options: try JSONValue.parse(Array(options.utf8)), seed: 1, seats: 2)
        for move in moves.split(separator: " ") {
            try game.play(String(move), by: try #require(game.turn), at: 0)
        }
        return game
    }

    @Test func mateAndStalemateEndIt() throws {
        let mate = try play("f2f3 e7e5 g2g4 d8h4")
        #expect(mate.outcome == Outcome(winners: [1], reason: "checkmate"))
        let stalemate = try play("b5b6", fen: "k7/2Q5/8/1K6/8/8/8/8 w - - 0 1")
        #expect(stalemate.outcome == Outcome(winners: [], reason: "stalemate"))
        #expect(throws: GameError.isOver) {
            var over = mate; try over.play("a2a3", by: 0, at: 0)
        }
    }

    @Test func repetitionIsADrawWhenItIsClaimed() throws {
        let round = "g1f3 g8f6 f3g1 f6g8"
        var game = try play(round)
        #expect(throws: GameError.self) { try game.play("claim", by: 0, at: 0) }
        game = try play("\(round) \(round)")
        #expect(game.outcome == nil)
        try game.play("claim", by: 0, at: 0)
        #expect(game.outcome == Outcome(winners: [], reason: "repetition"))
        let five = try play(Array(repeating: round, count: 4).joined(separator: " "))
        #expect(five.outcome == Outcome(winners: [], reason: "repetition"))
    }

    @Test func countsMovesWithoutProgress() throws {
        let quiet = "7k/8/8/8/8/8/8/R6K w - - "
        var game = try play("a1b1", fen: quiet + "99 70")
        try game.play("claim", by: 1, at: 0)
        #expect(game.outcome?.reason == "fifty moves")
        #expect(try play("a1b1", fen: quiet + "149 90").outcome?.reason == "seventy-five moves")
    }

    @Test func kingsAloneCannotWin() throws {
        for board in ["k7/8/8/8/8/8/8/K7", "k7/8/8/8/8/8/8/KB6", "kn6/8/8/8/8/8/8/K7", "k1b5/8/8/8/8/8/8/K4B2"] {
            #expect(try #require(ChessPosition(fen: board + " w - - 0 1")).isDead, "\(board)")
        }
        for board in ["k7/8/8/8/8/8/8/KR6", "k7/8/8/8/8/8/8/KP6", "knn5/8/8/8/8/8/8/K7"] {
            #expect(try #require(ChessPosition(fen: board + " w - - 0 1")).isDead == false, "\(board)")
        }
    }

    /// FIDE Laws of Chess, article 6.9: who runs out of time draws against one who cannot mate.
    @Test func matingNeedsMoreThanAKing() throws {
        for board in [
            "kr6/8/8/8/8/8/8/K7", "k7/8/8/8/8/8/8/KB6", "k7/8/8/8/8/8/8/KN6", "kq6/8/8/8/8/8/8/KN6",
            "kr6/8/8/8/8/8/8/KB6",
        ] {
            #expect(try #require(ChessPosition(fen: board + " w - - 0 1")).canMate(white: true) == false, "\(board)")
        }
        for board in [
            "k7/8/8/8/8/8/8/KR6", "k7/8/8/8/8/8/P7/K7", "k7/8/8/8/8/8/8/KQ6", "k7/8/8/8/8/8/8/KNN5",
            "k7/8/8/8/8/8/8/KBB5", "k7/8/8/8/8/8/8/KBN5", "k7/1p6/8/8/8/8/8/KN6", "kr6/8/8/8/8/8/8/KN6",
            "kn6/8/8/8/8/8/8/KB6",
        ] {
            #expect(try #require(ChessPosition(fen: board + " w - - 0 1")).canMate(white: true), "\(board)")
        }
        let position = try #require(ChessPosition(fen: "k7/8/8/8/8/8/8/KR6 w - - 0 1"))
        #expect(position.canMate(white: false) == false, "each side for itself")
    }

    @Test func refusesWhatTheRulesForbid() throws {
        var game = try play("")
        #expect(throws: GameError.notYourTurn) { try game.play("e7e5", by: 1, at: 0) }
        #expect(throws: GameError.malformed) { try game.play("e9e5", by: 0, at: 0) }
        #expect(throws: GameError.self) { try game.play("e2e5", by: 0, at: 0) }
        #expect(throws: GameError.options("fen")) { try play("", fen: "8/8/8/8/8/8/8/8 w - - 0 1") }
        let quiet = "7k/8/8/8/8/8/8/R6K w - - "
        for count in ["-1", "150", "9223372036854775807", "many"] {
            #expect(throws: GameError.options("fen"), "\(count)") { try play("", fen: quiet + count + " 1") }
        }
        // Checkmate: there is nothing to be played.
        #expect(throws: GameError.options("fen")) { try play("", fen: "R5k1/5ppp/8/8/8/8/8/4K3 b - - 0 1") }
        // A promotion names its piece.
        var pawn = try play("", fen: "7k/P7/8/8/8/8/8/K7 w - - 0 1")
        #expect(throws: GameError.self) { try pawn.play("a7a8", by: 0, at: 0) }
        try pawn.play("a7a8n", by: 0, at: 0)
        #expect(pawn.position.board[56] == 2)
    }

    @Test func theProgramMatesWhenItCan() throws {
        let game = try play("", fen: "6k1/5ppp/8/8/8/8/8/R3K3 w - - 0 1")
        #expect(game.bestMove(seed: 7) == "a1a8")
        let hanging = try play("", fen: "4k3/8/8/3q4/4P3/8/8/4K3 w - - 0 1")
        #expect(hanging.bestMove(seed: 7) == "e4d5")
    }
}
