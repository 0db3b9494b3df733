import JSON
import TestSupport
import Testing

@testable import ClientKit

/// What pages of history make of what the store has.
@Suite(.timeLimit(.minutes(1))) struct HistoryPageTests {
    private static let owner = "@a:x"
    private static let room = "!r:x"
    private let folder = TemporaryFolder()
    private let store: LocalStore

    init() throws { store = try LocalStore(path: folder.path + "/store.sqlite", owner: Self.owner) }

    private static func message(_ id: String, _ body: String, at timestamp: Int) -> String {
        """
        {"event_id":"\(id)","type":"m.room.message","sender":"@b:x","origin_server_ts":\(timestamp),
        "content":{"msgtype":"m.text","body":"\(body)"}}
        """
    }

    private static func edit(_ id: String, of target: String, _ body: String, at timestamp: Int) -> String {
        """
        {"event_id":"\(id)","type":"m.room.message","sender":"@b:x","origin_server_ts":\(timestamp),
        "content":{"msgtype":"m.text","body":"* \(body)","m.new_content":{"msgtype":"m.text","body":"\(body)"},
        "m.relates_to":{"rel_type":"m.replace","event_id":"\(target)"}}}
        """
    }

    private static func redaction(_ id: String, of target: String) -> String {
        """
        {"event_id":"\(id)","type":"m.room.redaction","sender":"@b:x","origin_server_ts":5,
        "content":{"redacts":"\(target)"}}
        """
    }

    /// - Parameter gap: the token of what is missing before the events; nil when nothing is.
    private func receive(_ events: String..., gap: String? = nil, in room: String = room) async throws {
        let limit = gap.map { #","limited":true,"prev_batch":"\#($0)""# } ?? ""
        let answer = """
            {"next_batch":"s","rooms":{"join":{"\(room)":{
            "timeline":{"events":[\(events.joined(separator: ","))]\(limit)}}}}}
            """
        let value = try JSONValue.parse(Array(answer.utf8))
        try await store.write { database in
            var application = try SyncApplication(database: database, owner: Self.owner, now: 1)
            try application.apply(value)
        }
    }

    /// Puts a page, newest first, into the last gap.
    private func fill(_ events: String..., next: String?) async throws {
        let chunk = try JSONValue.parse(Array("[\(events.joined(separator: ","))]".utf8))
        try await store.write { database in
            let room = try database.room(Self.room)
            let gap = try #require(try database.gap(upTo: .max, in: room))
            try database.fill(gap.position, from: gap.token, with: chunk, next: next, in: room)
        }
    }

    private func gap() async throws -> String? {
        try await store.read { try $0.gap(upTo: .max, in: $0.room(Self.room))?.token }
    }

    private func found(_ text: String) async throws -> [String] {
        try await store.read { try $0.search(text, in: nil, limit: 10).map(\.eventID) }
    }

    @Test func whatAGapTookBackIsTakenBack() async throws {
        try await receive(Self.message("$1", "breakfast", at: 1))
        try await receive(Self.message("$9", "supper", at: 9), gap: "t")
        try await fill(Self.redaction("$5", of: "$1"), next: "u")
        #expect(try await found("breakfast").isEmpty)
        let isRedacted = try await store.read { database in
            try TimelineReader(database, owner: Self.owner, roomID: Self.room)?.storedEvent("$1")?.event.isRedacted
        }
        #expect(isRedacted == true)
    }

    @Test func aRedactionReachesNothingInOtherRooms() async throws {
        try await receive(Self.message("$1", "breakfast", at: 1), in: "!s:x")
        try await receive(Self.message("$2", "supper", at: 2), Self.redaction("$5", of: "$1"))
        #expect(try await found("breakfast") == ["$1"])
    }

    @Test func theNewestEditIsFoundInWhateverOrderEditsCome() async throws {
        try await receive(Self.message("$1", "breakfast", at: 1))
        try await receive(Self.edit("$8", of: "$1", "dinner", at: 8), gap: "t")
        try await fill(Self.edit("$4", of: "$1", "luncheon", at: 4), next: "u")
        #expect(try await found("dinner") == ["$1"])
        #expect(try await found("luncheon").isEmpty)
    }

    @Test func anEmptyPageClosesNoGapUnlessItLeadsNowhere() async throws {
        try await receive(Self.message("$9", "supper", at: 9), gap: "t")
        try await fill(next: "u")
        #expect(try await gap() == "u")
        try await fill(next: "u")
        #expect(try await gap() == nil)
    }

    @Test func theRoomsBeginningClosesTheGap() async throws {
        try await receive(Self.message("$9", "supper", at: 9), gap: "t")
        try await fill(Self.message("$8", "dinner", at: 8), next: nil)
        #expect(try await gap() == nil)
    }

    @Test func aReceiptOfAThreadSaysNothingOfTheRoom() async throws {
        try await receive(Self.message("$1", "breakfast", at: 1), Self.message("$2", "supper", at: 2))
        try await store.write { database in
            let room = try database.room(Self.room)
            for (event, thread) in [("$1", ""), ("$2", "$1")] {
                try database.setReceipt(
                    Self.owner, kind: "m.read", thread: thread, eventID: event, timestamp: 3, in: room)
            }
        }
        try await store.read { database in
            let room = try database.room(Self.room)
            #expect(
                try database.readPosition(of: Self.owner, in: room) == (try database.position(of: "$1", in: room)))
            #expect(
                try database.readPosition(of: Self.owner, in: room, thread: "$1")
                    == (try database.position(of: "$2", in: room)))
        }
    }
}
