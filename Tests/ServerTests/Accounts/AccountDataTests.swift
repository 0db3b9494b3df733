import HTTP
import JSON
import MatrixAPI
import Store
import StoreSQLite
import Testing

@testable import Server

@Suite("Account data")
struct AccountDataTests {
    private static func path(_ member: TestMember, _ type: String, room: RoomID? = nil) -> String {
        let room = room.map { "/rooms/\($0)" } ?? ""
        return "/_matrix/client/v3/user/\(member.user)\(room)/account_data/\(type)"
    }

    @Test("global and per room, each its own; told to the member's devices")
    func kept() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            let room = try await server.room(kenji)
            let before = server.journal.position
            #expect(await kenji.get(Self.path(kenji, "m.direct")).error == "M_NOT_FOUND")
            #expect(await kenji.put(Self.path(kenji, "m.direct"), #"{"@a:b":["!r"]}"#).text == "{}")
            #expect(await kenji.put(Self.path(kenji, "mado.delivery", room: room), #"{"every":15}"#).text == "{}")
            #expect(await kenji.get(Self.path(kenji, "m.direct")).text == #"{"@a:b":["!r"]}"#)
            #expect(await kenji.get(Self.path(kenji, "mado.delivery", room: room)).text == #"{"every":15}"#)
            #expect(await kenji.get(Self.path(kenji, "mado.delivery")).status == 404)
            #expect(await kenji.get(Self.path(kenji, "m.direct", room: room)).status == 404)

