import JSON
import MatrixAPI
import Testing

@testable import Server

@Suite struct SpaceHierarchyTests {
    private func withSpaces(_ body: (RouteHarness) async throws -> Void) async throws {
        try await RouteHarness.run(
            adding: { parts, routes in
                let capabilities = RoomCapabilities(parts, Rooms.Configuration())
                capabilities.addRoutes(to: &routes)
                SpaceHierarchy(journal: parts.journal, rooms: capabilities.rooms).addRoutes(to: &routes)
            }, body)
    }

    private func space(_ member: TestMember, _ more: String = "") async throws -> String {
        try await member.createRoom(#"{"creation_content":{"type":"m.space"}\#(more)}"#)
    }

    private func add(_ child: String, to space: String, by member: TestMember, _ more: String = "") async {
        _ = await member.setState("m.space.child", #"{"via":["mado.test"]\#(more)}"#, key: child, in: space)
    }

    private func rooms(_ answer: TestAnswer) -> [String] {
        answer["rooms"]?.array?.compactMap { $0["room_id"]?.string } ?? []
    }

    @Test func theTreeIsWalkedInOrder() async throws {
        try await withSpaces { server in
            let hanako = try await server.member("hanako")
            let top = try await space(hanako)
            let inner = try await space(hanako)
            let first = try await hanako.createRoom(#"{"name":"First"}"#)
            let second = try await hanako.createRoom()
            let leaf = try await hanako.createRoom()
            await add(second, to: top, by: hanako)
            await add(inner, to: top, by: hanako, #","order":"b""#)
            await add(first, to: top, by: hanako, #","order":"a","suggested":true"#)
            await add(leaf, to: inner, by: hanako)
            // A circle ends.
            await add(top, to: inner, by: hanako)
            let path = "/_matrix/client/v1/rooms/\(top)/hierarchy"
            let all = await hanako.get(path)
            #expect(rooms(all) == [top, first, inner, leaf, second])
            #expect(all["rooms"]?.first?["children_state"]?.count == 3)
            #expect(all["rooms"]?.first?["room_type"]?.string == "m.space")
            #expect(rooms(await hanako.get("\(path)?max_depth=1")) == [top, first, inner, second])
            #expect(rooms(await hanako.get("\(path)?suggested_only=true")) == [top, first])

            var found: [String] = []
            var from = ""
            for _ in 0..<9 {
                let page = await hanako.get("\(path)?limit=2\(from)")
                found += rooms(page)
                guard let next = page["next_batch"]?.string else { break }
                from = "&from=\(next)"
            }
            #expect(found == [top, first, inner, leaf, second])
            let changed = await hanako.get("\(path)?limit=2&max_depth=1&from=2_20_false")
            #expect(changed.error == "M_INVALID_PARAM")
        }
    }

    @Test func strangersAreToldOfWhatTheyMayJoin() async throws {
        try await withSpaces { server in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let top = try await space(hanako, #","preset":"public_chat""#)
            let closed = try await hanako.createRoom()
            let restricted = try await hanako.createRoom(
                #"""
                {"initial_state":[{"type":"m.room.join_rules","content":{"join_rule":"restricted",
                 "allow":[{"type":"m.room_membership","room_id":"\#(top)"}]}}]}
                """#)
            for child in [closed, restricted] { await add(child, to: top, by: hanako) }
            let path = "/_matrix/client/v1/rooms/\(top)/hierarchy"
            #expect(rooms(await kenji.get(path)) == [top])
            _ = await kenji.join(top)
            #expect(rooms(await kenji.get(path)) == [top, restricted])
            #expect(await kenji.get("/_matrix/client/v1/rooms/\(closed)/hierarchy").error == "M_FORBIDDEN")

            let summary = await kenji.get("/_matrix/client/v1/room_summary/\(restricted)")
            #expect(summary["allowed_room_ids"]?.first?.string == top)
            #expect(summary["membership"]?.string == "leave")
            #expect(summary["room_version"]?.string == "10")
            #expect(await kenji.get("/_matrix/client/v1/room_summary/\(closed)").error == "M_NOT_FOUND")
        }
    }
}
