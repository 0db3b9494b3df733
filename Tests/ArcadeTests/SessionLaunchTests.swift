import Testing

@testable import Arcade

/// The flow of EP 2587748, step by step; see docs/session-launch.md.
@Suite struct SessionLaunchTests {
    private typealias Seat = SessionLaunch.Seat
    private let hanako = SessionLaunch.Seat("hanako", "reversi")
    private let kenji = SessionLaunch.Seat("kenji", "reversi")
    private let ana = SessionLaunch.Seat("ana", "reversi")

    /// A launch and what it said to do.
    private struct Run {
        var launch = SessionLaunch()
        var ids = 0

        @discardableResult
        mutating func handle(_ input: SessionLaunch.Input) -> [SessionLaunch.Action] {
            handleRefusal(input).actions
        }

        mutating func handleRefusal(
            _ input: SessionLaunch.Input
        ) -> (actions: [SessionLaunch.Action], refusal: SessionLaunch.Refusal?) {
            var ids = ids
            let result = launch.handle(input) {
                ids += 1
                return "s\(ids)"
            }
            self.ids = ids
            return result
        }

        func prompt(_ seat: Seat) -> Int { launch.prompt(of: seat) ?? -1 }

        mutating func accept(_ seat: Seat, _ people: [String] = [], direct: Bool = false) -> [SessionLaunch.Action] {
            handle(.accept(seat, prompt: prompt(seat), people: people, direct: direct))
        }

        mutating func refuse(_ seat: Seat) -> [SessionLaunch.Action] { handle(.refuse(seat, prompt: prompt(seat))) }

        /// Hanako waits for these.
        static func waiting(_ hanako: Seat, for people: [String], direct: Bool = false) -> Run {
            var run = Run()
            run.handle(.connect(hanako))
            run.handle(.answered(hanako, people: people))
            _ = run.accept(hanako, people, direct: direct)
            return run
        }
    }

    /// Steps 204 to 210.
    @Test func whoTalksIsAskedAndWaits() {
        var run = Run()
        #expect(run.handle(.connect(hanako)) == [.ask(hanako)])
        #expect(
            run.handle(.answered(hanako, people: ["kenji"]))
                == [.promptToBegin(hanako, people: ["kenji"], prompt: 1)])
        let actions = run.accept(hanako, ["kenji"])
        guard case .createJoint(let session) = actions.first else { return #expect(Bool(false)) }
        #expect(session.pending == ["kenji"] && session.members == ["hanako"] && !session.wasOpened)
        #expect(actions.dropFirst() == [.sendCards(session: "s1", from: "hanako", to: ["kenji"])])
        #expect(run.launch.places[hanako] == .joint(session: "s1"))
    }

    /// Step 303 to 304: nobody is in conversation, or nobody is ready.
    @Test func whoTalksWithNobodyIsAlone() {
        var run = Run()
        run.handle(.connect(hanako))
        #expect(run.handle(.answered(hanako, people: [])) == [.beginStandard(hanako, session: "s1")])
    }

    /// Step 305, refusal.
    @Test func whoRefusesIsAlone() {
        var run = Run()
        run.handle(.connect(hanako))
        run.handle(.answered(hanako, people: ["kenji"]))
        #expect(run.refuse(hanako) == [.beginStandard(hanako, session: "s1")])
    }

    /// Step 207, variant: with people who are not in conversation with one.
    @Test func whoWantsOthersMeetsThem() {
        var run = Run()
        for seat in [hanako, kenji] {
            run.handle(.connect(seat))
            run.handle(.answered(seat, people: ["maria"]))
        }
        let first = run.handle(.acceptOthers(hanako, prompt: run.prompt(hanako)))
        guard case .createJoint(let session) = first.first else { return #expect(Bool(false)) }
        #expect(session.isForOthers && first.count == 1, "nobody gets a card")
        #expect(
            run.handle(.acceptOthers(kenji, prompt: run.prompt(kenji)))
                == [.enter(kenji, session: session.id), .changed(session: session.id)])
    }

