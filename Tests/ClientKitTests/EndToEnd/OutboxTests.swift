import Foundation
import Testing

@testable import ClientKit

/// What was entered leaves the outbox once and in order, or says why not.
@Suite(.serialized, .timeLimit(.minutes(2))) @MainActor struct OutboxTests {
    private let pair: TestPair
    private let hanako: TestMember
    private let kenji: TestMember

    init() async throws {
        pair = try await TestPair()
        (hanako, kenji) = (pair.hanako, pair.kenji)
    }

    private func failure(of item: TimelineItem?) -> String? {
        if case .failed(let reason) = item?.sendState { return reason }
        return nil
    }

    @Test func whatIsTooLargeFailsAndHoldsNothingBack() async throws {
        let (asked, accepted) = try await pair.talk()
        hanako.pullOut()
        asked.send(text: "one")
        asked.send(text: String(repeating: "long ", count: 20_000))
        asked.send(text: "three")
        try await hanako.until { hanako.account.waitingToSend == 3 && asked.texts.last == "three" }
        let large = try #require(asked.items.suffix(2).first)
        hanako.plugIn()
        try await kenji.until { accepted.texts == ["one", "three"] }
        try await hanako.until { hanako.account.waitingToSend == 0 && failure(of: asked.items.last) != nil }
        #expect(asked.items.last?.id == large.id)
        #expect(failure(of: asked.items.last)?.isEmpty == false)
        #expect(asked.lastMessage?.sendState == asked.items.last?.sendState)
        // Tried again, it is still too large; shortened, it goes. Without a connection meanwhile: the answer could come
        // before anybody has seen that it waits.
        hanako.pullOut()
        asked.retry(large.id)
        try await hanako.until { hanako.account.waitingToSend == 1 }
        hanako.plugIn()
        try await hanako.until { hanako.account.waitingToSend == 0 && failure(of: asked.items.last) != nil }
        asked.editWaiting(large.id, text: "short")
        try await kenji.until { accepted.texts == ["one", "three", "short"] }
        try await hanako.until { asked.items.last?.sendState == .sent && asked.items.last?.eventID != nil }
        #expect(asked.items.last?.id == large.id)
        #expect(asked.texts == ["one", "three", "short"])
        #expect(accepted.items.allSatisfy { !$0.isEdited })
        await pair.end()
    }

    @Test func whatIsRefusedAfterItWasShortenedGoesAsItIsNow() async throws {
        let (asked, accepted) = try await pair.talk()
        hanako.transport.freezeWithMessage()
        asked.send(text: String(repeating: "long ", count: 20_000))
        await hanako.transport.untilFrozen()
        let item = try #require(asked.items.last).id
        try await hanako.startOfflineAfterKill()
        let again = try #require(hanako.conversation(with: "kenji"))
        await again.open()
        // The server may have taken the long one, so these are to become events of their own.
        again.editWaiting(item, text: "shorter")
        again.editWaiting(item, text: "short")
        try await hanako.until { again.texts == ["short"] }
        #expect(hanako.account.waitingToSend == 3)
        hanako.account.mode = .continuous
        try await kenji.until { accepted.texts == ["short"] }
        try await hanako.until { again.items.last?.sendState == .sent && hanako.account.waitingToSend == 0 }
        #expect(again.texts == ["short"])
        #expect(again.items.last?.id == item)
        await pair.end()
    }

    @Test func whatIsForbiddenFailsAndGoesOnceItIsAllowed() async throws {
        let (own, joined) = try await pair.meet()
        kenji.pullOut()
        joined.send(text: "first")
        joined.send(text: "second")
        try await kenji.until { kenji.account.waitingToSend == 2 && joined.texts == ["first", "second"] }
        let items = joined.items.suffix(2).map(\.id)
        try await pair.setLevelForMessages(50, in: own.roomID)
        kenji.plugIn()
        try await kenji.until { joined.items.filter { failure(of: $0) != nil }.map(\.id) == items }
        try await kenji.until { joined.isReadOnly }
        #expect(kenji.account.waitingToSend == 0)
        // They are there after a restart, too.
        try await kenji.restart()
        let again = try #require(kenji.account.conversation(own.roomID))
        await again.open()
        #expect(again.items.filter { failure(of: $0) != nil }.map(\.id) == items)
        try await kenji.until { kenji.account.connection.state.isContinuous }
        again.withdraw(items[0])
        try await kenji.until { again.texts == ["second"] }
        try await pair.setLevelForMessages(0, in: own.roomID)
        try await kenji.until { !again.isReadOnly }
        again.retry(items[1])
        try await hanako.until { own.texts == ["second"] }
        try await kenji.until { again.items.last?.sendState == .sent && again.items.last?.eventID != nil }
        #expect(again.texts == ["second"])
        await pair.end()
    }

    @Test func whatWaitsIsChangedAndWithdrawnBeforeAnybodySeesIt() async throws {
        let (asked, accepted) = try await pair.talk()
        hanako.account.mode = .offline
        try await hanako.until { !hanako.account.isConnected }
        for text in ["a", "b", "c"] { asked.send(text: text) }
        try await hanako.until { asked.texts == ["a", "b", "c"] }
        let items = asked.items.suffix(3).map(\.id)
        asked.editWaiting(items[0], text: "A")
        asked.withdraw(items[1])
        try await hanako.until { asked.texts == ["A", "c"] }
        #expect(hanako.account.waitingToSend == 2)
        #expect(asked.items.suffix(2).map(\.id) == [items[0], items[2]])
        hanako.account.mode = .continuous
        try await kenji.until { accepted.texts.count == 2 }
        #expect(accepted.texts == ["A", "c"])
        #expect(accepted.items.allSatisfy { !$0.isEdited && $0.content != .redacted })
        await pair.end()
    }

    @Test func aClientKilledAfterItsMessageArrivedSendsItOnce() async throws {
        let (asked, accepted) = try await pair.talk()
        hanako.transport.freezeWithMessage()
        asked.send(text: "once")
        asked.send(text: "after")
        try await kenji.until { accepted.texts == ["once"] }
        // The server has it, and nothing on this disk says so.
        #expect(hanako.account.waitingToSend == 2)
        try await hanako.startAfterKill()
        #expect(hanako.account.waitingToSend == 2)
        let again = try #require(hanako.account.conversation(asked.roomID))
        await again.open()
        try await kenji.until { accepted.texts.contains("after") }
        try await hanako.until { again.items.allSatisfy { $0.sendState == .sent && $0.eventID != nil } }
        #expect(accepted.texts == ["once", "after"])
        #expect(again.texts == ["once", "after"])
        #expect(hanako.account.waitingToSend == 0)
        await pair.end()
    }

    @Test func whatMayHaveArrivedIsTakenBackWhereItIs() async throws {
        let (asked, accepted) = try await pair.talk()
        hanako.transport.freezeWithMessage()
        asked.send(text: "regretted")
        try await kenji.until { accepted.texts == ["regretted"] }
        await hanako.transport.untilFrozen()
        try await hanako.startOfflineAfterKill()
        let again = try #require(hanako.account.conversation(asked.roomID))
        await again.open()
        let item = try #require(again.items.last)
        #expect(item.sendState == .waiting)
        again.withdraw(item.id)
        try await hanako.until { again.items.last?.content == .redacted }
        hanako.account.mode = .continuous
        try await kenji.until { accepted.items.last?.content == .redacted }
        try await hanako.until { hanako.account.waitingToSend == 0 && again.items.last?.eventID != nil }
        #expect(again.items.last?.content == .redacted)
        #expect(again.items.last?.id == item.id)
        await pair.end()
    }

    @Test func aFileWaitsAsACopyAndLeavesNoneBehind() async throws {
        let (asked, accepted) = try await pair.talk()
        let path = hanako.folders.data + "/original"
        try AtomicFile.write(Array("twelve bytes".utf8), to: path)
        hanako.pullOut()
        asked.send(file: path, mimeType: "text/plain", name: "note.txt", kind: .file, caption: "A note")
        try await hanako.until { hanako.account.waitingToSend == 1 }
        try FileManager.default.removeItem(atPath: path)
        hanako.transport.isOffline = false
        hanako.transport.freezeWithMessage()
        hanako.account.reconnectNow()
        try await kenji.until { accepted.items.last?.content.plainText == "A note" }
        try await hanako.startAfterKill()
        try await hanako.until { hanako.account.waitingToSend == 0 }
        let again = try #require(hanako.account.conversation(asked.roomID))
        await again.open()
        try await hanako.until { again.items.allSatisfy { $0.eventID != nil } }
        #expect(accepted.items.count { $0.content.plainText == "A note" } == 1)
        guard case .file(let media, let caption) = accepted.items.last?.content else {
            Issue.record("no file")
            return
        }
        #expect((media.name, media.size, caption) == ("note.txt", 12, "A note"))
        let fetched = try await kenji.account.media(media, size: nil)
        #expect(AtomicFile.read(fetched) == Array("twelve bytes".utf8))
        await hanako.client.close()
        #expect(FileFolder.names(in: hanako.accountFolder + "/files").isEmpty)
        await pair.end()
    }

    /// When the caption is changed, neither its address nor its event is known.
    @Test func aFileStaysWhoseCaptionIsChangedOnItsWay() async throws {
        let (asked, accepted) = try await pair.talk()
        let path = hanako.folders.data + "/original"
        try AtomicFile.write(Array("twelve bytes".utf8), to: path)
        hanako.transport.freezeWithMessage()
        asked.send(file: path, mimeType: "text/plain", name: "note.txt", kind: .file, caption: "A nota")
        try await kenji.until { accepted.items.last?.content.plainText == "A nota" }
        await hanako.transport.untilFrozen()
        let item = try #require(asked.items.last)
        #expect(item.eventID == nil)
        asked.edit(item.id, text: "A note")
        try await hanako.until { hanako.account.waitingToSend == 2 }
        guard case .file(_, "A note") = asked.items.last?.content else {
            Issue.record("it is shown as \(String(describing: asked.items.last?.content))")
            return
        }
        try await hanako.startAfterKill()
        try await kenji.until { accepted.items.last?.isEdited == true }
        guard case .file(let media, "A note") = accepted.items.last?.content else {
            Issue.record("the file is gone: \(String(describing: accepted.items.last?.content))")
            return
        }
        #expect(media.name == "note.txt" && media.uri.hasPrefix("mxc://"))
        await pair.end()
    }

    @Test func whatBelongsToAMessageThatNeverWentGoesWithIt() async throws {
        let (own, joined) = try await pair.meet()
        kenji.transport.freezeWithMessage()
        try await pair.setLevelForMessages(50, in: own.roomID)
        joined.send(text: "refused")
        await kenji.transport.untilFrozen()
        try await kenji.until { joined.texts == ["refused"] }
        let item = try #require(joined.items.last).id
        try await kenji.startOfflineAfterKill()
        let again = try #require(kenji.account.conversation(own.roomID))
        await again.open()
        // The first attempt may have arrived, so this is an event of its own.
        again.editWaiting(item, text: "refused, too")
        try await kenji.until { again.texts == ["refused, too"] }
        #expect(kenji.account.waitingToSend == 2)
        kenji.account.mode = .continuous
        try await kenji.until { kenji.account.waitingToSend == 0 && failure(of: again.items.last) != nil }
        again.withdraw(item)
        try await kenji.until { again.texts.isEmpty }
        let roomID = own.roomID
        let left = try await kenji.account.running().engine.store.read { try $0.entries(of: roomID).count }
        #expect(left == 0)
        await pair.end()
    }

    @Test func whatIsWithdrawnAndThenRefusedIsGone() async throws {
        let (own, joined) = try await pair.meet()
        let roomID = own.roomID
        kenji.transport.freezeWithMessage()
        try await pair.setLevelForMessages(50, in: roomID)
        joined.send(text: "refused")
        await kenji.transport.untilFrozen()
        try await kenji.startOfflineAfterKill()
        let again = try #require(kenji.account.conversation(roomID))
        await again.open()
        again.withdraw(try #require(again.items.last).id)
        try await kenji.until { again.items.last?.content == .redacted }
        kenji.account.mode = .continuous
        try await kenji.until { kenji.account.waitingToSend == 0 && !again.items.contains { $0.eventID == nil } }
        let left = try await kenji.account.running().engine.store.read { try $0.entries(of: roomID).count }
        #expect(left == 0)
        await pair.end()
    }
}
