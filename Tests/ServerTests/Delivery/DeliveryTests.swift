import EventLoop
import JSON
import MatrixAPI
import Store
import StoreSQLite
import Testing

@testable import Server

/// A feed, and members with rules for it. The clock begins at 2023-11-14 22:13:20 UTC.
@Suite struct DeliveryTests {
    struct Scene {
        let server: RouteHarness
        let feeds: Feeds
        let feed: RoomID
        let hanako: TestMember
        let kenji: TestMember

        func publish(_ headlines: String..., in feed: RoomID? = nil) async throws {
            let items = try headlines.map { try FeedItem(id: $0, headline: $0) }
            _ = try await feeds.publish(items, to: feed ?? self.feed, by: "weather")
        }

        func rule(_ content: String, of member: TestMember) async -> TestAnswer {
            await member.put("/_matrix/client/v3/user/\(member.user)/rooms/\(feed)/account_data/mado.delivery", content)
        }

        /// Moves both clocks, and has what is due given.
        func advance(_ duration: Duration) async {
            server.clock.advance(by: duration)
            await server.deliveries.tick()
        }
    }

    private func play(_ body: (Scene) async throws -> Void) async throws {
        try await RouteHarness.withPortal { server, capabilities in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let feed = try await capabilities.feed("weather")
            let feeds = Feeds(portal: capabilities.portal, clock: server.clock.clock)
            try await server.deliveries.start()
            try await body(Scene(server: server, feeds: feeds, feed: feed, hanako: hanako, kenji: kenji))
        }
    }

    private func headlines(_ answer: TestAnswer, _ feed: RoomID) -> [String] {
        answer.events(feed, "timeline").compactMap { event in
            let content = event["content"]?["m.new_content"] ?? event["content"]
            return content?["mado.item"]?["headline"]?.string
        }
    }

    @Test func heldItemsComeTogetherWhenTheyAreDue() async throws {
        try await play { scene in
            #expect(await scene.rule(#"{"mode":"every","every_minutes":30}"#, of: scene.hanako).status == 200)
            var hanako = await scene.hanako.firstToken()
            var kenji = await scene.kenji.firstToken()
            try await scene.publish("one", "two")
            let nothing = await scene.hanako.sync(since: hanako)
            #expect(headlines(nothing, scene.feed) == [])
            #expect(nothing.room(scene.feed) == nil, "not even the room is mentioned")
            hanako = nothing.token
            let atOnce = await scene.kenji.sync(since: kenji)
            #expect(headlines(atOnce, scene.feed) == ["one", "two"])
            kenji = atOnce.token
            await scene.advance(.seconds(29 * 60))
            #expect(headlines(await scene.hanako.sync(since: hanako), scene.feed) == [])
            try await scene.publish("three")
            await scene.advance(.seconds(2 * 60))
            let due = await scene.hanako.sync(since: hanako)
            #expect(headlines(due, scene.feed) == ["one", "two", "three"])
            // Nothing is doubled, for her or for him.
            #expect(headlines(await scene.hanako.sync(since: due.token), scene.feed) == [])
            #expect(headlines(await scene.kenji.sync(since: kenji), scene.feed) == ["three"])
            // An older token gets the same again, as with any event.
            #expect(headlines(await scene.hanako.sync(since: hanako), scene.feed) == ["one", "two", "three"])
            // All of it can be read.
            let page = await scene.hanako.get("/_matrix/client/v3/rooms/\(scene.feed)/messages?dir=b&limit=50")
            #expect(page.text.contains("three"))
        }
    }

