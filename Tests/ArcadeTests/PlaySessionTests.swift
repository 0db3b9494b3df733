import JSON
import Testing

@testable import Arcade

@Suite struct PlaySessionTests {
    private func session(
        _ activity: String = "reversi", _ options: String = #"{"side":"first"}"#, isJoint: Bool = true,
        people: [String] = ["hanako", "kenji"]
    ) throws -> PlaySession {
        var session = try PlaySession(
            id: "s1", activity: activity, creator: "hanako", isJoint: isJoint,
            options: try JSONValue.parse(Array(options.utf8)), seed: 7, created: 0)
        for person in people { try session.apply("enter", by: person, at: 1000) }
        return session
    }

    private func view(_ session: PlaySession, for person: String) throws -> JSONValue {
        try JSONValue.parse(session.view(for: person, launch: nil, now: 0) { $0 })
    }

    @Test func beginsWhenTheSecondOneIsThere() throws {
        var session = try session(people: ["hanako"])
        #expect(session.game == nil && session.turn == nil)
        #expect(throws: GameError.self) { try session.apply("move d3", by: "hanako", at: 2000) }
        try session.apply("enter", by: "kenji", at: 2000)
        #expect(session.turn == 0 && session.seats == ["hanako", "kenji"])
        try session.apply("enter", by: "ana", at: 2000)
        #expect(session.seat(of: "ana") == nil, "who finds no seat watches")
        #expect(throws: GameError.self) { try session.apply("move d3", by: "ana", at: 2000) }
        #expect(throws: GameError.notYourTurn) { try session.apply("move d3", by: "kenji", at: 2000) }
    }

    @Test func aloneThePartnerIsTheProgram() throws {
        var session = try session(isJoint: false, people: ["hanako"])
        #expect(session.seats == ["hanako", PlaySession.program])
        try session.apply("move d3", by: "hanako", at: 2000)
        #expect(session.isProgramsTurn)
        // The program takes back without being asked.
        try session.apply("undo", by: "hanako", at: 3000)
        #expect(session.turn == 0 && !session.isProgramsTurn)
    }

    @Test func movesAreTakenBackByAgreement() throws {
        var session = try session()
        for (move, person) in [("d3", "hanako"), ("c3", "kenji"), ("c4", "hanako")] {
            try session.apply("move \(move)", by: person, at: 2000)
        }
        try session.apply("undo", by: "hanako", at: 3000)
        #expect(throws: GameError.self) { try session.apply("yes", by: "hanako", at: 3000) }
        try session.apply("no", by: "kenji", at: 3000)
        #expect(session.turn == 1)
        try session.apply("undo", by: "kenji", at: 3000)
        try session.apply("yes", by: "hanako", at: 3000)
        #expect(session.turn == 1, "back to before Kenji's move")
        try session.apply("move c3", by: "kenji", at: 4000)
        #expect(session.offer == nil)
    }

    @Test func drawsAndResignations() throws {
        var chess = try session("chess")
        try chess.apply("draw", by: "hanako", at: 2000)
        try chess.apply("yes", by: "kenji", at: 2000)
        #expect(chess.outcome == Outcome(winners: [], reason: "agreement"))
        var reversi = try session()
        #expect(throws: GameError.self) { try reversi.apply("draw", by: "hanako", at: 2000) }
        try reversi.apply("resign", by: "hanako", at: 2000)
        #expect(reversi.outcome == Outcome(winners: [1], reason: "resignation"))
        #expect(throws: GameError.isOver) { try reversi.apply("move d3", by: "hanako", at: 2000) }
        // Once more, with the sides changed.
        try reversi.apply("rematch", by: "hanako", at: 2000)
        #expect(reversi.outcome != nil)
        try reversi.apply("rematch", by: "kenji", at: 2000)
        #expect(reversi.outcome == nil && reversi.seats == ["kenji", "hanako"])
    }

