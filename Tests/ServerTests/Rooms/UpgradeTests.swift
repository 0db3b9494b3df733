import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

@Suite struct UpgradeTests {
    @Test(arguments: ["11", "12"])
    func aRoomIsReplaced(version: String) async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let maria = try await server.member("maria")
            let old = try await hanako.createRoom(
                #"{"name":"Harbour","topic":"Berths","room_alias_name":"harbour","preset":"public_chat"}"#)
            #expect(await kenji.join(old).status == 200)
            _ = await hanako.post(hanako.path(old, "ban"), #"{"user_id":"\#(maria.user)"}"#)
            let body = #"{"new_version":"\#(version)"}"#
            #expect(await kenji.post(kenji.path(old, "upgrade"), body).error == "M_FORBIDDEN")
            #expect(
                await hanako.post(hanako.path(old, "upgrade"), #"{"new_version":"99"}"#).error
                    == "M_UNSUPPORTED_ROOM_VERSION")
            let answer = await hanako.post(hanako.path(old, "upgrade"), body)
            let new = try #require(answer["replacement_room"]?.string, "\(answer.text)")

            let create = await hanako.get(hanako.path(new, "state/m.room.create/"))
            #expect(create["room_version"]?.string == version)
            #expect(create["predecessor"]?["room_id"]?.string == old)
            #expect(await hanako.get(hanako.path(new, "state/m.room.name/"))["name"]?.string == "Harbour")
            #expect(await hanako.get(hanako.path(new, "state/m.room.topic/"))["topic"]?.string == "Berths")
            let tombstone = await kenji.get(kenji.path(old, "state/m.room.tombstone/"))
            #expect(tombstone["replacement_room"]?.string == new)
            let alias = await server.request(.get, "/_matrix/client/v3/directory/room/%23harbour:mado.test")
            #expect(alias["room_id"]?.string == new)
            // Nobody goes on in the old room; who is here comes over, and who was put out stays out.
            let late = await kenji.put(kenji.path(old, "send/m.room.message/1"), #"{"msgtype":"m.text","body":"x"}"#)
            #expect(late.error == "M_FORBIDDEN")
            #expect(await kenji.join(new).status == 200)
            #expect(await maria.join(new).error == "M_FORBIDDEN")
        }
    }
}