    @Test(arguments: SlidingDialect.allCases) func slidingSyncGivesTheSame(_ dialect: SlidingDialect) async throws {
        try await play { scene in
            try await scene.publish("before")
            _ = await scene.rule(#"{"mode":"every","every_minutes":30}"#, of: scene.hanako)
            var client = SlidingClient(scene.hanako, dialect)
            client.subscribe(to: scene.feed)
            func headlines(_ answer: TestAnswer) -> [String] {
                answer.news(scene.feed, "timeline").compactMap { $0["content"]?["mado.item"]?["headline"]?.string }
            }
            try await scene.publish("held")
            #expect(headlines(await client.sync()) == ["before"])
            let waiting = client.poll()
            try await scene.publish("held too")
            #expect(await !waiting.hasBegun())
            await scene.advance(.seconds(31 * 60))
            let due = await waiting.whole()
            client.take(due)
            #expect(headlines(due) == ["held", "held too"])
            #expect(headlines(await client.sync()) == [], "nothing is doubled")
        }
    }

    @Test func aFirstSyncShowsNoMoreThanWasDue() async throws {
        try await play { scene in
            try await scene.publish("before")
            _ = await scene.rule(#"{"mode":"every","every_minutes":30}"#, of: scene.hanako)
            try await scene.publish("held")
            let first = await scene.hanako.sync()
            #expect(headlines(first, scene.feed) == ["before"])
            #expect(first.room(scene.feed)?["unread_notifications"]?["notification_count"]?.int == 0)
            await scene.advance(.seconds(31 * 60))
            #expect(headlines(await scene.hanako.sync(since: first.token), scene.feed) == ["held"])
            #expect(headlines(await scene.hanako.sync(), scene.feed) == ["before", "held"])
        }
    }

    @Test func theReaderOfTheStoreSaysTheSameAsMemory() async throws {
        try await play { scene in
            _ = await scene.rule(#"{"mode":"every","every_minutes":30}"#, of: scene.hanako)
            let since = await scene.hanako.firstToken()
            try await scene.publish("one")
            let held = await scene.hanako.sync(since: since).token
            await scene.advance(.seconds(31 * 60))
            try await scene.publish("two")
            scene.server.journal.log.forgetAll(before: scene.server.journal.position)
            for token in [since, held] {
                #expect(headlines(await scene.hanako.sync(since: token), scene.feed) == ["one"])
            }
        }
    }

    @Test func whoHoldsItemsIsNotWoken() async throws {
        try await play { scene in
            _ = await scene.rule(#"{"mode":"every","every_minutes":30}"#, of: scene.hanako)
            let waiting = scene.hanako.poll(since: await scene.hanako.firstToken())
            let other = scene.kenji.poll(since: await scene.kenji.firstToken())
            try await scene.publish("one")
            #expect(headlines(await other.whole(), scene.feed) == ["one"])
            #expect(await !waiting.hasBegun())
            await scene.advance(.seconds(31 * 60))
            #expect(headlines(await waiting.whole(), scene.feed) == ["one"])
        }
    }

    /// Whom an item concerns is kept up to date from change to change: the same as what all members are asked for.
    @Test func whomItemsConcern() async throws {
        try await play { scene in
            let server = scene.server
            var number = 0
            func concerned(_ headline: String) async throws -> Set<String> {
                number += 1
                try await scene.publish("\(headline) \(number)")
                let position = server.journal.position
                let item = try #require(try await server.store.read { try $0.event(at: position) })
                let room = try #require(try await server.journal.room(scene.feed))
                let members = Set(room.users(with: .join))
                guard var concerned = server.deliveries.concerned(by: [item], in: scene.feed) else {
                    return Set(members.map { String($0.localpart) })
                }
                var users: Set<UserID> = []
                concerned.forEach { users.insert($0) }
                #expect(users == members.filter { server.deliveries.isDelivered(item, to: $0) })
                #expect(users == members.filter { concerned.contains($0) })
                #expect(concerned.count >= users.count)
                return Set(users.map { String($0.localpart) })
            }
            let (hanako, kenji) = (scene.hanako, scene.kenji)
            let all = try await concerned("sun")
            #expect(all.isSuperset(of: ["hanako", "kenji"]))
            _ = await scene.rule(#"{"mode":"every","every_minutes":30}"#, of: hanako)
            #expect(try await concerned("sun") == all.subtracting(["hanako"]))
            _ = await scene.rule(#"{"words":["rain"]}"#, of: kenji)
            #expect(try await concerned("sun") == all.subtracting(["hanako", "kenji"]))
            #expect(try await concerned("rain") == all.subtracting(["hanako"]))
            // Members come and go, with rules and without.
            let aiko = try await server.member("aiko")
            #expect(try await concerned("sun") == all.subtracting(["hanako", "kenji"]).union(["aiko"]))
            #expect(await aiko.leave(scene.feed.string).status == 200)
            #expect(await hanako.leave(scene.feed.string).status == 200)
            #expect(try await concerned("rain") == all.subtracting(["hanako"]))
            for member in [aiko, hanako] {
                #expect(await member.post("/_matrix/client/v3/join/\(scene.feed)", "{}").status == 200)
            }
            #expect(try await concerned("rain") == all.subtracting(["hanako"]).union(["aiko"]))
            // A release changes nothing of it, the end of a quiet part of the day does, and so do other rules.
            await scene.advance(.seconds(31 * 60))
            #expect(try await concerned("rain") == all.subtracting(["hanako"]).union(["aiko"]))
            _ = await scene.rule(#"{"quiet":{"from":"22:00","to":"23:00"},"time_zone":"UTC"}"#, of: aiko)
            #expect(try await concerned("rain") == all.subtracting(["hanako"]))
            await scene.advance(.seconds(31 * 60))
            #expect(try await concerned("rain") == all.subtracting(["hanako"]).union(["aiko"]))
            for member in [hanako, kenji] { _ = await scene.rule(#"{"mode":"at_once"}"#, of: member) }
            #expect(try await concerned("sun") == all.union(["aiko"]))
        }
    }

    @Test func itemsWithoutTheWordsDoNotCome() async throws {
        try await play { scene in
            _ = await scene.rule(#"{"words":["Rain","schnee"]}"#, of: scene.hanako)
            let since = await scene.hanako.firstToken()
            let waiting = scene.hanako.poll(since: since)
            try await scene.publish("Sunny all day")
            #expect(await !waiting.hasBegun())
            try await scene.publish("Light RAIN later")
            #expect(headlines(await waiting.whole(), scene.feed) == ["Light RAIN later"])
            // New versions are looked at as well.
            _ = try await scene.feeds.publish(
                [try FeedItem(json(#"{"id":"x","headline":"Wetter","text":"Es gibt Schnee."}"#))], to: scene.feed,
                by: "weather")
            #expect(headlines(await scene.hanako.sync(since: since), scene.feed) == ["Light RAIN later", "Wetter"])
            #expect(headlines(await scene.kenji.sync(), scene.feed).count == 3)
        }
    }

    @Test func atNightNothingComes() async throws {
        try await play { scene in
            // It is 22:13; the night is until 07:00.
            _ = await scene.rule(#"{"quiet":{"from":"22:00","to":"07:00"},"time_zone":"UTC"}"#, of: scene.hanako)
            var since = await scene.hanako.firstToken()
            try await scene.publish("at night")
            #expect(headlines(await scene.hanako.sync(since: since), scene.feed) == [])
            await scene.advance(.seconds(8 * 3600))
            #expect(headlines(await scene.hanako.sync(since: since), scene.feed) == [])
            await scene.advance(.seconds(3600))
            let morning = await scene.hanako.sync(since: since)
            #expect(headlines(morning, scene.feed) == ["at night"])
            since = morning.token
            try await scene.publish("by day")
            let day = await scene.hanako.sync(since: since)
            #expect(headlines(day, scene.feed) == ["by day"])
            // The next night begins, seen or not.
            await scene.advance(.seconds(15 * 3600))
            try await scene.publish("late")
            let night = await scene.hanako.sync(since: day.token)
            #expect(headlines(night, scene.feed) == [])
            await scene.advance(.seconds(10 * 3600))
            #expect(headlines(await scene.hanako.sync(since: night.token), scene.feed) == ["late"])
            #expect(headlines(await scene.hanako.sync(since: day.token), scene.feed) == ["late"])
        }
    }

    @Test func anotherRuleBringsWhatWasHeld() async throws {
        try await play { scene in
            _ = await scene.rule(#"{"mode":"at_times","times":["08:00"],"time_zone":"UTC"}"#, of: scene.hanako)
            let since = await scene.hanako.firstToken()
            try await scene.publish("one")
            _ = await scene.rule(#"{"mode":"every","every_minutes":10}"#, of: scene.hanako)
            let changed = await scene.hanako.sync(since: since)
            #expect(headlines(changed, scene.feed) == ["one"])
            try await scene.publish("two")
            #expect(headlines(await scene.hanako.sync(since: changed.token), scene.feed) == [])
            _ = await scene.rule("{}", of: scene.hanako)
            let free = await scene.hanako.sync(since: changed.token)
            #expect(headlines(free, scene.feed) == ["two"])
            try await scene.publish("three")
            #expect(headlines(await scene.hanako.sync(since: free.token), scene.feed) == ["three"])
            #expect(headlines(await scene.hanako.sync(since: since), scene.feed) == ["one", "two", "three"])
            #expect(await scene.rule(#"{"mode":"never"}"#, of: scene.hanako).outcome == "400 M_INVALID_PARAM")
            #expect(await scene.rule(#"{"words":"x"}"#, of: scene.hanako).outcome == "400 M_BAD_JSON")
        }
    }

    @Test func aRestartLosesAndDoublesNothing() async throws {
        try await play { scene in
            let server = scene.server
            _ = await scene.rule(#"{"mode":"at_times","times":["08:00","20:00"],"time_zone":"UTC"}"#, of: scene.hanako)
            let since = await scene.hanako.firstToken()
            try await scene.publish("before eight")
            // The server is off from here on: it is started again at 09:13, and has missed 08:00.
            server.clock.advance(by: .seconds(10 * 3600))
            try await scene.publish("after eight")
            server.clock.advance(by: .seconds(3600))
            let again = Deliveries(journal: server.journal, loop: server.loops.loops[0], clock: server.clock.clock)
            server.journal.addObserver(again)
            try await again.start()
            #expect(again.ruleCount == 1)
            let window = try await server.store.read { [server] reader in
                try again.window(
                    of: scene.hanako.user, in: scene.feed, since: 0, upTo: server.journal.position, reader)
            }
            let given = try #require(window)
            let events = try await server.store.read { reader in
                try reader.events(in: scene.feed, after: 0, through: .max, order: .forward, limit: 100).filter {
                    $0.isItem && given.isDelivered($0)
                }
            }
            #expect(events.compactMap { $0.content["mado.item"]?["headline"]?.string } == ["before eight"])
            // The first one, which runs on beside it in this test, was told by the journal.
            #expect(headlines(await scene.hanako.sync(since: since), scene.feed) == ["before eight"])
        }
    }

    @Test func whatIsNoItemComesAsItHappens() async throws {
        try await play { scene in
            _ = await scene.rule(#"{"mode":"every","every_minutes":30}"#, of: scene.hanako)
            let since = await scene.hanako.firstToken()
            try await scene.publish("held")
            _ = try await scene.feeds.portal.setState(
                "m.room.topic", .object { $0.member("topic", "New") }, in: scene.feed)
            let sync = await scene.hanako.sync(since: since)
            #expect(sync.events(scene.feed, "timeline").compactMap { $0["type"]?.string } == ["m.room.topic"])
            await scene.advance(.seconds(31 * 60))
            let later = await scene.hanako.sync(since: sync.token)
            #expect(later.events(scene.feed, "timeline").compactMap { $0["type"]?.string } == ["m.room.message"])
        }
    }

    @Test func unreadCountsFollow() async throws {
        try await play { scene in
            _ = await scene.rule(#"{"mode":"every","every_minutes":30}"#, of: scene.hanako)
            let since = await scene.hanako.firstToken()
            let urgent = try FeedItem(json(#"{"id":"u","headline":"Fire","priority":"urgent"}"#))
            _ = try await scene.feeds.publish([urgent], to: scene.feed, by: "weather")
            _ = try await scene.feeds.portal.setState(
                "m.room.topic", .object { $0.member("topic", "New") }, in: scene.feed)
            func unread(_ answer: TestAnswer) -> Int64? {
                answer.room(scene.feed)?["unread_notifications"]?["notification_count"]?.int
            }
            let held = await scene.hanako.sync(since: since)
            #expect(unread(held) == 0)
            await scene.advance(.seconds(31 * 60))
            #expect(unread(await scene.hanako.sync(since: held.token)) == 1)
        }
    }

    /// Ten thousand subscribers in four groups: an item writes one event and wakes those who get it now; a release costs
    /// one change for each who gets something.
    @Test func theCostIsThatOfThoseWhoGetSomething() async throws {
        try await play { scene in
            let server = scene.server
            let users = (0..<10_000).map { UserID(localpart: "m\($0)", server: RouteHarness.serverName) }
            let rules = [
                #"{"mode":"every","every_minutes":30,"time_zone":"UTC"}"#,
                #"{"mode":"at_times","times":["23:00"],"time_zone":"UTC"}"#,
                #"{"words":["rain"],"time_zone":"UTC"}"#,
            ]
            let parsed = try rules.map { (try DeliveryRule(json($0)), Array($0.utf8)) }
            try await server.journal.write { transaction in
                for (index, user) in users.enumerated() where index % 4 != 3 {
                    let (rule, content) = parsed[index % 4]
                    try server.deliveries.set(rule, content: content, of: user, in: scene.feed, transaction)
                }
            }
            #expect(server.deliveries.ruleCount == 7_500)
            let before = server.journal.statistics
            try await scene.publish("Sunny")
            #expect(server.journal.statistics.changes - before.changes == 1)
            let position = server.journal.position
            let item = try await server.store.read { try $0.event(at: position) }
            let event = try #require(item)
            // None of these is a member: hanako, kenji and the portal are.
            let concerned = try #require(server.deliveries.concerned(by: [event], in: scene.feed))
            #expect(concerned.count == 3)
            // Half an hour later those have it who wanted it every half hour, and nobody else.
            let start = server.journal.statistics
            await scene.advance(.seconds(31 * 60))
            #expect(server.journal.statistics.changes - start.changes == 2_500)
            #expect(server.journal.statistics.proposals - start.proposals == 13)
            // At 23:00 the others; those of every half hour have nothing new.
            let later = server.journal.statistics
            await scene.advance(.seconds(17 * 60))
            #expect(server.journal.statistics.changes - later.changes == 2_500)
            let idle = server.journal.statistics
            await scene.advance(.seconds(60 * 60))
            #expect(server.journal.statistics.changes == idle.changes)
        }
    }
}