    /// Steps 211 to 214, 307 to 309.
    @Test func theSecondOneIsAskedAndJoins() {
        var run = Run.waiting(hanako, for: ["kenji"])
        #expect(
            run.handle(.connect(kenji))
                == [.promptToJoin(kenji, session: "s1", creator: "hanako", prompt: run.prompt(kenji))])
        #expect(run.accept(kenji) == [.enter(kenji, session: "s1"), .changed(session: "s1")])
        #expect(run.launch.sessions["s1"]?.members == ["hanako", "kenji"])
    }

    /// Steps 212 and 308, refusal by the only one who was expected.
    @Test func waitingForNobodyBecomesAStandardSession() {
        var run = Run.waiting(hanako, for: ["kenji"])
        run.handle(.connect(kenji))
        #expect(
            run.refuse(kenji) == [
                .beginStandard(kenji, session: "s2"), .end(session: "s1"), .beginStandard(hanako, session: "s3"),
            ])
        #expect(run.launch.sessions.isEmpty)
    }

    /// Step 212, refusal by one of several.
    @Test func waitingForOthersGoesOn() {
        var run = Run.waiting(hanako, for: ["kenji", "ana"])
        run.handle(.connect(kenji))
        #expect(run.refuse(kenji) == [.beginStandard(kenji, session: "s2"), .changed(session: "s1")])
        #expect(run.launch.places[hanako] == .joint(session: "s1"))
        run.handle(.connect(ana))
        #expect(run.accept(ana).contains(.enter(ana, session: "s1")))
    }

    /// Step 212, variant: led to the session without being asked.
    @Test func directlyMeansWithoutAQuestion() {
        var run = Run.waiting(hanako, for: ["kenji"], direct: true)
        #expect(run.handle(.connect(kenji)) == [.enter(kenji, session: "s1"), .changed(session: "s1")])
        // Also one who was about to begin by himself.
        var other = Run()
        other.handle(.connect(kenji))
        other.handle(.answered(kenji, people: ["hanako"]))
        other.handle(.connect(hanako))
        other.handle(.answered(hanako, people: ["kenji"]))
        #expect(other.accept(hanako, ["kenji"], direct: true).contains(.enter(kenji, session: "s1")))
    }

    /// The second one connects before the first, and while that one creates.
    @Test func creatingStopsAndBecomesAPrompt() {
        var run = Run()
        run.handle(.connect(kenji))
        run.handle(.answered(kenji, people: ["hanako"]))
        let old = run.prompt(kenji)
        run.handle(.connect(hanako))
        run.handle(.answered(hanako, people: ["kenji"]))
        let actions = run.accept(hanako, ["kenji"])
        let prompt = SessionLaunch.Action.promptToJoin(
            kenji, session: "s1", creator: "hanako", prompt: run.prompt(kenji))
        #expect(actions.last == prompt)
        // What Kenji said to the prompt before does not count: he is asked the new one.
        let late = run.handleRefusal(.accept(kenji, prompt: old, people: ["hanako"], direct: false))
        #expect(late.refusal == .stale && late.actions == [prompt])
        #expect(run.launch.sessions.count == 1)
    }

    @Test func theWaitingScreenCanBeLeft() {
        var run = Run.waiting(hanako, for: ["kenji"])
        run.handle(.connect(kenji))
        #expect(
            run.handle(.leave(hanako)) == [.leave(hanako, session: "s1"), .end(session: "s1"), .ask(kenji)])
        #expect(run.launch.places == [kenji: .asking])
    }

    @Test func whoLeavesReturns() {
        var run = Run.waiting(hanako, for: ["kenji"])
        run.handle(.connect(kenji))
        _ = run.accept(kenji)
        #expect(run.handle(.leave(hanako)) == [.leave(hanako, session: "s1"), .changed(session: "s1")])
        #expect(run.handle(.connect(hanako)) == [.enter(hanako, session: "s1"), .changed(session: "s1")])
        // Not to what is over.
        run.handle(.finished(session: "s1", isOver: true))
        run.handle(.leave(hanako))
        #expect(run.handle(.connect(hanako)) == [.ask(hanako)])
        #expect(run.handle(.leave(kenji)).contains(.end(session: "s1")))
    }

    /// What ends after all have left is gone.
    @Test func whatEndsWithoutAnybodyIsGone() {
        var run = Run.waiting(hanako, for: ["kenji"])
        run.handle(.connect(kenji))
        _ = run.accept(kenji)
        run.handle(.leave(hanako))
        run.handle(.leave(kenji))
        #expect(run.launch.sessions["s1"] != nil, "they may return")
        #expect(run.handle(.finished(session: "s1", isOver: true)) == [.end(session: "s1")])
        #expect(run.launch.sessions.isEmpty)
    }

    @Test func whoHadNoSeatIsNotBroughtBack() {
        var run = Run.waiting(hanako, for: ["kenji", "ana"])
        for seat in [kenji, ana] {
            run.handle(.connect(seat))
            _ = run.accept(seat)
        }
        run.handle(.leave(ana, mayReturn: false))
        #expect(run.handle(.connect(ana)) == [.ask(ana)])
    }

    @Test func waitingInVainPutsOutWhoLooksOn() {
        var run = Run.waiting(hanako, for: ["kenji"])
        run.handle(.watch(ana, session: "s1"))
        run.handle(.connect(kenji))
        #expect(run.refuse(kenji).contains(.withdraw(ana)))
        #expect(run.launch.places[ana] == nil && run.launch.sessions.isEmpty)
        #expect(run.launch.places[hanako] == .standard(session: "s3"))
    }

    /// The first session ends: who chooses is asked anew, who plays goes on.
    @Test func theFirstSessionMayEnd() {
        var choosing = Run()
        choosing.handle(.connect(hanako))
        choosing.handle(.answered(hanako, people: ["kenji"]))
        #expect(choosing.handle(.answered(hanako, people: [])) == [.beginStandard(hanako, session: "s1")])
        var playing = Run.waiting(hanako, for: ["kenji"])
        playing.handle(.connect(kenji))
        _ = playing.accept(kenji)
        let before = playing.launch
        #expect(playing.handle(.answered(hanako, people: [])).isEmpty && playing.launch == before)
    }

    /// Not in the source: who was not asked looks on, is waited for by nobody, and is put out when it ends.
    @Test func whoWasNotAskedLooksOn() {
        var run = Run.waiting(hanako, for: ["kenji"])
        #expect(
            run.handle(.watch(ana, session: "s1")) == [.watch(ana, session: "s1"), .changed(session: "s1")])
        #expect(run.launch.places[ana] == .joint(session: "s1"))
        #expect(run.launch.sessions["s1"]?.members == ["hanako"] && run.launch.sessions["s1"]?.wasOpened == false)
        #expect(run.handle(.watch(ana, session: "s1")) == [.enter(ana, session: "s1")])
        #expect(run.handle(.leave(ana)) == [.leave(ana, session: "s1"), .changed(session: "s1")])
        run.handle(.watch(ana, session: "s1"))
        // The one who waits leaves: there is nothing to see any more.
        #expect(run.handle(.leave(hanako)).contains(.withdraw(ana)))
        #expect(run.launch.places.isEmpty && run.launch.sessions.isEmpty)
        #expect(run.handleRefusal(.watch(ana, session: "s1")).refusal == .notInvited)
    }

    @Test func whoWasAskedAndComesToWatchPlays() {
        var run = Run.waiting(hanako, for: ["kenji"])
        #expect(run.handle(.watch(kenji, session: "s1")).contains(.enter(kenji, session: "s1")))
        #expect(run.launch.sessions["s1"]?.members == ["hanako", "kenji"])
        // Another activity's session is none of this one's.
        #expect(
            run.handleRefusal(.watch(SessionLaunch.Seat("ana", "chess"), session: "s1")).refusal == .notInvited)
    }

    @Test func watchersAreKeptOverARestart() throws {
        var run = Run.waiting(hanako, for: ["kenji"])
        run.handle(.watch(ana, session: "s1"))
        let kept = try #require(run.launch.sessions["s1"])
        let read = try #require(
            SessionLaunch.JointSession(id: "s1", activity: "reversi", creator: "hanako", json: kept.json))
        #expect(read == kept)
        var again = SessionLaunch()
        again.restore(joint: [read], standard: [])
        #expect(again.places == run.launch.places)
    }

    @Test func anotherDeviceSeesTheSame() {
        var run = Run.waiting(hanako, for: ["kenji"])
        #expect(run.handle(.connect(hanako)) == [.enter(hanako, session: "s1")])
        let prompt = run.handle(.connect(kenji))
        #expect(run.handle(.connect(kenji)) == prompt)
    }

    /// Who plays alone and follows the card is asked, and comes back where they decline.
    @Test func theCardLeadsThereFromAStandardSession() {
        var run = Run()
        run.handle(.connect(kenji))
        run.handle(.answered(kenji, people: []))
        run.handle(.connect(hanako))
        run.handle(.answered(hanako, people: ["kenji", "ana"]))
        _ = run.accept(hanako, ["kenji", "ana"])
        #expect(run.launch.places[kenji] == .standard(session: "s1"), "nobody is torn out of what they do")
        let asked = run.handle(.connect(kenji))
        #expect(asked == [.promptToJoin(kenji, session: "s2", creator: "hanako", prompt: run.prompt(kenji))])
        #expect(run.refuse(kenji) == [.enter(kenji, session: "s1"), .changed(session: "s2")])
        run.handle(.connect(ana))
        _ = run.accept(ana)
        var other = Run()
        other.handle(.connect(kenji))
        other.handle(.answered(kenji, people: []))
        other.handle(.connect(hanako))
        other.handle(.answered(hanako, people: ["kenji"]))
        _ = other.accept(hanako, ["kenji"])
        other.handle(.connect(kenji))
        #expect(
            other.accept(kenji) == [.enter(kenji, session: "s2"), .changed(session: "s2"), .end(session: "s1")])
    }

    @Test func activitiesAreApart() {
        var run = Run.waiting(hanako, for: ["kenji"])
        let chess = SessionLaunch.Seat("kenji", "chess")
        #expect(run.handle(.connect(chess)) == [.ask(chess)])
    }

    @Test func onlyThoseOfThePromptAreInvited() {
        var run = Run()
        run.handle(.connect(hanako))
        run.handle(.answered(hanako, people: ["kenji"]))
        let result = run.handleRefusal(
            .accept(hanako, prompt: run.prompt(hanako), people: ["ana"], direct: false))
        #expect(result.refusal == .notInvited && run.launch.sessions.isEmpty)
    }

    @Test func whatWasKeptGoesOn() throws {
        var run = Run.waiting(hanako, for: ["kenji", "ana"])
        run.handle(.connect(kenji))
        _ = run.accept(kenji)
        let session = try #require(run.launch.sessions["s1"])
        let read = try #require(
            SessionLaunch.JointSession(id: "s1", activity: "reversi", creator: "hanako", json: session.json))
        #expect(read == session)
        var restarted = Run()
        restarted.launch.restore(joint: [read], standard: [(seat: SessionLaunch.Seat("maria", "go"), session: "s9")])
        #expect(restarted.handle(.connect(kenji)) == [.enter(kenji, session: "s1")])
        #expect(
            restarted.handle(.connect(ana)).first == .promptToJoin(ana, session: "s1", creator: "hanako", prompt: 1))
    }
}
