import HTTP
import JSON
import MatrixAPI
import Store
import Testing

@testable import Server

/// That what is put together once for all members is for each of them what it would be for them alone.
@Suite struct SharedChangesTests {
    private struct People {
        let hanako: TestMember
        let kenji: TestMember
        let maria: TestMember
        let room: RoomID
        /// Of a sync in which they learned of everything so far.
        let token: String
    }

    private func text(_ value: JSONValue?) -> String { String(decoding: value?.bytes ?? [], as: UTF8.self) }

    private func people(_ server: RouteHarness) async throws -> People {
        let hanako = try await server.member("hanako")
        let kenji = try await server.member("kenji")
        let maria = try await server.member("maria")
        let room = try await server.room(hanako, kenji, maria)
        for member in [hanako, kenji, maria] { _ = await member.sync() }
        return People(hanako: hanako, kenji: kenji, maria: maria, room: room, token: await maria.firstToken())
    }

    @Test func allGetTheSameTextAndWritersTheirOwn() async throws {
        try await SyncHarness.run { server in
            let people = try await people(server)
            let (room, token) = (people.room, people.token)
            await people.hanako.say("good morning", in: room, transaction: "abc")
            let kenji = await people.kenji.sync(since: token)
            let maria = await people.maria.sync(since: token)
            let hanako = await people.hanako.sync(since: token)
            #expect(kenji.texts(room) == ["good morning"])
            #expect(text(kenji.room(room)?["timeline"]) == text(maria.room(room)?["timeline"]))
            let own = hanako.events(room, "timeline").first?["unsigned"]
            #expect(own?["transaction_id"]?.string == "abc")
            #expect(kenji.events(room, "timeline").first?["unsigned"]?["transaction_id"] == nil)
            #expect(kenji.events(room, "timeline").first?["unsigned"]?["membership"]?.string == "join")
            #expect(hanako.room(room)?["unread_notifications"]?["notification_count"]?.int == 0)
            #expect(kenji.room(room)?["unread_notifications"]?["notification_count"]?.int == 1)
        }
    }

    @Test func whatIsSharedIsWhatTheStoreSays() async throws {
        try await SyncHarness.run { server in
            let people = try await people(server)
            let (room, token) = (people.room, people.token)
            let filter = #"{"room":{"state":{"lazy_load_members":true},"timeline":{"limit":50}}}"#
            var since = token
            for number in 1...3 {
                let event = await people.hanako.say("message \(number)", in: room)
                _ = await people.maria.post(people.maria.path(room.string, "receipt/m.read/\(event)"))
                let answer = await people.kenji.sync(since: since, with: "&filter=" + filter.urlEncoded)
                let unread = answer.room(room)?["unread_notifications"]?["notification_count"]?.int
                #expect(answer.texts(room) == ["message \(number)"])
                #expect(unread == Int64(number), "counted on, answer after answer")
                server.journal.log.forgetAll(before: server.journal.position)
                let fromStore = await people.kenji.sync(since: since, with: "&filter=" + filter.urlEncoded)
                for part in ["timeline", "state", "ephemeral", "account_data", "unread_notifications"] {
                    #expect(text(answer.room(room)?[part]) == text(fromStore.room(room)?[part]), "\(part)")
                }
                since = answer.token
            }
        }
    }

    @Test func privateReadMarksStayWithTheReader() async throws {
        try await SyncHarness.run { server in
            let people = try await people(server)
            let event = await people.hanako.say("read this", in: people.room)
            let before = await people.maria.firstToken()
            _ = await people.kenji.post(people.kenji.path(people.room.string, "receipt/m.read.private/\(event)"))
            let (kenji, maria) = (await people.kenji.sync(since: before), await people.maria.sync(since: before))
            #expect(kenji.events(people.room, "ephemeral").contains { text($0).contains("m.read.private") })
            #expect(!maria.text.contains("m.read.private"))
            #expect(kenji.room(people.room)?["unread_notifications"]?["notification_count"]?.int == 0)
        }
    }

