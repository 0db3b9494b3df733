import HTTP
import JSON
import MatrixAPI
import Testing

@Suite struct AliasTests {
    private let directory = "/_matrix/client/v3/directory"

    @Test func comeAndGo() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let maria = try await server.member("maria")
            let boss = try await server.member("boss", isAdministrator: true)
            let room = try await hanako.createRoom(visibility: "shared", kenji)
            func add(_ member: TestMember, _ alias: String, _ room: String) async -> String {
                await member.put("\(directory)/room/\(alias.urlEncoded)", #"{"room_id":"\#(room)"}"#).outcome
            }
            func remove(_ member: TestMember, _ alias: String) async -> String {
                await member.delete("\(directory)/room/\(alias.urlEncoded)").outcome
            }
            #expect(await add(maria, "#a:mado.test", room) == "403 M_FORBIDDEN")
            #expect(await add(kenji, "#a:mado.test", room) == "200")
            #expect(await add(kenji, "#a:mado.test", room) == "409 M_UNKNOWN")
            #expect(await add(kenji, "#a:elsewhere", room) == "400 M_INVALID_PARAM")
            #expect(await add(kenji, "a", room) == "400 M_INVALID_PARAM")
            #expect(await add(kenji, "#b:mado.test", "!none:mado.test") == "404 M_NOT_FOUND")
            #expect(await add(hanako, "#c:mado.test", room) == "200")
            #expect(await add(hanako, "#窓 d:mado.test", room) == "200")
            let known = await kenji.get(kenji.path(room, "aliases"))
            #expect(
                known["aliases"]?.array?.compactMap(\.string) == ["#a:mado.test", "#c:mado.test", "#窓 d:mado.test"])
            #expect(await maria.get(maria.path(room, "aliases")).outcome == "403 M_FORBIDDEN")
            let found = await server.request(.get, "\(directory)/room/%23a:mado.test")
            #expect(found["room_id"]?.string == room && found["servers"]?.first?.string == "mado.test")
            #expect(await remove(kenji, "#c:mado.test") == "403 M_FORBIDDEN")
            #expect(await remove(hanako, "#a:mado.test") == "200", "who may set the main alias")
            #expect(await remove(boss, "#c:mado.test") == "200")
            #expect(await remove(hanako, "#c:mado.test") == "404 M_NOT_FOUND")
            #expect(await hanako.get("\(directory)/room/%23c:mado.test").outcome == "404 M_NOT_FOUND")
        }
    }

    @Test func listing() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom(visibility: "shared", kenji)
            let path = "\(directory)/list/room/\(room)"
            #expect(await server.request(.get, path)["visibility"]?.string == "private")
            #expect(await kenji.put(path, "{}").outcome == "403 M_FORBIDDEN")
            #expect(await hanako.put(path, #"{"visibility":"loud"}"#).outcome == "400 M_INVALID_PARAM")
            #expect(await hanako.put(path, "{}").status == 200)
            #expect(await kenji.get(path)["visibility"]?.string == "public")
            #expect(await hanako.put(path, #"{"visibility":"private"}"#).status == 200)
            #expect(await kenji.get(path)["visibility"]?.string == "private")
            #expect(await kenji.get("\(directory)/list/room/!none:mado.test").outcome == "404 M_NOT_FOUND")
        }
    }
}
