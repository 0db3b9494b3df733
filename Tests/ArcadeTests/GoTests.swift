import Foundation
import JSON
import Testing

@testable import Arcade

@Suite struct GoTests {
    private func game(_ options: String = #"{"size":9}"#, _ moves: String = "") throws -> Go {
        var game = try Go(options: try JSONValue.parse(Array(options.utf8)), seed: 1, seats: 2)
        for move in moves.split(separator: " ") {
            try game.play(String(move), by: try #require(game.turn), at: 0)
        }
        return game
    }

    /// Games that GNU Go 3.8 played against itself under Chinese rules, with the stones, prisoners and score that it
    /// found at their end.
    @Test func recordedGamesEndAsRecorded() throws {
        let file = try #require(Bundle.module.url(forResource: "go-games", withExtension: "json"))
        let records = try JSONValue.parse(Array(try Data(contentsOf: file)))
        for record in records.array.map(Array.init) ?? [] {
            let size = try #require(record["size"]?.int)
            var game = try game(#"{"size":\#(size)}"#, try #require(record["moves"]?.string))
            func names(_ key: String) -> [String] { (record[key]?.array.map(Array.init) ?? []).compactMap(\.string) }
            func stones(_ color: Int8) -> Set<String> {
                Set(game.board.stones.indices.filter { game.board.stones[$0] == color }.map(game.name))
            }
            #expect(stones(1) == Set(names("black")))
            #expect(stones(2) == Set(names("white")))
            for stone in names("dead") where !game.dead.contains(try #require(game.point(stone))) {
                try game.play("dead \(stone)", by: 0, at: 0)
            }
            try game.play("agree", by: 0, at: 0)
            #expect(game.outcome == nil, "both must agree")
            try game.play("agree", by: 1, at: 0)
            let outcome = try #require(game.outcome)
            let points = outcome.score.split(separator: ":").compactMap { Double($0) }
            let expected = try #require(record["score"]?.string)
            let margin = points[0] - points[1]
            #expect((margin > 0 ? "B+" : "W+") + String(format: "%.1f", abs(margin)) == expected)
            #expect(outcome.winners == [margin > 0 ? 0 : 1])
        }
    }

    /// How many of all arrangements are legal (every group with a liberty), as Tromp and Farnebäck counted.
    @Test func legalPositionsAreCounted() {
        for (size, expected) in [(1, 1), (2, 57), (3, 12_675)] {
            var board = GoBoard(size: size)
            var legal = 0
            let points = size * size
            var total = 1
            for _ in 0..<points { total *= 3 }
            for code in 0..<total {
                var rest = code
                for point in 0..<points {
                    board.stones[point] = Int8(rest % 3)
                    rest /= 3
                }
                if board.stones.indices.allSatisfy({ board.stones[$0] == 0 || board.hasLiberty($0) }) { legal += 1 }
            }
            #expect(legal == expected)
        }
    }

    @Test func stonesWithoutLibertyAreTaken() throws {
        let game = try game(#"{"size":9}"#, "b1 a1 a2")
        #expect(game.board.stones[0] == 0)
        #expect(throws: GameError.self) {
            var copy = game; try copy.play("a1", by: 1, at: 0)
        }
    }

    @Test func theBoardMayNotBeAsItWas() throws {
        // A ko: White takes at d4 and Black may not take back at once.
        var game = try game(#"{"size":9}"#, "d5 e5 c4 f4 d3 e3 e4 d4")
        #expect(throws: GameError.self) { try game.play("e4", by: 0, at: 0) }
        for move in ["a1", "a9"] { try game.play(move, by: try #require(game.turn), at: 0) }
        try game.play("e4", by: 0, at: 0)
        #expect(game.board.stones[game.point("d4") ?? 0] == 0)
    }

    @Test func deadStonesAreAgreedOn() throws {
        var game = try game(#"{"size":9}"#, "e5 a1 pass pass")
        #expect(game.turn == nil && game.outcome == nil)
        try game.play("dead a1", by: 0, at: 0)
        #expect(game.areas.black == 81)
        try game.play("agree", by: 0, at: 0)
        // A change undoes what was agreed.
        try game.play("dead a1", by: 1, at: 0)
        try game.play("resume", by: 1, at: 0)
        #expect(game.turn == 0 && game.dead.isEmpty)
        #expect(throws: GameError.self) { try game.play("agree", by: 0, at: 0) }
    }

    @Test func optionsAreChecked() throws {
        #expect(throws: GameError.options("size")) { try game(#"{"size":10}"#) }
        #expect(throws: GameError.options("handicap")) { try game(#"{"handicap":1}"#) }
        let handicap = try game(#"{"size":19,"handicap":9}"#)
        #expect(handicap.turn == 1 && handicap.board.stones.count { $0 == 1 } == 9)
        #expect(handicap.board.stones[handicap.point("k10") ?? 0] == 1)
    }

    @Test func theProgramTakesWhatIsToBeHad() throws {

        let game = try game(#"{"size":9}"#, "e5 pass")
        #expect(game.bestMove(seed: 3) == "pass", "Black owns everything and White passed")
    }
}
