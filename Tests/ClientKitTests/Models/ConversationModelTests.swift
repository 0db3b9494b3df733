import Glibc
import JSON
import TestSupport
import Testing

@testable import ClientKit

/// A conversation on a store of its own, without a connection.
@MainActor @Suite(.timeLimit(.minutes(1))) struct ConversationModelTests {
    private nonisolated static let owner = "@hanako:localhost"
    private nonisolated static let room = "!r:localhost"
    private let unconnected: UnconnectedAccount
    private let account: AccountModel
    private let conversation: ConversationModel

    init() throws {
        let clock = DrivenConnectionClock()
        let transport = FakeTransport { _ in throw TransportError.cannotConnect(host: "nobody") }
        unconnected = try UnconnectedAccount(
            Self.owner, device: "D", isMado: true, transport: transport, clock: clock)
        account = unconnected.account
        conversation = ConversationModel(roomID: Self.room, account: account)
    }

    private var folder: TemporaryFolder { unconnected.folder }
    private var store: LocalStore { unconnected.store }

    private func entries() async throws -> [OutboxEntry] { try await store.read { try $0.entries(of: Self.room) } }

    @Test func aSummaryBringsTheDraftOnce() {
        var summary = RoomSummary(roomID: Self.room, membership: "join")
        summary.draft = Draft(text: "half a thou")
        _ = conversation.take(summary)
        #expect(conversation.draft == summary.draft)
        conversation.setDraft(.empty)
        // Read before what was set reached the store.
        _ = conversation.take(summary)
        #expect(conversation.draft == .empty)
    }

    @Test func aReactionThatIsBeingTakenBackCanBeSetAgain() async throws {
        let reaction = """
            {"next_batch":"s","rooms":{"join":{"\(Self.room)":{"timeline":{"events":[
            {"event_id":"$m","type":"m.room.message","sender":"@kenji:localhost","origin_server_ts":1,
            "content":{"msgtype":"m.text","body":"Hello"}},
            {"event_id":"$r","type":"m.reaction","sender":"\(Self.owner)","origin_server_ts":2,
            "content":{"m.relates_to":{"rel_type":"m.annotation","event_id":"$m","key":"x"}}}]}}}}}
            """
        let sync = try JSONValue.parse(Array(reaction.utf8))
        try await store.write { database in
            var application = try SyncApplication(database: database, owner: Self.owner, now: 1)
            try application.apply(sync)
        }
        conversation.react("$m", key: "x")
        #expect(try await entries().map(\.kind) == [.redaction])
        conversation.react("$m", key: "x")
        #expect(try await entries().map(\.kind) == [.redaction, .reaction])
        let mine = try await store.read { database in
            var reader = try TimelineReader(database, owner: Self.owner, roomID: Self.room)
            return try reader?.slice(TimelineWindow(lower: .min, upper: nil)).items.first?.reactions.map(\.mine)
        }
        #expect(mine == [true])
        // Not on its way yet, it simply goes.
        conversation.react("$m", key: "x")
        #expect(try await entries().map(\.kind) == [.redaction])
    }

    @Test func aTemporaryFileStaysUntilItsCopyIsInTheOutbox() async throws {
        let film = folder.path + "/film"
        try AtomicFile.write([1, 2, 3], to: film)
        let missing = Still(path: folder.path + "/missing", width: 1, height: 1)
        conversation.send(
            file: film, mimeType: "video/mp4", name: "film", kind: .video, still: missing, isTemporary: true)
        #expect(try await entries().isEmpty)
        #expect(access(film, F_OK) == 0)
        conversation.send(file: film, mimeType: "video/mp4", name: "film", kind: .video, isTemporary: true)
        #expect(try await entries().count == 1)
        #expect(access(film, F_OK) != 0)
    }
}
