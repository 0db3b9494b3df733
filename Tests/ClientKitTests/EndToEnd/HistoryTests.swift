import JSON
import Testing

@testable import ClientKit

/// A long conversation, of which a client has only parts.
@Suite(.serialized, .timeLimit(.minutes(2))) @MainActor struct HistoryTests {
    private let pair: TestPair
    private let hanako: TestMember
    private let kenji: TestMember

    init() async throws {
        pair = try await TestPair()
        (hanako, kenji) = (pair.hanako, pair.kenji)
    }

    /// A second client of Hanako's, that has the newest messages only.
    private func newClient(_ roomID: String) async throws -> (member: TestMember, conversation: ConversationModel) {
        let member = try TestMember()
        try await member.logIn("hanako", on: pair.server)
        let conversation = try #require(member.account.conversation(roomID))
        await conversation.open()
        return (member, conversation)
    }

    private func numbers(_ range: ClosedRange<Int>) -> [String] { range.map(String.init) }

    private func loadAllOlder(_ conversation: ConversationModel) async throws {
        var rounds = 0
        while conversation.hasOlder {
            try await conversation.loadOlder()
            rounds += 1
            try #require(rounds < 20, "the beginning is never reached")
        }
    }

    private func expectNothingDoubled(in conversation: ConversationModel) {
        #expect(Set(conversation.items.map(\.id)).count == conversation.items.count)
    }

    @Test func whatWasMissedIsFilledIn() async throws {
        let (asked, accepted) = try await pair.talk()
        accepted.send(text: "before")
        try await hanako.until { asked.texts == ["before"] }
        hanako.pullOut()
        hanako.account.reconnectNow()
        asked.send(text: "from offline")
        _ = try await pair.write(1...150, in: asked.roomID)
        let observer = GapObserver(asked)
        hanako.plugIn()
        try await hanako.until { asked.texts.count == 152 && !asked.items.contains { $0.content == .gap } }
        #expect(observer.hasSeenOne)
        #expect(asked.texts == ["before"] + numbers(1...150) + ["from offline"])
        expectNothingDoubled(in: asked)
        try await hanako.restart()
        let again = try #require(hanako.account.conversation(asked.roomID))
        await again.open()
        try await loadAllOlder(again)
        #expect(again.texts == ["before"] + numbers(1...150) + ["from offline"])
        await pair.end()
    }

    @Test func olderMessagesComeFromTheServerUpToTheBeginning() async throws {
        let (asked, _) = try await pair.talk()
        _ = try await pair.write(1...200, in: asked.roomID)
        let (second, conversation) = try await newClient(asked.roomID)
        #expect(conversation.texts == numbers(141...200))
        #expect(conversation.hasOlder && !conversation.hasNewer)
        try await loadAllOlder(conversation)
        #expect(conversation.texts == numbers(1...200))
        #expect(conversation.items.first?.content == .roomChange(.created, value: nil))
        expectNothingDoubled(in: conversation)
        // Without connection they are there as well.
        second.pullOut()
        conversation.close()
        await conversation.open()
        try await loadAllOlder(conversation)
        #expect(conversation.texts == numbers(1...200))
        await second.client.close()
        await pair.end()
    }

    /// At the beginning, in the middle, and so near to what is there that both overlap.
    @Test(arguments: [5, 70, 130]) func aPlaceIsShownAndLeadsBothWays(_ number: Int) async throws {
        let (asked, _) = try await pair.talk()
        let eventIDs = try await pair.write(1...200, in: asked.roomID)
        let (second, conversation) = try await newClient(asked.roomID)
        let found = try await conversation.loadAround(eventID: eventIDs[number - 1])
        #expect(found == eventIDs[number - 1])
        #expect(conversation.items.first { $0.id == found }?.content.plainText == "\(number)")
        while conversation.hasNewer { try await conversation.loadNewer() }
        try await second.until { !conversation.items.contains { $0.content == .gap } }
        try await loadAllOlder(conversation)
        try await second.until { !conversation.items.contains { $0.content == .gap } }
        #expect(conversation.texts == numbers(1...200))
        expectNothingDoubled(in: conversation)
        _ = try await conversation.loadAround(eventID: eventIDs[number - 1])
        await conversation.jumpToLatest()
        #expect(!conversation.hasNewer)
        #expect(conversation.texts.last == "200")
        await second.client.close()
        await pair.end()
    }

    @Test func whatIsNotThereIsNotFound() async throws {
        let (asked, _) = try await pair.talk()
        let found = try await asked.loadAround(eventID: "$nothing")
        #expect(found == nil)
        #expect(!asked.hasNewer)
        await pair.end()
    }

    @Test func aTimeIsFoundOnTheServerAndInTheStore() async throws {
        let (asked, _) = try await pair.talk()
        let eventIDs = try await pair.write(1...150, in: asked.roomID)
        let path = ["_matrix", "client", "v3", "rooms", asked.roomID, "event", eventIDs[29]]
        let time = try #require(try await hanako.api.send("GET", path)["origin_server_ts"]?.int)
        let (second, conversation) = try await newClient(asked.roomID)
        let found = try await conversation.loadAround(timestamp: time)
        let item = try #require(conversation.items.first { $0.id == found })
        #expect(item.timestamp == time)
        #expect(conversation.items.allSatisfy { $0.timestamp < time || $0.timestamp >= item.timestamp })
        second.pullOut()
        await conversation.jumpToLatest()
        let again = try await conversation.loadAround(timestamp: time)
        #expect(again == found)
        await second.client.close()
        await pair.end()
    }
}

/// Remembers whether a conversation has shown a gap.
@MainActor private final class GapObserver {
    private(set) var hasSeenOne = false

    init(_ conversation: ConversationModel) {
        conversation.changes.observe(self) { [weak self, unowned conversation] _ in
            if conversation.items.contains(where: { $0.content == .gap }) { self?.hasSeenOne = true }
        }
    }
}
