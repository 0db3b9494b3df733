import JSON
import Testing

@testable import ClientKit

/// A member's way through a second server, as its client goes it.
@MainActor @Suite(.timeLimit(.minutes(1))) struct ArcadeVisitTests {
    private let arcade = ScriptedArcade()
    private let clock = DrivenConnectionClock()
    private let server = SecondServer(
        name: "arcade", title: "Arcade", url: "https://arcade.test/", isRefused: false, isUsed: false)

    /// Counts log-ins; the token is asked for again once it was forgotten.
    private final class Logins {
        var count = 0
        var known: (ArcadeClient, ArcadeClient.Login)?
    }

    private let logins = Logins()

    private func visit(joining: SessionCard? = nil) -> ArcadeVisit {
        let (arcade, server, logins) = (arcade, server, logins)
        return ArcadeVisit(
            server, .reversi, wanted: ["@kenji:x"], joining: joining, options: ArcadeOptions(), clock: clock,
            logIn: {
                if let known = logins.known { return known }
                logins.count += 1
                let proof = try JSONValue.parse(Array("{}".utf8))
                let login = try await ArcadeClient(url: server.url, transport: arcade).logIn(proof)
                let made = (ArcadeClient(url: server.url, transport: arcade, token: login.token), login)
                logins.known = made
                return made
            }, forgetLogin: { logins.known = nil })
    }

    /// Waits until what the visit knows is so.
    private func until(_ visit: ArcadeVisit, _ condition: @escaping @MainActor (ArcadeVisit) -> Bool) async {
        final class Owner {}
        let owner = Owner()
        await withCheckedContinuation { continuation in
            if condition(visit) { return continuation.resume() }
            var isDone = false
            visit.changes.observe(owner) { _ in
                guard !isDone, condition(visit) else { return }
                isDone = true
                continuation.resume()
            }
        }
        visit.changes.stop(owner)
    }

    @Test func itLogsInListensAndThenAsksToBeLetIn() async {
        let visit = visit()
        visit.start()
        await until(visit) { $0.isConnected }
        #expect(
            arcade.asked == [
                "api/login {}", "api/events ", #"api/connect {"activity":"reversi","options":{"language":"en"}}"#,
            ])
        arcade.tell(
            #"{"activity":"reversi","place":"choosing","prompt":7,"people":[{"id":"@kenji:x","name":"Kenji"}]}"#)
        await until(visit) { $0.question == 7 }
        #expect(visit.place == .choosing(prompt: 7, people: [ArcadePerson(id: "@kenji:x", name: "Kenji")]))
        visit.leave()
        await arcade.until { $0.last == #"api/leave {"activity":"reversi"}"# }
    }

    @Test func answersGoToTheQuestionThatWasPutAndOnlyOnce() async throws {
        let visit = visit()
        visit.start()
        await until(visit) { $0.isConnected }
        arcade.tell(
            #"{"activity":"reversi","place":"choosing","prompt":7,"people":[{"id":"@kenji:x","name":"Kenji"}]}"#)
        await until(visit) { $0.question == 7 }
        var options = ArcadeOptions()
        options.side = .first
        options.clock = .init(time: 180_000, increment: 2000)
        try await visit.answer(.together(people: ["@kenji:x"], enterDirectly: false, options))
        #expect(visit.question == nil)
        #expect(
            arcade.asked.last
                == #"api/answer {"activity":"reversi","prompt":7,"answer":"accept","people":["@kenji:x"],"direct":false,"#
                + #""options":{"language":"en","side":"first","clock_ms":180000,"increment_ms":2000}}"#)
        arcade.tell(#"{"activity":"reversi","place":"joint","session":"s1"}"#)
        arcade.tell(#"{"session":"s1","activity":"reversi","state":"waiting","expected":["Kenji"],"n":1}"#)
        await until(visit) { $0.view?.expected == ["Kenji"] }
        // Of another session, or another game: nothing of this one.
        arcade.tell(#"{"session":"s2","activity":"reversi","state":"over","n":9}"#)
        arcade.tell(#"{"session":"s1","activity":"chess","state":"over","n":9}"#)
        arcade.tell(#"{"session":"s1","activity":"reversi","state":"playing","turn":0,"seat":0,"n":2}"#)
        await until(visit) { $0.view?.state != .waiting }
        #expect(visit.view?.state == .playing && visit.view?.turn == 0)
        visit.leave()
    }

    @Test func whoFollowsACardIsNotAskedAgainUnlessItIsAnotherSession() async {
        let card = SessionCard(
            kind: .card, server: "arcade", sessionID: "s1", activity: .reversi, text: "", people: ["@hanako:x"])
        let visit = visit(joining: card)
        visit.start()
        await until(visit) { $0.isConnected }
        arcade.tell(#"{"activity":"reversi","place":"invited","prompt":3,"from":"Ana","session":"s9"}"#)
        await until(visit) { $0.question == 3 }
        #expect(!arcade.asked.contains { $0.hasPrefix("api/answer") })
        arcade.tell(#"{"activity":"reversi","place":"invited","prompt":4,"from":"Kenji","session":"s1"}"#)
        await arcade.until { $0.last == #"api/answer {"activity":"reversi","prompt":4,"answer":"accept"}"# }
        visit.leave()
    }

    @Test func whoWasNotAskedWatches() async {
        let card = SessionCard(
            kind: .card, server: "arcade", sessionID: "s1", activity: .reversi, text: "", people: ["@kenji:x"])
        let visit = visit(joining: card)
        visit.start()
        await until(visit) { $0.isConnected }
        #expect(arcade.asked.last == #"api/watch {"session":"s1"}"#)
        visit.leave()
        // What is over is no reason to be left with nothing.
        arcade.refuse("api/watch", with: 404)
        let later = self.visit(joining: card)
        later.start()
        await until(later) { $0.isConnected }
        #expect(arcade.asked.last?.hasPrefix("api/connect") == true)
        later.leave()
    }

    @Test func aStreamThatBreaksIsOpenedAgainAndATokenThatEndedIsRenewed() async {
        let visit = visit()
        visit.start()
        await until(visit) { $0.isConnected }
        arcade.refuse("api/events", with: 401)
        arcade.breakOff()
        await until(visit) { !$0.isConnected }
        #expect(visit.problem as? TransportError == .cut)
        await clock.advanceToNextSleeper()
        await until(visit) { ($0.problem as? MatrixClientError)?.status == 401 }
        arcade.refuse("api/events", with: nil)
        await clock.advanceToNextSleeper()
        await until(visit) { $0.isConnected }
        #expect(logins.count == 2 && visit.problem == nil)
        visit.leave()
    }

    @Test func aServerThatDoesNotAnswerIsSaidAndTriedAgain() async {
        arcade.refuse("api/login", with: 0)
        let visit = visit()
        visit.start()
        await until(visit) { $0.problem != nil }
        #expect(visit.problem as? TransportError == .cannotConnect(host: "arcade.test"))
        arcade.refuse("api/login", with: nil)
        await clock.advanceToNextSleeper()
        await until(visit) { $0.isConnected }
        visit.leave()
    }

    @Test func thePageIsToldWhoItIsBehindTheSignThatNoServerSees() async {
        let visit = visit()
        #expect(visit.address(language: "ja") == nil)
        visit.start()
        await until(visit) { $0.isConnected }
        #expect(
            visit.address(language: "ja")
                == "https://arcade.test/#reversi&token=secret&id=%40hanako%3Ax&name=Hanako&language=ja&inside")
        visit.leave()
    }
}

/// What is read of messages and answers that others wrote.
@Suite struct ArcadeValueTests {
    private func value(_ text: String) throws -> JSONValue { try JSONValue.parse(Array(text.utf8)) }

    @Test func cardsAreReadAndNothingElseIsOne() throws {
        let card = try value(
            """
            {"msgtype":"m.text","body":"x","m.mentions":{"user_ids":["@kenji:x"]},"mado.session":{"kind":"card",
            "server":"arcade","session_id":"s1","activity":"go","text":"Hanako waits","link":"https://evil.test/"}}
            """)
        #expect(
            SessionCard(content: card)
                == SessionCard(
                    kind: .card, server: "arcade", sessionID: "s1", activity: .go, text: "Hanako waits",
                    people: ["@kenji:x"]))
        #expect(TimelineReader.messageContent(card) == .session(try #require(SessionCard(content: card))))
        for text in [
            #"{"msgtype":"m.text","body":"x"}"#, #"{"mado.session":7}"#,
            #"{"mado.session":{"kind":"card","server":"a","session_id":"s","activity":"roulette"}}"#,
            #"{"mado.session":{"kind":"order","server":"a","session_id":"s","activity":"go"}}"#,
        ] {
            #expect(SessionCard(content: try value(text)) == nil)
        }
    }

    @Test func serversWithoutAnAddressAreLeftOut() throws {
        let list = SecondServer.list(
            try value(
                """
                {"servers":[{"name":"a","title":"A","url":"https://a.test/","refused":true},{"name":"b","url":"file:///"},
                {"name":"c","url":"https://c.test"}]}
                """))
        #expect(
            list == [SecondServer(name: "a", title: "A", url: "https://a.test/", isRefused: true, isUsed: false)])
        #expect(SecondServer.list(try value("{}")) == nil)
    }
}
