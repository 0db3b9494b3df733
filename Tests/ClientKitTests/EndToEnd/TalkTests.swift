import Testing

@testable import ClientKit

/// Two clients talk by a real server.
@Suite(.serialized, .timeLimit(.minutes(2))) @MainActor struct TalkTests {
    private let pair: TestPair
    private let server: MadoProcess
    private let hanako: TestMember
    private let kenji: TestMember

    init() async throws {
        pair = try await TestPair()
        (server, hanako, kenji) = (pair.server, pair.hanako, pair.kenji)
    }

    @Test func aChatRequestIsSeenAcceptedAndTalkedIn() async throws {
        let asked = try await hanako.account.ask(["@kenji:localhost"], line: "A minute?")
        guard case .waiting(let people) = asked.requestState else {
            Issue.record("not waiting: \(asked.requestState)")
            return
        }
        #expect(people.map(\.userID) == ["@kenji:localhost"])
        #expect(asked.isDirect)
        try await kenji.until { !kenji.account.requests.isEmpty }
        let request = kenji.account.requests[0]
        #expect(request.from.userID == "@hanako:localhost")
        #expect(request.line == "A minute?")
        #expect(request.isDirect)
        let accepted = try await kenji.account.accept(request)
        #expect(kenji.account.requests.isEmpty)
        try await hanako.until { asked.requestState == .none }
        await accepted.open()
        await asked.open()
        try await kenji.until { accepted.texts == ["A minute?"] }
        #expect(accepted.isDirect)
        #expect(kenji.conversation(with: "hanako") === accepted)
        #expect(kenji.account.contacts.map(\.userID) == ["@hanako:localhost"])
        accepted.send(text: "Of **course**")
        try await hanako.until { asked.texts.contains("Of **course**") }
        guard case .text(_, let html) = asked.items.last?.content else {
            Issue.record("no text")
            return
        }
        #expect(html == "Of <strong>course</strong>")
        // Asked again, the same conversation goes on.
        let again = try await kenji.account.ask(["@hanako:localhost"], line: nil)
        #expect(again === accepted)
        await pair.end()
    }

    @Test func aDeclinedRequestIsSeen() async throws {
        let asked = try await hanako.account.ask(["@kenji:localhost"], line: nil)
        try await kenji.until { !kenji.account.requests.isEmpty }
        try await kenji.account.decline(kenji.account.requests[0])
        #expect(kenji.account.requests.isEmpty)
        try await hanako.until {
            if case .declined(let people) = asked.requestState { return people.map(\.userID) == ["@kenji:localhost"] }
            return false
        }
        await pair.end()
    }

    @Test func whatIsEnteredOfflineGoesOutOnceAfterARestart() async throws {
        let (asked, accepted) = try await pair.talk()
        let roomID = asked.roomID
        hanako.pullOut()
        for number in 1...5 { asked.send(text: "offline \(number)") }
        try await hanako.until { hanako.account.waitingToSend == 5 && asked.items.last?.sendState == .waiting }
        let ids = asked.items.suffix(5).map(\.id)
        try await hanako.restart()
        let again = try #require(hanako.account.conversation(roomID))
        #expect(hanako.account.waitingToSend == 5)
        await again.open()
        #expect(again.items.suffix(5).map(\.id) == ids)
        hanako.plugIn()
        try await kenji.until { accepted.texts.contains("offline 5") }
        try await hanako.until { again.items.allSatisfy { $0.sendState == .sent && ($0.eventID != nil) } }
        #expect(accepted.texts == (1...5).map { "offline \($0)" })
        #expect(again.items.suffix(5).map(\.id) == ids)
        #expect(hanako.account.waitingToSend == 0)
        await pair.end()
    }

    @Test func anAnswerThatIsLostDoublesNothing() async throws {
        let (asked, accepted) = try await pair.talk()
        hanako.transport.loseAnswers(2)
        asked.send(text: "one")
        asked.send(text: "two")
        try await kenji.until { accepted.texts.contains("one") }
        hanako.account.reconnectNow()
        asked.send(text: "three")
        try await kenji.until { accepted.texts.contains("three") }
        try await hanako.until { asked.items.allSatisfy { $0.sendState == .sent && $0.eventID != nil } }
        #expect(hanako.transport.lostAnswers > 0)
        #expect(accepted.texts == ["one", "two", "three"])
        #expect(asked.texts == ["one", "two", "three"])
        await pair.end()
    }

    /// The server was reached, and what waited was sent, before news began to flow.
    @Test func whatFailsWhileConnectingIsSentOnceConnected() async throws {
        let (asked, accepted) = try await pair.talk()
        hanako.pullOut()
        hanako.account.reconnectNow()
        try await hanako.until {
            if case .offline = hanako.account.connection.state { return true }
            return false
        }
        asked.send(text: "one")
        asked.send(text: "two")
        try await hanako.until { hanako.account.waitingToSend == 2 }
        hanako.transport.loseAnswersBeforeStreams(1)
        hanako.plugIn()
        try await kenji.until { accepted.texts == ["one", "two"] }
        try await hanako.until { hanako.account.waitingToSend == 0 && asked.items.allSatisfy { $0.eventID != nil } }
        #expect(hanako.transport.lostAnswers == 1)
        #expect(asked.texts == ["one", "two"])
        await pair.end()
    }

    @Test func aServerThatIsKilledLosesAndDoublesNothing() async throws {
        let (asked, accepted) = try await pair.talk()
        asked.send(text: "before")
        try await kenji.until { accepted.texts == ["before"] }
        server.kill()
        asked.send(text: "meanwhile")
        try await hanako.until { asked.items.last?.sendState == .waiting }
        try await server.start()
        hanako.account.reconnectNow()
        kenji.account.reconnectNow()
        try await kenji.until { accepted.texts.contains("meanwhile") }
        #expect(accepted.texts == ["before", "meanwhile"])
        await pair.end()
    }

    @Test func editsReactionsRepliesAndRedactionsReachTheOther() async throws {
        let (asked, accepted) = try await pair.talk()
        asked.send(text: "first")
        try await kenji.until { accepted.texts == ["first"] }
        let theirs = try #require(accepted.items.last)
        accepted.react(theirs.id, key: "👍")
        accepted.send(text: "an answer", replyTo: theirs.eventID)
        try await hanako.until { asked.texts.contains("an answer") && asked.items.contains { !$0.reactions.isEmpty } }
        let own = try #require(asked.items.first { $0.content.plainText == "first" })
        #expect(own.reactions == [.init(key: "👍", count: 1, mine: false, people: ["@kenji:localhost"])])
        #expect(asked.items.last?.reply?.text == "first")
        asked.edit(own.id, text: "first, better")
        try await kenji.until { accepted.texts.contains("first, better") }
        #expect(accepted.items.first { $0.content.plainText == "first, better" }?.isEdited == true)
        accepted.react(theirs.id, key: "👍")
        try await hanako.until { asked.items.allSatisfy { $0.reactions.isEmpty } }
        asked.redact(own.id)
        try await kenji.until { accepted.items.contains { $0.content == .redacted } }
        #expect(accepted.texts == ["an answer"])
        await pair.end()
    }

    @Test func readingIsSeenAndCountsGoDown() async throws {
        let (asked, accepted) = try await pair.talk()
        asked.send(text: "read me")
        try await kenji.until { accepted.unread > 0 && accepted.texts == ["read me"] }
        accepted.markRead()
        #expect(accepted.unread == 0)
        try await hanako.until { asked.items.last?.readBy.map(\.userID) == ["@kenji:localhost"] }
        await pair.end()
    }

    @Test func aFileArrivesAndItsSenderNeedNotFetchIt() async throws {
        let (asked, accepted) = try await pair.talk()
        let path = "/tmp/mado-file-\(asked.roomID.hashValue)"
        try AtomicFile.write(Array(repeating: 7, count: 100_000), to: path)
        asked.send(file: path, mimeType: "application/octet-stream", name: "sevens.bin", kind: .file)
        try await hanako.until {
            asked.items.last?.sendState == .sent && asked.items.last?.content.plainText == "sevens.bin"
        }
        try await kenji.until { accepted.items.last?.content.plainText == "sevens.bin" }
        guard case .file(let media, _) = accepted.items.last?.content else {
            Issue.record("no file")
            return
        }
        let fetched = try await kenji.account.media(media, size: nil)
        #expect(AtomicFile.read(fetched) == Array(repeating: 7, count: 100_000))
        hanako.pullOut()
        let own = try await hanako.account.media(media, size: nil)
        #expect(AtomicFile.read(own)?.count == 100_000)
        await pair.end()
    }
}
