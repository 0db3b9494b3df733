import JSON
import TestSupport
import Testing

@testable import ClientKit

/// What a conversation says of a call, from the events of its room.
@Suite(.timeLimit(.minutes(1))) struct CallRecordTests {
    private static let room = "!r:test"
    private let folder = TemporaryFolder()

    /// Hanako calls Kenji, long ago; then comes what the others send.
    /// - Parameter events: who sends what, with the content beside the call's id.
    /// - Returns: what Kenji sees, or who else owns the store.
    private func outcome(
        _ events: [(sender: String, type: String, content: String)], for owner: String = "kenji"
    ) async throws -> CallRecord.Outcome? {
        let invitation = #","lifetime":90000,"offer":{"type":"offer","sdp":"v=0"}"#
        var all = [(sender: "hanako", type: "invite", content: invitation)]
        all += events
        let texts = all.enumerated().map { index, event in
            #"""
            {"event_id":"$\#(index)","type":"m.call.\#(event.type)","sender":"@\#(event.sender):test",
            "origin_server_ts":\#(1000 * (index + 1)),
            "content":{"call_id":"c","version":"1","party_id":"\#(event.sender)"\#(event.content)}}
            """#
        }
        let text =
            #"{"next_batch":"s","rooms":{"join":{"\#(Self.room)":{"timeline":{"events":["#
            + texts.joined(separator: ",") + "]}}}}}"
        let sync = try JSONValue.parse(Array(text.utf8))
        let userID = "@\(owner):test"
        let store = try LocalStore(path: folder.path + "/\(owner).sqlite", owner: userID)
        try await store.write { database in
            var application = try SyncApplication(database: database, owner: userID, now: 1)
            try application.apply(sync)
        }
        let items = try await store.read { database in
            var reader = try TimelineReader(database, owner: userID, roomID: Self.room)
            return try reader?.slice(TimelineWindow(lower: .min, upper: nil)).items ?? []
        }
        // All events of a call are one entry.
        #expect(items.count == 1)
        guard case .call(let record) = items.first?.content else { return nil }
        return record.outcome
    }

    private static let answer = #","answer":{"type":"answer","sdp":"v=0"}"#

    @Test func whatTheCallerGaveUpIsMissed() async throws {
        let hangUp = [("hanako", "hangup", #","reason":"user_hangup""#)]
        #expect(try await outcome(hangUp) == .missed)
        #expect(try await outcome(hangUp, for: "hanako") == .cancelled)
    }

    @Test func whatNobodyAnsweredIsMissedAlsoWhereNobodySaysSo() async throws {
        #expect(try await outcome([]) == .missed)
        #expect(try await outcome([], for: "hanako") == .noAnswer)
    }

    /// Whichever device it was.
    @Test func whatWasAnsweredIsNotMissed() async throws {
        let events = [
            ("kenji", "answer", Self.answer), ("hanako", "select_answer", #","selected_party_id":"kenji""#),
            ("hanako", "hangup", #","reason":"user_hangup""#),
        ]
        #expect(try await outcome(events) == .answered(duration: 2000))
        #expect(try await outcome(events, for: "hanako") == .answered(duration: 2000))
    }

    @Test func whatWasDeclinedIsNotMissed() async throws {
        let events = [
            ("kenji", "reject", ""), ("hanako", "select_answer", #","selected_party_id":"kenji""#),
        ]
        #expect(try await outcome(events) == .declined)
        #expect(try await outcome(events, for: "hanako") == .declined)
    }

    @Test func whoIsBusyHasNotMissedIt() async throws {
        let busy = [("kenji", "hangup", #","reason":"user_busy""#)]
        #expect(try await outcome(busy) == .declined)
        #expect(try await outcome(busy, for: "hanako") == .busy)
    }

    /// Hanako has called Ana as well.
    @Test func whoIsBusySpeaksForNobodyElse() async throws {
        let events = [
            ("ana", "hangup", #","reason":"user_busy","mado.group":{"id":"c"}"#),
            ("hanako", "hangup", #","reason":"invite_timeout","mado.group":{"id":"c"}"#),
        ]
        #expect(try await outcome(events) == .missed)
        #expect(try await outcome(events, for: "ana") == .declined)
    }

    @Test func whatGaveWayToAnotherCallIsNotMissed() async throws {
        let replaced = [("hanako", "hangup", #","reason":"replaced""#)]
        #expect(try await outcome(replaced) == .cancelled)
        #expect(try await outcome(replaced, for: "hanako") == .cancelled)
    }
}