            let changes = try #require(server.journal.log.changes(since: before, upTo: server.journal.position))
            let told = changes.map { change -> String in
                guard case .accountData(let user, let room, let type, let content) = change.kind else { return "?" }
                return "\(user) \(room?.string ?? "-") \(type) \(String(decoding: content, as: UTF8.self))"
            }
            #expect(
                told == [
                    #"\#(kenji.user) - m.direct {"@a:b":["!r"]}"#,
                    #"\#(kenji.user) \#(room) mado.delivery {"every":15}"#,
                ])
            let stored = try await server.store.read { [position = server.journal.position] reader in
                try reader.accountData(of: kenji.user, after: before, through: position)
            }
            #expect(stored.map(\.position) == changes.map(\.position))
        }
    }

    @Test("another member's is out of reach")
    func others() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            let maria = try await server.member("maria")
            let room = try await server.room(kenji, maria)
            _ = await kenji.put(Self.path(kenji, "m.direct"), "{}")
            for answer in [
                await maria.get(Self.path(kenji, "m.direct")), await maria.put(Self.path(kenji, "m.direct"), "{}"),
                await maria.get(Self.path(kenji, "a", room: room)),
                await maria.put(Self.path(kenji, "a", room: room), "{}"),
                await maria.get("/_matrix/client/v3/user/\(kenji.user)/rooms/\(room)/tags"),
                await maria.put("/_matrix/client/v3/user/\(kenji.user)/rooms/\(room)/tags/m.favourite", "{}"),
                await maria.delete("/_matrix/client/v3/user/\(kenji.user)/rooms/\(room)/tags/m.favourite"),
            ] {
                #expect(answer.status == 403)
                #expect(answer.error == "M_FORBIDDEN")
            }
        }
    }

    @Test("what the server manages itself is refused; what is malformed too")
    func refused() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            let room = try await server.room(kenji)
            for type in ["m.fully_read", "m.push_rules"] {
                for path in [Self.path(kenji, type), Self.path(kenji, type, room: room)] {
                    let answer = await kenji.put(path, "{}")
                    #expect(answer.status == 405)
                    #expect(answer.error == "M_BAD_JSON")
                }
            }
            #expect(await kenji.put(Self.path(kenji, "a"), "[]").error == "M_BAD_JSON")
            #expect(await kenji.put(Self.path(kenji, "a"), "{").error == "M_NOT_JSON")
            #expect(
                await kenji.put(Self.path(kenji, String(repeating: "a", count: 256)), "{}").error == "M_INVALID_PARAM")
            let noRoom = "/_matrix/client/v3/user/\(kenji.user)/rooms/nowhere/account_data/a"
            #expect(await kenji.put(noRoom, "{}").error == "M_INVALID_PARAM")
            #expect(await kenji.get(noRoom).error == "M_INVALID_PARAM")
        }
    }

    @Test("push rules can be read as account data, changed or not")
    func pushRules() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            let path = Self.path(kenji, "m.push_rules")
            let rules = "/_matrix/client/v3/pushrules"
            #expect(await kenji.get(path).text == (await kenji.get(rules + "/")).text)
            _ = await kenji.put(rules + "/global/override/.m.rule.master/enabled", #"{"enabled":true}"#)
            #expect(await kenji.get(path).text == (await kenji.get(rules + "/")).text)
        }
    }

    @Test("tags are one piece of the room's account data")
    func tags() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            let room = try await server.room(kenji)
            let tags = "/_matrix/client/v3/user/\(kenji.user)/rooms/\(room)/tags"
            #expect(await kenji.get(tags).text == #"{"tags":{}}"#)
            #expect(await kenji.put(tags + "/m.favourite", #"{"order":0.25}"#).text == "{}")
            #expect(await kenji.put(tags + "/u.work%2Fnow", #"{"colour":"red"}"#).text == "{}")
            #expect(await kenji.put(tags + "/u.empty", "").text == "{}")
            let all = #"{"tags":{"m.favourite":{"order":0.25},"u.empty":{},"u.work/now":{"colour":"red"}}}"#
            #expect(await kenji.get(tags).text == all)
            #expect(await kenji.get(Self.path(kenji, "m.tag", room: room)).text == all)
            #expect(await kenji.put(tags + "/m.favourite", #"{"order":"first"}"#).error == "M_INVALID_PARAM")
            #expect(await kenji.put(tags + "/\(String(repeating: "a", count: 256))", "{}").error == "M_INVALID_PARAM")
            #expect(await kenji.delete(tags + "/m.favourite").text == "{}")
            #expect(await kenji.delete(tags + "/m.favourite").text == "{}")
            #expect(await kenji.delete(tags + "/u.empty").text == "{}")
            #expect(await kenji.get(tags).text == #"{"tags":{"u.work/now":{"colour":"red"}}}"#)
        }
    }

    @Test("tags set at the same time are all kept")
    func concurrentTags() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            let room = try await server.room(kenji)
            let tags = "/_matrix/client/v3/user/\(kenji.user)/rooms/\(room)/tags"
            await withTaskGroup(of: Void.self) { group in
                for number in 1...20 { group.addTask { _ = await kenji.put(tags + "/u.\(number)", "{}") } }
            }
            #expect(await kenji.get(tags)["tags"]?.count == 20)
        }
    }
}

@Suite("Filters")
struct FilterTests {
    @Test("kept for their member, and given back as they were")
    func kept() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            let maria = try await server.member("maria")
            let path = "/_matrix/client/v3/user/\(kenji.user)/filter"
            let filter = #"{"room":{"timeline":{"limit":10,"types":["m.room.message"]}},"event_fields":["type"]}"#
            let id = try #require(await kenji.post(path, filter)["filter_id"]?.string)
            #expect(!id.hasPrefix("{"))
            #expect(await kenji.post(path, filter)["filter_id"]?.string == id)
            #expect(await kenji.post(path, "{}")["filter_id"]?.string != id)
            #expect(await kenji.get(path + "/" + id).text == filter)
            for unknown in ["99", "abc"] {
                let answer = await kenji.get(path + "/" + unknown)
                #expect(answer.status == 404)
                #expect(answer.error == "M_NOT_FOUND")
            }
            #expect(await maria.get(path + "/" + id).error == "M_FORBIDDEN")
            #expect(await maria.post(path, filter).error == "M_FORBIDDEN")
            let malformed = await kenji.post(path, #"{"room":{"timeline":{"limit":"ten"}}}"#)
            #expect(malformed.status == 400)
            #expect(malformed.error == "M_BAD_JSON")
        }
    }
}
