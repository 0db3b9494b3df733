import JSON
import Testing

@testable import Arcade

@Suite struct ReversiTests {
    private func game(_ moves: String = "") throws -> Reversi {
        var game = try Reversi(options: .emptyOptions, seed: 1, seats: 2)
        for move in moves.split(separator: " ") {
            try game.play(String(move), by: try #require(game.turn), at: 0)
        }
        return game
    }

    private func count(_ game: Reversi, _ depth: Int) -> Int {
        guard depth > 0, let turn = game.turn else { return 1 }
        let moves = Reversi.moves(own: game.discs[turn], other: game.discs[1 - turn])
        return Reversi.squares(moves).reduce(0) { sum, square in
            var next = game
            next.place(square, Reversi.flips(square, own: game.discs[turn], other: game.discs[1 - turn]), by: turn)
            return sum + count(next, depth - 1)
        }
    }

    /// The known numbers of games of so many moves.
    @Test func movesAreCounted() throws {
        for (depth, expected) in [4, 12, 56, 244, 1396, 8200].enumerated() {
            #expect(count(try game(), depth + 1) == expected)
        }
    }

    /// The shortest game in which White loses everything.
    @Test func theShortestWipeOutIsOver() throws {
        let game = try game("e6 f4 e3 f6 g5 d6 e7 f5 c5")
        #expect(game.turn == nil)
        #expect(game.outcome == Outcome(winners: [0], reason: "score", score: "13:0"))
    }

    @Test func refusesWhatTheRulesForbid() throws {
        var game = try game()
        #expect(throws: GameError.notYourTurn) { try game.play("d3", by: 1, at: 0) }
        #expect(throws: GameError.malformed) { try game.play("i3", by: 0, at: 0) }
        #expect(throws: GameError.self) { try game.play("a1", by: 0, at: 0) }
        #expect(throws: GameError.self) { try game.play("d4", by: 0, at: 0) }
    }

    /// The program against itself: to the end, by the rules, and the corner when it is to be had.
    @Test func theProgramPlaysToTheEnd() throws {
        var game = try game()
        var moves = 0
        while let turn = game.turn, moves < 24 {
            try game.play(try #require(game.bestMove(seed: UInt64(moves))), by: turn, at: 0)
            moves += 1
        }
        #expect(moves == 24 || game.outcome != nil)
        #expect((game.discs[0] & game.discs[1]) == 0)
    }
}

extension JSONValue {
    /// `{}`
    static var emptyOptions: JSONValue {
        guard let value = try? JSONValue.parse(Array("{}".utf8)) else { preconditionFailure("{} does not parse") }
        return value
    }
}
