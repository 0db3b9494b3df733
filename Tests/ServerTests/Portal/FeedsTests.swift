import HTTP
import JSON
import MatrixAPI
import Store
import StoreSQLite
import Testing

@testable import Server

@Suite struct FeedsTests {
    /// A feed that somebody pushes to, and a member who reads it.
    private func withFeed(
        _ body: (RouteHarness, ProviderCapabilities, TestMember, (String) async -> TestAnswer) async throws -> Void
    ) async throws {
        try await RouteHarness.withProviders { server, capabilities in
            let hanako = try await server.member("hanako")
            let (_, token) = try await capabilities.providers.add(ProviderWish(name: "shares", kind: .push))
            let secret = try #require(token)
            try await body(server, capabilities, hanako) { body in
                await server.request(.post, "/_mado/v1/feeds/shares/items", token: secret, body: body)
            }
        }
    }

    @Test func anItemIsAMessageOnce() async throws {
        try await withFeed { server, capabilities, hanako, push in
            let feed = try #require(try await capabilities.feeds.feed(named: "shares"))
            let since = await hanako.firstToken()
            let item = #"""
                {"id":"1","headline":"N225  41204.5","text":"Up\nagain","html":"<p onclick=x>Up</p><script>y</script>",
                 "link":"https://example.org/","priority":"high","contact":"@yuki:mado.test",
                 "series":{"name":"N225","value":41204.5,"unit":"JPY","ts":1700000000000}}
                """#
            let first = await push(item)
            #expect(first.status == 200)
            #expect(first["accepted"]?.int == 1)
            let again = await push(item)
            #expect(again["unchanged"]?.int == 1)
            #expect(again["items"]?.first?["event_id"]?.string == first["items"]?.first?["event_id"]?.string)

            let events = await hanako.sync(since: since).events(feed.id, "timeline").filter {
                $0["type"]?.string == "m.room.message"
            }
            #expect(events.count == 1)
            let content = try #require(events.first?["content"])
            #expect(events.first?["sender"]?.string == "@mado:mado.test")
            #expect(content["msgtype"]?.string == "m.text")
            #expect(content["body"]?.string == "N225 41204.5\n\nUp\nagain\nhttps://example.org/\n@yuki:mado.test")
            #expect(content["formatted_body"]?.string?.contains("script") == false)
            // Other clients lead to the contact as well, who is not called by each item.
            #expect(content["formatted_body"]?.string?.contains("https://matrix.to/#/@yuki:mado.test") == true)
            #expect(content["m.mentions"]?.isObject == true && content["m.mentions"]?["user_ids"] == nil)
            let told = try #require(content["mado.item"])
            #expect(told["headline"]?.string == "N225 41204.5")
            #expect(told["html"]?.string == "<p>Up</p>")
            #expect(told["contact"]?.string == "@yuki:mado.test")
            #expect(told["provider"]?.string == "shares")
            #expect(told["published_ts"]?.int == server.clock.now)
            #expect(told["series"]?["value"]?.string == "41204.5")
        }
    }

    @Test func aNewVersionIsAnEditAlsoAfterARestart() async throws {
        try await withFeed { server, capabilities, hanako, push in
            let feed = try #require(try await capabilities.feeds.feed(named: "shares"))
            let first = await push(#"{"id":"1","headline":"One"}"#)
            let event = try #require(first["items"]?.first?["event_id"]?.string)
            let since = await hanako.firstToken()
            // What is known is in the store: another Feeds finds it.
            let other = Feeds(portal: capabilities.portal, clock: server.clock.clock)
            let receipt = try await other.publish(
                [try FeedItem(id: "1", headline: "One"), try FeedItem(id: "1", headline: "Two")], to: feed.id,
                by: "shares")
            #expect(receipt.unchanged == 1)
            #expect(receipt.updated == 1)
            let edit = try #require(await hanako.sync(since: since).events(feed.id, "timeline").last?["content"])
            #expect(edit["m.relates_to"]?["event_id"]?.string == event)
            #expect(edit["m.new_content"]?["mado.item"]?["headline"]?.string == "Two")
            #expect(edit["msgtype"]?.string == "m.notice")
        }
    }

    @Test func aBatchIsTakenAsAWhole() async throws {
        try await withFeed { server, capabilities, hanako, push in
            let position = server.journal.position
            let bad = await push(#"{"items":[{"id":"1","headline":"One"},{"id":"2"}]}"#)
            #expect(bad.outcome == "400 M_MISSING_PARAM")
            #expect(bad["error"]?.string?.contains("Item 1") == true)
            #expect(server.journal.position == position)
            let items = (0..<501).map { #"{"id":"\#($0)","headline":"x"}"# }.joined(separator: ",")
            #expect(await push("{\"items\":[\(items)]}").outcome == "400 M_INVALID_PARAM")
            let five = (0..<500).map { #"{"id":"\#($0)","headline":"x"}"# }.joined(separator: ",")
            let good = await push("{\"items\":[\(five)]}")
            #expect(good["accepted"]?.int == 500)
            #expect(good["items"]?.count == 500)
        }
    }

    @Test(arguments: [
        #"{"headline":"x"}"#, #"{"id":"","headline":"x"}"#, #"{"id":"1","headline":""}"#, #"{"id":"1","headline":7}"#,
        #"{"id":"1","headline":"x","link":"javascript:alert(1)"}"#, #"{"id":"1","headline":"x","priority":"loud"}"#,
        #"{"id":"1","headline":"x","expires_ts":-1}"#, #"{"id":"1","headline":"x","contact":"yuki"}"#,
        #"{"id":"1","headline":"x","series":{"name":"a b","value":"1"}}"#,
        #"{"id":"1","headline":"x","series":{"name":"a","value":"1e5"}}"#,
        #"{"id":"1","headline":"x","series":{"name":"a","value":"NaN"}}"#,
        #"{"id":"1","headline":"x","series":{"name":"a","value":"1","label":7}}"#, "7", #"{"items":7}"#,
    ])
    func whatIsNoItemIsRefused(_ body: String) async throws {
        try await withFeed { _, _, _, push in
            let answer = await push(body)
            #expect(answer.status == 400, "\(answer.text)")
        }
    }

    @Test func aTokenIsGoodForItsFeedAlone() async throws {
        try await withFeed { server, capabilities, hanako, push in
            let (_, other) = try await capabilities.providers.add(ProviderWish(name: "other", kind: .push))
            let item = #"{"id":"1","headline":"x"}"#
            func post(_ feed: String, _ token: String?) async -> String {
                await server.request(.post, "/_mado/v1/feeds/\(feed)/items", token: token, body: item).outcome
            }
            #expect(await post("shares", other) == "403 M_FORBIDDEN")
            #expect(await post("nothing", other) == "403 M_FORBIDDEN")
            #expect(await post("other", other) == "200")
            #expect(await post("other", nil) == "401 M_MISSING_TOKEN")
            #expect(await post("other", "wrong") == "401 M_UNKNOWN_TOKEN")
            #expect(await post("other", hanako.token) == "401 M_UNKNOWN_TOKEN")
            // A provider's token opens nothing else.
            #expect(await server.request(.get, "/_mado/v1/portal", token: other).status == 401)
            let stored = try await server.store.read { try $0.provider("other") }
            #expect(stored?.tokenHash != nil && stored?.tokenHash != Array((other ?? "").utf8))
            // A new token ends the old one; a provider that is off is not heard.
            let fresh = try await capabilities.providers.makeToken(for: "other")
            #expect(await post("other", other) == "401 M_UNKNOWN_TOKEN")
            #expect(await post("other", fresh) == "200")
            try await capabilities.providers.setEnabled(false, "other")
            #expect(await post("other", fresh) == "403 M_FORBIDDEN")
        }
    }

    @Test func seriesAreKeptAndRead() async throws {
        try await withFeed { server, capabilities, hanako, push in
            let feed = try #require(try await capabilities.feeds.feed(named: "shares"))
            let day: Int64 = 86_400_000
            let now = server.clock.now
            for (index, value) in ["1.5", "-2", "3.25"].enumerated() {
                let time = now + Int64(index) * 1000
                _ = await push(
                    #"{"id":"a","headline":"A \#(value)","series":{"name":"A","value":"\#(value)","unit":"EUR","ts":\#(time)}}"#
                )
            }
            _ = await push(
                """
                {"id":"b","headline":"B","series":{"name":"B","value":"7","ts":\(now),
                 "history":[[\(now - day),"6"],[\(now - 200 * day),"5"]]}}
                """)
            let path = "/_mado/v1/feeds/\(feed.id)/series/A"
            let all = await hanako.get(path)
            #expect(all["unit"]?.string == "EUR")
            #expect(all.text.contains(#"[[\#(now),"1.5"],[\#(now + 1000),"-2"],[\#(now + 2000),"3.25"]]"#))
            #expect(await hanako.get(path + "?limit=1")["points"]?.first?.first?.int == now + 2000)
            #expect(await hanako.get(path + "?from=\(now + 500)&to=\(now + 1500)")["points"]?.count == 1)
            // Older than values are kept.
            let b = await hanako.get("/_mado/v1/feeds/\(feed.id)/series/B")
            #expect(b["points"]?.count == 2)
            #expect(await hanako.get("/_mado/v1/feeds/\(feed.id)/series/C").outcome == "404 M_NOT_FOUND")
            #expect(await hanako.get(path + "?limit=5001").outcome == "400 M_INVALID_PARAM")
            _ = await hanako.leave(feed.id.string)
            #expect(await hanako.get(path).outcome == "403 M_FORBIDDEN")
            let described = try await server.journal.room(feed.id)?.stateEvent(StateKey("mado.feed"))?.content
            #expect(described?["series"]?.array?.compactMap { $0["name"]?.string } == ["A", "B"])
            // A series is called what its provider says, else by its name: a headline has the value in it.
            #expect(described?["series"]?.array?.compactMap { $0["label"]?.string } == ["A", "B"])
            _ = await push(
                #"{"id":"b","headline":"B 9","series":{"name":"B","label":"Bananas","value":"9","unit":"EUR"}}"#)
            let renamed = try await server.journal.room(feed.id)?.stateEvent(StateKey("mado.feed"))?.content
            #expect(renamed?["series"]?.array?.compactMap { $0["label"]?.string } == ["A", "Bananas"])
            #expect(renamed?["series"]?.array?.compactMap { $0["unit"]?.string } == ["EUR", "EUR"])
        }
    }

    @Test func anItemThatWasTakenAwayComesAnewAndIsNotEdited() async throws {
        try await withFeed { server, capabilities, hanako, push in
            let feed = try #require(try await capabilities.feeds.feed(named: "shares"))
            let first = await push(#"{"id":"1","headline":"One"}"#)
            let event = try #require(EventID(first["items"]?.first?["event_id"]?.string ?? ""))
            _ = try await capabilities.portal.rooms.redact(event, in: feed.id, by: capabilities.portal.account)
            let second = await push(#"{"id":"1","headline":"Two"}"#)
            #expect(second["accepted"]?.int == 1)
            #expect(second["items"]?.first?["event_id"]?.string != event.string)
        }
    }
}