    @Test func clocksRunOut() throws {
        var session = try session("chess", #"{"side":"first","clock_ms":60000,"increment_ms":1000}"#)
        #expect(session.deadline == 61_000)
        try session.apply("move e2e4", by: "hanako", at: 11_000)
        #expect(session.clock?.remaining == [51_000, 60_000] && session.deadline == 71_000)
        // A move that comes too late does not count, whatever the timer did.
        #expect(throws: GameError.isOver) { try session.apply("move e7e5", by: "kenji", at: 71_000) }
        try session.apply("time", by: PlaySession.arcade, at: 71_000)
        #expect(session.outcome == Outcome(winners: [0], reason: "time"))
        #expect(throws: GameError.self) { try session.apply("time", by: "kenji", at: 71_000) }
    }

    @Test func timeAloneDoesNotWinForWhoCannotMate() throws {
        for (board, winners) in [("k7/8/8/8/8/8/8/KR6", [Int]()), ("k7/1p6/8/8/8/8/8/KR6", [1])] {
            let options = #"{"side":"first","clock_ms":60000,"fen":"\#(board) w - - 0 1"}"#
            var session = try session("chess", options)
            try session.apply("time", by: PlaySession.arcade, at: 61_000)
            #expect(session.outcome == Outcome(winners: winners, reason: "time"), "\(board)")
        }
    }

    @Test func aMoveThatComesTooLateChangesNothing() throws {
        var session = try session("chess", #"{"side":"first","clock_ms":60000}"#)
        #expect(throws: GameError.isOver) { try session.apply("move e2e4", by: "hanako", at: 90_000) }
        #expect(session.outcome == nil && session.deadline == 61_000, "the timer's entry ends it")
        try session.apply("time", by: PlaySession.arcade, at: 90_000)
        #expect(session.outcome == Outcome(winners: [1], reason: "time"))
    }

    @Test func markingTakesNoTime() throws {
        var session = try session("go", #"{"side":"first","size":9,"clock_ms":60000,"increment_ms":1000}"#)
        try session.apply("move pass", by: "hanako", at: 2000)
        try session.apply("move pass", by: "kenji", at: 3000)
        #expect(session.turn == nil && session.deadline == nil)
        let remaining = try #require(session.clock?.remaining)
        // Nothing is gained by it, either.
        try session.apply("move agree", by: "hanako", at: 50_000)
        #expect(session.clock?.remaining == remaining)
        try session.apply("move resume", by: "kenji", at: 60_000)
        #expect(session.turn == 0 && session.clock?.running == 0)
        try session.apply("undo", by: "kenji", at: 60_000)
        #expect(session.clock?.running == 0)
        try session.apply("yes", by: "hanako", at: 60_000)
        #expect(session.turn == nil && session.deadline == nil, "back to the marking")
    }

    @Test func theProgramAgreesToTheCounting() throws {
        var session = try session("go", #"{"side":"first","size":9}"#, isJoint: false, people: ["hanako"])
        try session.apply("move pass", by: "hanako", at: 2000)
        try session.apply("move pass", by: PlaySession.program, at: 2000)
        let marking = try #require(session.game as? any SearchableGame)
        #expect(session.isProgramsTurn && marking.bestMove(seed: 1) == nil, "there is nothing to agree to yet")
        try session.apply("move agree", by: "hanako", at: 3000)
        let asked = try #require(session.game as? any SearchableGame)
        #expect(session.isProgramsTurn && asked.bestMove(seed: 1) == "agree")
        try session.apply("move agree", by: PlaySession.program, at: 3000)
        #expect(session.outcome != nil && !session.isProgramsTurn)
    }

    @Test func nobodyPlaysAgainstWhoLeft() throws {
        var session = try session()
        try session.apply("resign", by: "hanako", at: 2000)
        try session.apply("leave", by: "kenji", at: 2000)
        try session.apply("rematch", by: "hanako", at: 2000)
        #expect(session.outcome != nil)
        try session.apply("enter", by: "kenji", at: 3000)
        try session.apply("rematch", by: "kenji", at: 3000)
        #expect(session.outcome == nil)
    }

    @Test func itIsWhatItsEntriesMadeOfIt() throws {
        let entries = [
            ("move d3", "hanako"), ("move c3", "kenji"), ("undo", "kenji"), ("yes", "hanako"), ("move e3", "kenji"),
            ("leave", "hanako"), ("enter", "hanako"),
        ]
        var once = try session()
        var again = try session()
        for (text, person) in entries { try once.apply(text, by: person, at: 5000) }
        for (text, person) in entries { try again.apply(text, by: person, at: 5000) }
        #expect(try view(once, for: "kenji").bytes == view(again, for: "kenji").bytes)
        #expect(once.count == 9)
    }

    // MARK: Drawing and viewing

    @Test func onlyWhoDrawsKnowsTheWord() throws {
        var session = try session("drawing", "{}", people: ["hanako", "kenji", "ana"])
        let hanako = try view(session, for: "hanako")["game"]
        #expect(hanako?["offered"]?.array?.count == 3)
        #expect(try view(session, for: "kenji")["game"]?["offered"] == nil)
        try session.apply("move word 1", by: "hanako", at: 2000)
        let word = try #require(try view(session, for: "hanako")["game"]?["word"]?.string)
        #expect(try view(session, for: "kenji")["game"]?["word"] == nil)
        #expect(throws: GameError.notYourTurn) { try session.apply("move line 0 4 1,1 2,2", by: "kenji", at: 2000) }
        try session.apply("move line 0 4 1,1 2,2", by: "hanako", at: 2000)
        #expect(throws: GameError.malformed) { try session.apply("move line 0 4 1,1 2,2000", by: "hanako", at: 2000) }
        #expect(throws: GameError.self) { try session.apply("move guess \(word)", by: "hanako", at: 2000) }
        try session.apply("move guess \(word.uppercased())", by: "kenji", at: 2000)
        #expect(try view(session, for: "kenji")["game"]?["word"]?.string == word)
        try session.apply("move guess nonsense", by: "ana", at: 3000)
        try session.apply("move guess \(word)", by: "ana", at: 47_000)
        let scores = try view(session, for: "ana")["game"]?["scores"]?.array.map { $0.map(\.int) }
        #expect(scores == [4, 10, 6])
        // The next one draws; who does not choose in time has a word chosen.
        #expect(try view(session, for: "kenji")["game"]?["offered"]?.array?.count == 3)
        try session.apply("time", by: PlaySession.arcade, at: 47_000 + 15_000)
        #expect(try view(session, for: "kenji")["game"]?["word"] != nil)
    }

    @Test func viewingIsInStep() throws {
        var session = try session("viewing", "{}")
        #expect(throws: GameError.self) { try session.apply("move play", by: "hanako", at: 2000) }
        #expect(throws: GameError.self) { try session.apply("move add video javascript:x", by: "kenji", at: 2000) }
        try session.apply("move add video https://example.org/a.mp4 A film", by: "kenji", at: 2000)
        try session.apply("move play", by: "hanako", at: 3000)
        try session.apply("move pause", by: "kenji", at: 5500)
        let game = try view(session, for: "hanako")["game"]
        #expect(game?["position_ms"]?.int == 2500 && game?["playing"]?.bool == false)
        try session.apply("move seek 60000", by: "hanako", at: 6000)
        try session.apply("move lead", by: "hanako", at: 6000)
        #expect(throws: GameError.notYourTurn) { try session.apply("move play", by: "kenji", at: 6000) }
        try session.apply("move share", by: "hanako", at: 6000)
        try session.apply("move play", by: "kenji", at: 7000)
        #expect(try view(session, for: "kenji")["game"]?["at_ts"]?.int == 7000)
        // Nobody is left without a say when the one who leads goes.
        try session.apply("move lead", by: "hanako", at: 8000)
        try session.apply("leave", by: "hanako", at: 8000)
        try session.apply("move pause", by: "kenji", at: 9000)
    }
}
