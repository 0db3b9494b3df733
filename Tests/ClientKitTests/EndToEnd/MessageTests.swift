import Testing

@testable import ClientKit

/// What messages carry beside their text, and who is told of them.
@Suite(.serialized, .timeLimit(.minutes(2))) @MainActor struct MessageTests {
    private let pair: TestPair
    private let hanako: TestMember
    private let kenji: TestMember

    init() async throws {
        pair = try await TestPair()
        (hanako, kenji) = (pair.hanako, pair.kenji)
    }

    @Test func aThreadIsKeptTogether() async throws {
        let (asked, accepted) = try await pair.talk()
        asked.send(text: "root")
        asked.send(text: "beside")
        try await kenji.until { accepted.texts == ["root", "beside"] }
        let root = try #require(accepted.items.first { $0.content.plainText == "root" }?.eventID)
        accepted.send(text: "in it", thread: root)
        try await hanako.until { asked.texts.contains("in it") }
        let answer = try #require(asked.items.last)
        #expect(answer.threadRoot == root)
        // Being in a thread is no answer to the message before.
        #expect(answer.reply == nil)
        asked.send(text: "to you", replyTo: answer.eventID, thread: root)
        try await kenji.until { accepted.items.first { $0.eventID == root }?.thread?.count == 2 }
        #expect(accepted.items.first { $0.eventID == root }?.thread?.lastText == "to you")
        let thread = await accepted.threadItems(root)
        #expect(thread.map(\.content.plainText) == ["root", "in it", "to you"])
        #expect(thread.last?.reply?.text == "in it")
        // What waits for the network stands in it as well.
        hanako.pullOut()
        asked.send(text: "later", thread: root)
        try await hanako.until { asked.texts.last == "later" }
        let own = await asked.threadItems(root)
        #expect(own.map(\.content.plainText) == ["root", "in it", "to you", "later"])
        #expect(own.last?.sendState == .waiting)
        hanako.plugIn()
        try await kenji.until { accepted.items.first { $0.eventID == root }?.thread?.count == 3 }
        await pair.end()
    }

    @Test func whoIsMentionedIsToldSo() async throws {
        let (own, joined) = try await pair.meet()
        try await kenji.account.setDisplayName("Kenji Sato")
        try await hanako.until { own.others.map(\.displayName) == ["Kenji Sato"] }
        let notices = NoticeObserver(kenji.account)
        own.send(text: "@Kenji Sato, **please**", mentions: ["@kenji:localhost"])
        own.send(text: "nobody")
        try await kenji.until { joined.unread == 2 && joined.texts.count == 2 }
        #expect(joined.highlights == 1)
        #expect(joined.items.suffix(2).map(\.mentionsMe) == [true, false])
        #expect(notices.notices.map(\.isHighlight) == [true, false])
        guard case .text(_, let html) = joined.items.suffix(2).first?.content else {
            Issue.record("no text")
            return
        }
        #expect(
            html == #"<a href="https://matrix.to/#/@kenji:localhost">Kenji Sato</a>, <strong>please</strong>"#)
        // Changed later, it still mentions whom it names.
        let item = try #require(own.items.suffix(2).first)
        own.edit(item.id, text: "@Kenji Sato, please do")
        try await kenji.until { joined.texts.first == "@Kenji Sato, please do" }
        #expect(joined.items.suffix(2).map(\.mentionsMe) == [true, false])
        #expect(joined.highlights == 1)
        own.edit(item.id, text: "done already")
        try await kenji.until { joined.texts.first == "done already" }
        #expect(joined.items.suffix(2).map(\.mentionsMe) == [false, false])
        await pair.end()
    }

    @Test func lightMarkdownArrivesAsFormattedText() async throws {
        let (asked, accepted) = try await pair.talk()
        asked.send(text: "- `a < b`\n- [Mado](https://example.org/)")
        asked.send(text: "2 * 3 * 4 <b>")
        try await kenji.until { accepted.texts.count == 2 }
        let html = accepted.items.suffix(2).map { item -> String? in
            if case .text(_, let html) = item.content { return html }
            return nil
        }
        #expect(
            html == [
                #"<ul><li><code>a &lt; b</code></li><li><a href="https://example.org/">Mado</a></li></ul>"#, nil,
            ])
        await pair.end()
    }

    @Test func nobodyIsToldOfAMutedConversation() async throws {
        let (asked, accepted) = try await pair.talk()
        let notices = NoticeObserver(kenji.account)
        asked.send(text: "heard")
        try await kenji.until { accepted.texts == ["heard"] && accepted.unread == 1 }
        #expect(notices.notices.map(\.text) == ["heard"])
        #expect(notices.notices.first?.sender.userID == "@hanako:localhost")
        #expect(notices.notices.first?.isDirect == true)
        try await accepted.setMuted(true)
        #expect(accepted.isMuted)
        // The rules come with the sync, before what is said after them.
        asked.send(text: "not heard")
        try await kenji.until { accepted.texts.last == "not heard" }
        #expect(notices.notices.map(\.text) == ["heard"])
        #expect(accepted.unread < 2)
        try await kenji.restart()
        let again = try #require(kenji.account.conversation(asked.roomID))
        #expect(again.isMuted)
        await again.open()
        try await kenji.until { kenji.account.connection.state.isContinuous }
        let after = NoticeObserver(kenji.account)
        try await again.setMuted(false)
        #expect(!again.isMuted)
        asked.send(text: "heard again")
        try await kenji.until { again.texts.last == "heard again" && !after.notices.isEmpty }
        #expect(after.notices.map(\.text) == ["heard again"])
        await pair.end()
    }
}

/// Collects what an account wants its member to be told of.
@MainActor private final class NoticeObserver {
    private(set) var notices: [Notice] = []

    init(_ account: AccountModel) {
        account.changes.observe(self) { [weak self] change in
            if case .newMessages(let notices) = change { self?.notices += notices }
        }
    }
}
