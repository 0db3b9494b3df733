import HTTP
import JSON
import MatrixAPI
import Store
import StoreSQLite
import Testing

@testable import Server

@Suite struct UnreadCountTests {
    private struct Counts: Equatable {
        var main: Int64?
        var threads: [String: Int64] = [:]
    }

    private static let byThread =
        "&filter=" + #"{"room":{"timeline":{"unread_thread_notifications":true}}}"#.urlEncoded

    private func counts(_ member: TestMember, _ room: RoomID) async -> Counts {
        let body = await member.sync(with: Self.byThread).room(room)
        var counts = Counts(main: body?["unread_notifications"]?["notification_count"]?.int)
        for (root, pair) in body?["unread_thread_notifications"]?.object.map(Array.init) ?? [] {
            counts.threads[root] = pair["notification_count"]?.int
        }
        return counts
    }

    private func say(_ member: TestMember, _ text: String, inThread root: String, _ room: RoomID) async -> String {
        let answer = await member.put(
            member.path(room.string, "send/m.room.message/\(text)"),
            """
            {"msgtype":"m.text","body":"\(text)","m.relates_to":{"rel_type":"m.thread","event_id":"\(root)"}}
            """)
        return answer["event_id"]?.string ?? answer.text
    }

    private func read(_ member: TestMember, _ event: String, _ room: RoomID, thread: String? = nil) async {
        let body = thread.map { #"{"thread_id":"\#($0)"}"# } ?? "{}"
        let answer = await member.post(member.path(room.string, "receipt/m.read/\(event)"), body)
        #expect(answer.status == 200)
    }

    @Test func eachThreadIsReadByItself() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            let root = await hanako.say("root", in: room)
            let other = await hanako.say("other", in: room)
            let first = await say(hanako, "t1", inThread: root, room)
            _ = await say(hanako, "t2", inThread: root, room)
            _ = await say(hanako, "u1", inThread: other, room)
            let last = await hanako.say("last", in: room)
            #expect(await counts(kenji, room) == Counts(main: 3, threads: [root: 2, other: 1]))
            let together = await kenji.sync().room(room)
            #expect(together?["unread_notifications"]?["notification_count"]?.int == 6)
            #expect(together?["unread_thread_notifications"] == nil)

            await read(kenji, last, room, thread: "main")
            #expect(await counts(kenji, room) == Counts(main: 0, threads: [root: 2, other: 1]), "threads stay unread")
            await read(kenji, first, room, thread: root)
            #expect(await counts(kenji, room) == Counts(main: 0, threads: [root: 1, other: 1]))
            await read(kenji, last, room)
            #expect(await counts(kenji, room) == Counts(main: 0), "a receipt without a thread is for all")
            _ = await say(hanako, "t3", inThread: root, room)
            #expect(await counts(kenji, room) == Counts(main: 0, threads: [root: 1]))
        }
    }

    @Test func mentionsAreHighlighted() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            _ = await hanako.put(
                hanako.path(room.string, "send/m.room.message/1"),
                #"{"msgtype":"m.text","body":"you","m.mentions":{"user_ids":["\#(kenji.user)"]}}"#)
            await hanako.say("nobody", in: room)
            let unread = await kenji.sync().room(room)?["unread_notifications"]
            #expect(unread?["highlight_count"]?.int == 1)
            #expect(unread?["notification_count"]?.int == 2)
        }
    }

    @Test func otherRulesCountAnew() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            await hanako.say("one", in: room)
            #expect(await counts(kenji, room).main == 1)
            let rule = "/_matrix/client/v3/pushrules/global/room/\(room.string.urlEncoded)"
            #expect(await kenji.put(rule, #"{"actions":[]}"#).status == 200)
            #expect(await counts(kenji, room).main == 0)
            #expect(await kenji.delete(rule).status == 200)
            #expect(await counts(kenji, room).main == 1)
        }
    }

    @Test func aNewNameReadsNothing() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            let read = await hanako.say("read", in: room)
            await hanako.say("unread", in: room)
            _ = await kenji.put("/_matrix/client/v3/profile/\(kenji.user)/displayname", #"{"displayname":"K"}"#)
            await self.read(kenji, read, room)
            #expect(await counts(kenji, room).main == 1)
        }
    }

    /// What was counted as of before a receipt is not kept after it.
    @Test func countsFromBeforeAReceiptAreNotKept() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            let event = await hanako.say("one", in: room)
            let unread = UnreadCounts(rules: server.pushRules, ignoredUsers: IgnoredUsers())
            server.journal.addObserver(unread)
            let snapshot = try #require(try await server.journal.room(room))
            let before = server.journal.position
            @Sendable func count(upTo position: Int64, _ reader: any StoreReader) throws -> Int? {
                try unread.counts(of: kenji.user, in: snapshot, upTo: position, log: server.journal.log, reader)?.main
                    .notifications
            }
            let (begun, gate) = (AsyncStream.makeStream(of: Void.self), Gate())
            let receipt = Task {
                for await _ in begun.stream { break }
                await read(kenji, event, room)
                gate.open()
            }
            let old = try await server.store.read { reader in
                _ = try reader.lastPosition()
                begun.continuation.yield()
                gate.wait()
                return try count(upTo: before, reader)
            }
            await receipt.value
            #expect(old == 1)
            let position = server.journal.position
            #expect(try await server.store.read { try count(upTo: position, $0) } == 0)
        }
    }

    /// Others' joins are gone through for those only who want to be told of them.
    @Test func othersJoinsAreCountedForWhoWantsThem() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let rule = await kenji.put(
                "/_matrix/client/v3/pushrules/global/override/joins",
                #"{"actions":["notify"],"conditions":[{"kind":"event_match","key":"type","pattern":"m.room.member"}]}"#)
            #expect(rule.status == 200)
            let room = try await server.room(hanako, kenji)
            _ = await hanako.put("/_matrix/client/v3/profile/\(hanako.user)/displayname", #"{"displayname":"H"}"#)
            let said = await hanako.say("one", in: room)
            #expect(await counts(kenji, room).main == 2)
            await read(kenji, said, room)
            _ = await kenji.put("/_matrix/client/v3/pushrules/global/override/joins/enabled", #"{"enabled":false}"#)
            _ = await hanako.put("/_matrix/client/v3/profile/\(hanako.user)/displayname", #"{"displayname":"HH"}"#)
            await hanako.say("two", in: room)
            #expect(await counts(kenji, room).main == 1)
        }
    }
}
