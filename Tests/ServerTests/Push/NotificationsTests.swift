import JSON
import MatrixAPI
import Testing

@testable import Server

@Suite struct NotificationsTests {
    private func withNotifications(_ body: (RouteHarness) async throws -> Void) async throws {
        try await RouteHarness.run(
            adding: { parts, routes in
                RoomCapabilities(parts, Rooms.Configuration()).addRoutes(to: &routes)
                Notifications(journal: parts.journal, rules: parts.pushRules, clock: parts.clock).addRoutes(to: &routes)
            }, body)
    }

    private func texts(_ answer: TestAnswer) -> [String] {
        answer["notifications"]?.array?.compactMap { $0.string("event", "content", "body") } ?? []
    }

    @Test func theyComeNewestFirstFromAllRooms() async throws {
        try await withNotifications { server in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let one = try await hanako.createRoom(visibility: "shared", kenji)
            let two = try await hanako.createRoom(visibility: "shared", kenji)
            let path = "/_matrix/client/v3/notifications"
            for number in 1...3 {
                _ = try await hanako.say("one \(number)", in: one)
                _ = try await hanako.say("two \(number)", in: two)
            }
            let mention = await hanako.put(
                hanako.path(one, "send/m.room.message/m1"),
                #"{"msgtype":"m.text","body":"kenji, look","m.mentions":{"user_ids":["\#(kenji.user)"]}}"#)
            let read = try #require(mention["event_id"]?.string)
            _ = try await kenji.say("my own", in: one)
            _ = await kenji.post(kenji.path(one, "receipt/m.read/\(read)"))
            let all = await kenji.get(path)
            #expect(texts(all) == ["kenji, look", "two 3", "one 3", "two 2", "one 2", "two 1", "one 1"])
            let messages = all["notifications"]?.array?.filter { $0.string("event", "type") == "m.room.message" }
            let flags = messages?.compactMap { $0["read"]?.bool }
            #expect(flags == [true, false, true, false, true, false, true])
            #expect(all["notifications"]?.first?["room_id"]?.string == one)
            #expect(texts(await kenji.get("\(path)?only=highlight")) == ["kenji, look"])

            var found: [String] = []
            var from = ""
            for _ in 0..<9 {
                let page = await kenji.get("\(path)?limit=3\(from)")
                found += texts(page)
                guard let next = page["next_token"]?.string else { break }
                from = "&from=\(next)"
            }
            #expect(found == texts(all))
            #expect(texts(await hanako.get(path)) == ["my own"])
        }
    }
}
