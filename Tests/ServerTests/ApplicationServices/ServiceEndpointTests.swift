import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

/// Source: Application Service API, "Querying", "Pinging", "Third-party networks", "Published room directories".
@Suite struct ServiceEndpointTests {
    @Test func usersAndRoomsAreAskedFor() async throws {
        try await ServiceScene.run { scene in
            try await scene.deliveries.start()
            scene.transport.answer { asked async throws(ServiceTransportError) in
                if asked.url.contains("/users/%40_irc_anna") {
                    return (await scene.register("_irc_anna").status, "{}")
                }
                if asked.url.contains("/rooms/%23_irc_pier") {
                    let made = await scene.ask(
                        .post, "/_matrix/client/v3/createRoom",
                        body: #"{"room_alias_name":"_irc_pier","preset":"public_chat"}"#)
                    return (made.status, "{}")
                }
                return (404, #"{"errcode":"IRC_NOT_FOUND"}"#)
            }
            let kenji = try await scene.server.member("kenji")
            let room = try await kenji.createRoom()
            func invite(_ name: String) async -> TestAnswer {
                await kenji.post(kenji.path(room, "invite"), #"{"user_id":"@\#(name):mado.test"}"#)
            }
            #expect(await invite("_irc_anna").status == 200)
            #expect(await invite("_irc_nobody").outcome == "404 M_NOT_FOUND")
            #expect(await kenji.post("/_matrix/client/v3/join/%23_irc_pier:mado.test").status == 200)
            #expect(await kenji.post("/_matrix/client/v3/join/%23_irc_none:mado.test").outcome == "404 M_NOT_FOUND")
            // Who does not answer is asked again, and then it is said.
            scene.transport.answer { _ throws(ServiceTransportError) in throw .timedOut }
            #expect(await kenji.post("/_matrix/client/v3/join/%23_irc_late:mado.test").outcome == "408 M_UNKNOWN")
            #expect(scene.transport.asked.count { $0.url.contains("_irc_late") } == 3)
            #expect(scene.transport.asked.allSatisfy { $0.token == "hs-secret" })
        }
    }

    @Test func aServiceHasItselfPinged() async throws {
        try await ServiceScene.run { scene in
            try await scene.deliveries.start()
            let path = "/_matrix/client/v1/appservice/irc/ping"
            scene.transport.answer { asked throws(ServiceTransportError) in
                (asked.body == #"{"transaction_id":"meow"}"# ? 200 : 500, "{}")
            }
            let answer = await scene.ask(.post, path, body: #"{"transaction_id":"meow"}"#)
            #expect(answer["duration_ms"]?.int != nil)
            scene.transport.answer { _ throws(ServiceTransportError) in (403, #"{"errcode":"M_FORBIDDEN"}"#) }
            let refused = await scene.ask(.post, path)
            #expect(refused.outcome == "502 M_BAD_STATUS")
            #expect(refused["status"]?.int == 403)
            #expect(refused["body"]?.string == #"{"errcode":"M_FORBIDDEN"}"#)
            scene.transport.answer { _ throws(ServiceTransportError) in throw .timedOut }
            #expect(await scene.ask(.post, path).outcome == "504 M_CONNECTION_TIMEOUT")
            scene.transport.answer { _ throws(ServiceTransportError) in throw .failed("no route") }
            #expect(await scene.ask(.post, path).outcome == "502 M_CONNECTION_FAILED")
            let kenji = try await scene.server.member("kenji")
            #expect(await kenji.post(path).outcome == "403 M_FORBIDDEN")
            let other = "/_matrix/client/v1/appservice/xmpp/ping"
            #expect(await scene.ask(.post, other).outcome == "403 M_FORBIDDEN")
        }
    }

    @Test func networksAreLookedUp() async throws {
        try await ServiceScene.run { scene in
            try await scene.deliveries.start()
            scene.transport.answer { asked throws(ServiceTransportError) in
                if asked.url.hasSuffix("/thirdparty/protocol/irc") {
                    return (
                        200,
                        """
                        {"user_fields":["nick"],"location_fields":["channel"],"icon":"mxc://a/b","field_types":{},
                         "instances":[{"desc":"Libera","network_id":"libera","fields":{}}]}
                        """
                    )
                }
                if asked.url.contains("/thirdparty/user/irc?nick=anna") {
                    return (200, #"[{"userid":"@_irc_anna:mado.test","protocol":"irc","fields":{}}]"#)
                }
                return (404, #"{"errcode":"M_NOT_FOUND"}"#)
            }
            let kenji = try await scene.server.member("kenji")
            let base = "/_matrix/client/v3/thirdparty"
            let all = await kenji.get("\(base)/protocols")
            #expect(all["irc"]?["instances"]?.first?["instance_id"]?.string == "libera")
            #expect(await kenji.get("\(base)/protocol/irc")["user_fields"]?.first?.string == "nick")
            #expect(await kenji.get("\(base)/protocol/xmpp").outcome == "404 M_NOT_FOUND")
            let users = await kenji.get("\(base)/user/irc?nick=anna")
            #expect(users.body.first?["userid"]?.string == "@_irc_anna:mado.test")
            #expect(await kenji.get("\(base)/user/irc?nick=ben").text == "[]")
            #expect(await kenji.get("\(base)/location?alias=%23x:mado.test").outcome == "404 M_NOT_FOUND")
            #expect(await kenji.get("\(base)/location").outcome == "400 M_MISSING_PARAM")

            let room = try await kenji.createRoom(#"{"name":"Pier"}"#)
            let list = "/_matrix/client/v3/directory/list/appservice/libera/\(room)"
            #expect(await kenji.put(list, #"{"visibility":"public"}"#).outcome == "403 M_FORBIDDEN")
            #expect(await scene.ask(.put, list, body: #"{"visibility":"public"}"#).status == 200)
            let publicRooms = "/_matrix/client/v3/publicRooms"
            let network = await kenji.post(publicRooms, #"{"third_party_instance_id":"libera"}"#)
            #expect(network["chunk"]?.first?["name"]?.string == "Pier")
            #expect(await kenji.post(publicRooms, #"{"include_all_networks":true}"#)["chunk"]?.array?.count == 1)
            #expect(await kenji.post(publicRooms)["chunk"]?.array?.count == 0)
            #expect(await scene.ask(.put, list, body: #"{"visibility":"private"}"#).status == 200)
            let gone = await kenji.post(publicRooms, #"{"third_party_instance_id":"libera"}"#)
            #expect(gone["chunk"]?.array?.count == 0)
        }
    }
}
