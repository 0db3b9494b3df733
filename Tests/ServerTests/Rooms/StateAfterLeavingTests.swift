import JSON
import MatrixAPI
import Testing

/// State is that of the departure for those who left.
@Suite struct StateAfterLeavingTests {
    @Test func stateIsThatOfTheDeparture() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let maria = try await server.member("maria")
            let room = try await hanako.createRoom(#"{"name":"before"}"#)
            try await hanako.bring(kenji, into: room)
            _ = await kenji.leave(room)
            _ = await hanako.setState("m.room.name", #"{"name":"after"}"#, in: room)
            try await hanako.bring(maria, into: room)

            #expect(await kenji.get(kenji.path(room, "state/m.room.name"))["name"]?.string == "before")
            #expect(await maria.get(maria.path(room, "state/m.room.name"))["name"]?.string == "after")
            let state = await kenji.get(kenji.path(room, "state"))
            #expect(state.status == 200)
            #expect(!state.text.contains("after") && !state.text.contains(maria.user.string))
            let members = await kenji.get(kenji.path(room, "members"))
            #expect(members.status == 200 && !members.text.contains(maria.user.string))
            #expect(await kenji.get(kenji.path(room, "joined_members")).outcome == "403 M_FORBIDDEN")
            let own = await kenji.get(kenji.path(room, "state/m.room.member/\(kenji.user)"))
            #expect(own["membership"]?.string == "leave")
        }
    }

    @Test func aLaterBanChangesNothing() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom(#"{"name":"before"}"#)
            try await hanako.bring(kenji, into: room)
            _ = await kenji.leave(room)
            _ = await hanako.setState("m.room.name", #"{"name":"after"}"#, in: room)
            _ = await hanako.post(hanako.path(room, "ban"), #"{"user_id":"\#(kenji.user)"}"#)
            #expect(await kenji.get(kenji.path(room, "state/m.room.name"))["name"]?.string == "before")
        }
    }

    @Test func membersAsOfWhatOneMayNotSeeAreThoseOfTheDeparture() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let maria = try await server.member("maria")
            let room = try await hanako.createRoom(visibility: "joined")
            _ = try await hanako.say("early", in: room)
            let early = try #require(await hanako.get(hanako.path(room, "messages?dir=b&limit=1"))["start"]?.string)
            try await hanako.bring(kenji, into: room)
            _ = await kenji.leave(room)
            try await hanako.bring(maria, into: room)
            // Calls nobody back into the room.
            _ = await hanako.post(hanako.path(room, "ban"), #"{"user_id":"\#(kenji.user)"}"#)
            let members = await kenji.get(kenji.path(room, "members?at=\(early)"))
            #expect(members.status == 200 && members.text.contains(hanako.user.string))
            #expect(!members.text.contains(maria.user.string))
        }
    }

    @Test func aForgottenRoomIsClosed() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom(visibility: "shared", kenji)
            let event = try await hanako.say("seen", in: room)
            #expect(await kenji.get(kenji.path(room, "event/\(event)")).status == 200)
            #expect(await kenji.post(kenji.path(room, "forget")).outcome == "400 M_UNKNOWN")
            _ = await kenji.leave(room)
            #expect(await kenji.post(kenji.path(room, "forget")).outcome == "200")
            for path in ["state", "members", "messages?dir=b"] {
                #expect(await kenji.get(kenji.path(room, path)).outcome == "403 M_FORBIDDEN", "\(path)")
            }
            for path in ["event/\(event)", "context/\(event)"] {
                #expect(await kenji.get(kenji.path(room, path)).outcome == "404 M_NOT_FOUND", "\(path)")
            }
            // A ban and its end remind nobody of the room.
            for action in ["ban", "unban"] {
                let answer = await hanako.post(hanako.path(room, action), #"{"user_id":"\#(kenji.user)"}"#)
                #expect(answer.status == 200)
                #expect(await kenji.get(kenji.path(room, "state")).outcome == "403 M_FORBIDDEN", "\(action)")
            }
        }
    }

    @Test func membersAsOfAPlaceInTheTimeline() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom()
            let early = try #require(await hanako.get(hanako.path(room, "messages?dir=b&limit=1"))["start"]?.string)
            try await hanako.bring(kenji, into: room)
            func members(_ query: String) async -> Set<String> {
                let chunk = await hanako.get(hanako.path(room, "members\(query)")).body["chunk"]?.array
                return Set(chunk?.compactMap { $0["state_key"]?.string } ?? [])
            }
            let (first, both) = (Set([hanako.user.string]), Set([hanako.user.string, kenji.user.string]))
            #expect(await members("?at=\(early)") == first)
            #expect(await members("") == both)
            _ = await kenji.leave(room)
            #expect(await members("?membership=join") == first)
            #expect(await members("?not_membership=leave") == first)
            #expect(await members("?membership=leave") == [kenji.user.string])
            // Both conditions: one or the other.
            #expect(await members("?membership=join&not_membership=ban") == both)
            #expect(await hanako.get(hanako.path(room, "members?membership=cat")).outcome == "400 M_INVALID_PARAM")
        }
    }
}