    @Test func whoIgnoresTheWriterGetsNothingOfIt() async throws {
        try await SyncHarness.run { server in
            let people = try await people(server)
            _ = await people.kenji.put(
                "/_matrix/client/v3/user/\(people.kenji.user)/account_data/m.ignored_user_list",
                #"{"ignored_users":{"\#(people.hanako.user)":{}}}"#)
            let token = await people.maria.firstToken()
            await people.hanako.say("unheard", in: people.room)
            #expect(await people.maria.sync(since: token).texts(people.room) == ["unheard"])
            #expect(await people.kenji.sync(since: token).room(people.room) == nil)
        }
    }

    @Test func whatWasRedactedMeanwhileIsNotTold() async throws {
        try await SyncHarness.run { server in
            let people = try await people(server)
            let event = await people.hanako.say("a slip", in: people.room)
            #expect(await people.kenji.sync(since: people.token).texts(people.room) == ["a slip"])
            let redaction = await people.hanako.put(
                people.hanako.path(people.room.string, "redact/\(event)/1"), #"{"reason":"slip"}"#)
            #expect(redaction.status == 200)
            let late = await people.maria.sync(since: people.token)
            #expect(late.texts(people.room) == [])
            #expect(!late.text.contains("a slip"))
            #expect(late.room(people.room)?["unread_notifications"]?["notification_count"]?.int == 0)
        }
    }

    @Test func theAgeIsThatOfNow() async throws {
        try await SyncHarness.run { server in
            let people = try await people(server)
            await people.hanako.say("old", in: people.room)
            func age(_ member: TestMember) async -> Int64? {
                await member.sync(since: people.token).events(people.room, "timeline").first?["unsigned"]?["age"]?.int
            }
            #expect(await age(people.kenji) == 0)
            server.clock.advance(by: .seconds(3600))
            #expect(await age(people.maria) == 3_600_000)
        }
    }

    @Test func whoCameLaterGetsTheWholeRoom() async throws {
        try await SyncHarness.run { server in
            let people = try await people(server)
            let late = try await server.member("late")
            let before = await late.firstToken()
            #expect(await late.post("/_matrix/client/v3/join/\(people.room.string.urlEncoded)").status == 200)
            let joined = await people.maria.firstToken()
            await people.hanako.say("welcome", in: people.room)
            let whole = await late.sync(since: before)
            let told = whole.events(people.room, "state") + whole.events(people.room, "timeline")
            #expect(told.contains { $0["type"]?.string == "m.room.power_levels" })
            #expect(await late.sync(since: joined).events(people.room, "state").isEmpty)
            #expect(await late.sync(since: joined).texts(people.room) == ["welcome"])
        }
    }

    @Test func mentionsAreHighlightedForWhomTheyName() async throws {
        try await SyncHarness.run { server in
            let people = try await people(server)
            await people.hanako.say("before", in: people.room)
            var tokens = [await people.kenji.sync(since: people.token), await people.maria.sync(since: people.token)]
                .map(\.token)
            _ = await people.hanako.put(
                people.hanako.path(people.room.string, "send/m.room.message/1"),
                #"{"msgtype":"m.text","body":"you","m.mentions":{"user_ids":["\#(people.kenji.user)"]}}"#)
            func counts(_ member: TestMember, _ since: String) async -> [Int64?] {
                let unread = await member.sync(since: since).room(people.room)?["unread_notifications"]
                return [unread?["notification_count"]?.int, unread?["highlight_count"]?.int]
            }
            #expect(await counts(people.kenji, tokens.removeFirst()) == [2, 1])
            #expect(await counts(people.maria, tokens.removeFirst()) == [2, 0])
        }
    }

    // MARK: Sharing

    @Test func aTextIsMadeOnceForAFilterAndSecond() {
        let room = SharedRoomChanges(events: [], receipts: [])
        let (one, other) = (SharedFilter(Filter()), SharedFilter(Filter()))
        var made = 0
        func ask(_ filter: SharedFilter, at now: Int64) {
            _ = room.text(for: filter, now: now) {
                made += 1
                return nil
            }
        }
        ask(one, at: 10_000)
        ask(one, at: 10_999)
        #expect(made == 1)
        ask(other, at: 10_999)
        #expect(made == 2)
        ask(one, at: 11_000)
        #expect(made == 3)
    }

    @Test func rangesAreKeptWhileTheyEndNow() async throws {
        try await SyncHarness.run { server in
            let people = try await people(server)
            let recent = RecentChanges(server.journal.log)
            let since = server.journal.position
            await people.hanako.say("one", in: people.room)
            let upTo = server.journal.position
            let first = try #require(recent.changes(since: since, upTo: upTo))
            #expect(first.rooms[people.room]?.events.count == 1)
            #expect(recent.changes(since: since, upTo: upTo) === first)
            await people.hanako.say("two", in: people.room)
            let next = try #require(recent.changes(since: since, upTo: server.journal.position))
            #expect(next.rooms[people.room]?.events.count == 2)
            #expect(recent.changes(since: since, upTo: upTo) !== first, "nobody asks for it any more")
            server.journal.log.forgetAll(before: upTo)
            #expect(recent.changes(since: since, upTo: upTo) == nil, "not all in memory")
        }
    }

    @Test func filtersOfOneTextAreOne() throws {
        let filters = SharedFilters()
        let text = Array(#"{"room":{"timeline":{"limit":5}}}"#.utf8)
        let one = try filters.filter(text)
        #expect(try filters.filter(text) === one)
        #expect(one.filter.room.timeline.limit == 5)
        #expect(try filters.filter(Array("{}".utf8)) !== one)
        #expect(throws: JSONError.self) { try filters.filter(Array("{".utf8)) }
        #expect(throws: FilterError.self) { try filters.filter(Array(#"{"room":1}"#.utf8)) }
    }
}
