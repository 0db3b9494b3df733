import JSON
import TestSupport
import Testing

@testable import ClientKit

@Suite struct LargeConversationTests {
    /// Opens a conversation of 50,000 messages; prints how long that took.
    @Test func aLargeConversationOpensAtItsEndAndIsSearched() async throws {
        let folder = TemporaryFolder()
        let store = try LocalStore(path: folder.path + "/store.sqlite", owner: "@a:x")
        for page in 0..<50 {
            let answer = JSONWriter.object { object in
                object.member("next_batch", "s\(page)")
                object.object("rooms") {
                    $0.object("join") {
                        $0.object("!r:x") {
                            $0.object("timeline") {
                                $0.array("events") { events in
                                    for index in page * 1000..<(page + 1) * 1000 {
                                        events.object { event in
                                            event.member("event_id", "$\(index)")
                                            event.member("type", "m.room.message")
                                            event.member("sender", "@b:x")
                                            event.member("origin_server_ts", index)
                                            event.object("content") {
                                                $0.member("msgtype", "m.text")
                                                $0.member("body", "明日の会議 \(index)")
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            try await store.write { database in
                var application = try SyncApplication(database: database, owner: "@a:x", now: 1)
                try application.apply(try JSONValue.parse(answer))
            }
        }
        let start = ContinuousClock.now
        let slice = try await store.read { database -> TimelineSlice? in
            guard var reader = try TimelineReader(database, owner: "@a:x", roomID: "!r:x") else { return nil }
            return try reader.slice(try reader.newestWindow())
        }
        print("opened 50,000 messages in \(ContinuousClock.now - start)")
        #expect(slice?.items.count == 60)
        #expect(slice?.items.last?.id == "$49999")
        #expect(slice?.hasOlder == true)
        let hits = try await store.read { try $0.search("会議 49999", in: nil, limit: 10).map(\.eventID) }
        #expect(hits == ["$49999"])
        let short = try await store.read { try $0.search("会議", in: nil, limit: 10).count }
        #expect(short == 10)
        await store.close()
    }
}
