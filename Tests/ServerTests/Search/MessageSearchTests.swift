import JSON
import MatrixAPI
import Store
import Testing

@testable import Server

@Suite struct MessageSearchTests {
    private func withSearch(_ body: (RouteHarness) async throws -> Void) async throws {
        try await RouteHarness.run(
            adding: { parts, routes in
                RoomCapabilities(parts, Rooms.Configuration()).addRoutes(to: &routes)
                let index = SearchIndex(journal: parts.journal)
                MessageSearch(journal: parts.journal, index: index, clock: parts.clock).addRoutes(to: &routes)
            }, body)
    }

    private func search(
        _ member: TestMember, _ term: String, _ more: String = "", query: String = ""
    ) async -> JSONValue {
        let answer = await member.post(
            "/_matrix/client/v3/search" + query,
            #"{"search_categories":{"room_events":{"search_term":"\#(term)","order_by":"recent"\#(more)}}}"#)
        return answer["search_categories"]?["room_events"] ?? answer.body
    }

    private func texts(_ found: JSONValue) -> [String] {
        found["results"]?.array?.compactMap { $0.string("result", "content", "body") } ?? []
    }

    @Test func wordsAreFoundInWhateverLanguage() async throws {
        try await withSearch { server in
            let hanako = try await server.member("hanako")
            let room = try await hanako.createRoom(#"{"name":"Harbour office","topic":"Berths and cranes"}"#)
            for text in [
                "The projector is in Madrid", "資料を送りました。", "Ça va, Zoë?", "El proyector ya funciona", "24-hour shift",
            ] { _ = try await hanako.say(text, in: room) }
            for (term, expected) in [
                ("projector", ["The projector is in Madrid"]), ("PROJ", ["The projector is in Madrid"]),
                ("madrid the", ["The projector is in Madrid"]), ("madrid funciona", []), ("資料", ["資料を送りました。"]),
                ("料資", []), ("送り", ["資料を送りました。"]), ("zoe", ["Ça va, Zoë?"]), ("24", ["24-hour shift"]),
                ("ro", []), ("\\\" OR 1 NOT *", []), ("", []), ("***", []),
            ] {
                #expect(texts(await search(hanako, term)) == expected, "\(term)")
            }
            let named = await search(hanako, "harbour", #","keys":["content.name"]"#)
            #expect(named["results"]?.first?["result"]?["type"]?.string == "m.room.name")
            #expect(await search(hanako, "harbour", #","keys":["content.body"]"#)["count"]?.int == 0)
        }
    }

    /// Three searches at once share what is taken in; the rest follows without another one.
    @Test func aSearchWaitsForSomeOfALongHistory() async throws {
        var parts: RouteHarness.Parts?
        try await RouteHarness.run(
            adding: { made, routes in
                RoomCapabilities(made, Rooms.Configuration()).addRoutes(to: &routes)
                parts = made
            },
            { server in
                let journal = try #require(parts).journal
                let hanako = try await server.member("hanako")
                let room = try await hanako.createRoom()
                // Several batches too many, for the searches need not begin at once.
                for number in 0..<100 * (SearchIndex.batchesOfOneSearch + 5) {
                    _ = try await hanako.say("\(number)", in: room)
                }
                let index = SearchIndex(journal: journal)
                async let first = index.catchUp()
                async let second = index.catchUp()
                async let third = index.catchUp()
                #expect(try await [first, second, third] == [false, false, false])
                while try await journal.store.read({ try $0.indexedPosition() }) < journal.position {}
                #expect(try await index.catchUp())
            })
    }

    @Test func pagesContextGroupsAndState() async throws {
        try await withSearch { server in
            let hanako = try await server.member("hanako")
            let room = try await hanako.createRoom()
            for number in 1...7 { _ = try await hanako.say("needle \(number)", in: room) }
            _ = try await hanako.say("hay", in: room)
            var found: [String] = []
            var query = ""
            for _ in 0..<9 {
                let page = await search(hanako, "needle", #","filter":{"limit":3}"#, query: query)
                #expect(page["count"]?.int == 7)
                found += texts(page)
                guard let next = page["next_batch"]?.string else { break }
                query = "?next_batch=\(next)"
            }
            #expect(found == (1...7).reversed().map { "needle \($0)" })

            let one = await search(
                hanako, "needle 4",
                #"""
                ,"event_context":{"before_limit":1,"after_limit":2},"include_state":true,
                "groupings":{"group_by":[{"key":"room_id"},{"key":"sender"}]}
                """#)
            let result = one["results"]?.first
            #expect(result?["context"]?["events_before"]?.first?.string("content", "body") == "needle 3")
            #expect(result?["context"]?["events_after"]?.count == 2)
            #expect(result?["context"]?["profile_info"]?[hanako.user.string]?["displayname"]?.string == "hanako")
            #expect(one["groups"]?["room_id"]?[room]?["results"]?.count == 1)
            #expect(one["groups"]?["sender"]?[hanako.user.string]?["results"]?.count == 1)
            #expect((one["state"]?[room]?.count ?? 0) > 3)
            #expect(one["highlights"]?.count == 2)
            let ranked = await hanako.post(
                "/_matrix/client/v3/search",
                #"{"search_categories":{"room_events":{"search_term":"needle","filter":{"limit":2}}}}"#)
            let next = ranked["search_categories"]?["room_events"]?["next_batch"]?.string
            #expect(next == "r2")
        }
    }

    @Test func onlyWhatOneMaySeeIsFound() async throws {
        try await withSearch { server in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom(visibility: "joined")
            let secret = try await hanako.say("secret before", in: room)
            #expect(texts(await search(kenji, "secret")) == [])
            try await hanako.bring(kenji, into: room)
            _ = try await hanako.say("secret after", in: room)
            #expect(texts(await search(kenji, "secret")) == ["secret after"])
            #expect(texts(await search(hanako, "secret")) == ["secret after", "secret before"])
            _ = await hanako.put(hanako.path(room, "redact/\(secret)/r"), "{}")
            #expect(texts(await search(hanako, "secret")) == ["secret after"])
            _ = await kenji.leave(room)
            #expect(texts(await search(kenji, "secret")) == [])
        }
    }

    /// Not even how many matches there are in the part of a room that one may not see.
    @Test func onlyWhatOneMaySeeIsCounted() async throws {
        try await withSearch { server in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom(visibility: "joined")
            for number in 1...3 { _ = try await hanako.say("secret \(number)", in: room) }
            try await hanako.bring(kenji, into: room)
            #expect(await search(kenji, "secret")["count"]?.int == 0)
            for number in 4...5 { _ = try await hanako.say("secret \(number)", in: room) }
            #expect(await search(kenji, "secret")["count"]?.int == 2)
            let page = await search(kenji, "secret", #","filter":{"limit":1}"#)
            #expect(page["count"]?.int == 1)
            #expect(page["next_batch"]?.string != nil)
            #expect(await search(hanako, "secret")["count"]?.int == 5)
        }
    }

    @Test func whatIsWrongIsSaid() async throws {
        try await withSearch { server in
            let hanako = try await server.member("hanako")
            let path = "/_matrix/client/v3/search"
            #expect(await hanako.post(path).error == "M_MISSING_PARAM")
            #expect(await hanako.post(path, #"{"search_categories":{}}"#).status == 200)
            #expect(await search(hanako, String(repeating: "x", count: 501))["errcode"]?.string == "M_INVALID_PARAM")
            #expect(await search(hanako, "x", query: "?next_batch=z")["errcode"]?.string == "M_INVALID_PARAM")
            let groups = #","groupings":{"group_by":[{"key":"moon"}]}"#
            #expect(await search(hanako, "x", groups)["errcode"]?.string == "M_INVALID_PARAM")
        }
    }
}
