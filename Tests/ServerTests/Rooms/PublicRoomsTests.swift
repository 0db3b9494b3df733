import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

@Suite struct PublicRoomsTests {
    private let path = "/_matrix/client/v3/publicRooms"

    private func names(_ answer: TestAnswer) -> [String] {
        answer["chunk"]?.array?.compactMap { $0["name"]?.string } ?? []
    }

    @Test func listsOnlyWhatIsPublished() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            _ = try await hanako.createRoom(#"{"preset":"public_chat","name":"not listed"}"#)
            let big = try await hanako.createRoom(
                #"{"visibility":"public","name":"Big","topic":"About","room_alias_name":"big"}"#)
            _ = try await hanako.createRoom(#"{"visibility":"public","name":"Small"}"#)
            _ = await kenji.join(big)
            #expect(await server.request(.get, path).outcome == "401 M_MISSING_TOKEN")
            let answer = await kenji.get(path)
            #expect(names(answer) == ["Big", "Small"])
            #expect(answer["total_room_count_estimate"]?.int == 2)
            let first = try #require(answer["chunk"]?.first)
            #expect(first["num_joined_members"]?.int == 2 && first["room_id"]?.string == big)
            #expect(first["topic"]?.string == "About" && first["canonical_alias"]?.string == "#big:mado.test")
            #expect(first["world_readable"]?.bool == false && first["guest_can_join"]?.bool == false)
            #expect(first["join_rule"]?.string == "public")
        }
    }

    @Test func openToAllByConfiguration() async throws {
        try await RouteHarness.run(adding: { parts, routes in
            PublicRooms(journal: parts.journal, serverName: RouteHarness.serverName, isOpen: true)
                .addRoutes(to: &routes)
        }) { server in
            #expect(await server.request(.get, path).status == 200)
            #expect(await server.request(.post, path, body: "{}").outcome == "401 M_MISSING_TOKEN")
        }
    }

    @Test func pages() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            for number in 0..<7 { _ = try await hanako.createRoom(#"{"visibility":"public","name":"r\#(number)"}"#) }
            var found: [String] = []
            var since = ""
            for _ in 0..<10 {
                let page = await hanako.get("\(path)?limit=3\(since)")
                found += names(page)
                guard let next = page["next_batch"]?.string else { break }
                since = "&since=\(next.urlEncoded)"
            }
            #expect(found.count == 7 && Set(found).count == 7)
            #expect(await hanako.get("\(path)?since=x").outcome == "400 M_INVALID_PARAM")
            #expect(await hanako.get("\(path)?server=elsewhere").outcome == "404 M_NOT_FOUND")
            #expect(await hanako.get("\(path)?server=mado.test&limit=1000000").status == 200)
        }
    }

    @Test func searches() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            _ = try await hanako.createRoom(#"{"visibility":"public","name":"Ramen Club"}"#)
            _ = try await hanako.createRoom(#"{"visibility":"public","name":"x","topic":"more RAMEN"}"#)
            _ = try await hanako.createRoom(#"{"visibility":"public","name":"y","room_alias_name":"ramen"}"#)
            _ = try await hanako.createRoom(
                #"{"visibility":"public","name":"Space","creation_content":{"type":"m.space"}}"#)
            func search(_ filter: String) async -> Set<String> {
                Set(names(await hanako.post(path, #"{"filter":\#(filter)}"#)))
            }
            #expect(await search(#"{"generic_search_term":"ramen"}"#) == ["Ramen Club", "x", "y"])
            #expect(await search(#"{"generic_search_term":"nothing"}"#) == [])
            #expect(await search(#"{"room_types":["m.space"]}"#) == ["Space"])
            #expect(await search(#"{"room_types":[null]}"#) == ["Ramen Club", "x", "y"])
            #expect(await search(#"{"room_types":[null,"m.space"]}"#).count == 4)
            #expect(await search(#"{}"#).count == 4)
            #expect(await hanako.post(path, #"{"filter":{"room_types":[1]}}"#).outcome == "400 M_BAD_JSON")
            #expect(await hanako.post(path, #"{"limit":1}"#)["chunk"]?.count == 1)
        }
    }
}
