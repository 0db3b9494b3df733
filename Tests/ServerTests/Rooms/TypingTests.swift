import EventLoop
import JSON
import MatrixAPI
import Testing

@testable import Server

@Suite struct TypingTests {
    private func type(_ member: TestMember, _ room: String, _ body: String, as user: TestMember? = nil) async -> String
    {
        await member.put(member.path(room, "typing/\((user ?? member).user)"), body).outcome
    }

    @Test func beginsAndEnds() async throws {
        try await RouteHarness.withRooms { server, capabilities in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom(visibility: "shared", kenji)
            let id = RoomID(unchecked: room)
            let typing = capabilities.typing
            #expect(await type(hanako, room, #"{"typing":true,"timeout":10000}"#) == "200")
            #expect(await type(kenji, room, #"{"typing":true,"timeout":30000}"#) == "200")
            #expect(typing.typing(in: id) == [hanako.user, kenji.user])
            #expect(typing.rooms(changedAfter: 0) == [id])
            #expect(typing.rooms(changedAfter: capabilities.sequence.current) == [])
            #expect(capabilities.typingChanges.all == [id, id])

            // Going on is no change.
            let before = capabilities.sequence.current
            #expect(await type(hanako, room, #"{"typing":true,"timeout":10000}"#) == "200")
            #expect(capabilities.sequence.current == before)

            await server.drivenClock.advance(by: .seconds(9))
            #expect(typing.typing(in: id) == [hanako.user, kenji.user])
            await server.drivenClock.advance(by: .seconds(2))
            #expect(typing.typing(in: id) == [kenji.user])
            #expect(typing.rooms(changedAfter: before) == [id])
            #expect(await type(kenji, room, #"{"typing":false}"#) == "200")
            #expect(typing.typing(in: id) == [])
            let after = capabilities.sequence.current
            #expect(await type(kenji, room, #"{"typing":false}"#) == "200")
            #expect(capabilities.sequence.current == after)
        }
    }

    @Test func goingOnMovesTheDeadline() async throws {
        try await RouteHarness.withRooms { server, capabilities in
            let hanako = try await server.member("hanako")
            let room = try await hanako.createRoom()
            let id = RoomID(unchecked: room)
            _ = await type(hanako, room, #"{"typing":true,"timeout":10000}"#)
            await server.drivenClock.advance(by: .seconds(8))
            _ = await type(hanako, room, #"{"typing":true,"timeout":10000}"#)
            await server.drivenClock.advance(by: .seconds(8))
            #expect(capabilities.typing.typing(in: id) == [hanako.user])
            await server.drivenClock.advance(by: .seconds(3))
            #expect(capabilities.typing.typing(in: id) == [])
            // Nobody types for ever.
            _ = await type(hanako, room, #"{"typing":true,"timeout":900000000}"#)
            await server.drivenClock.advance(by: Typing.maximumTimeout)
            #expect(capabilities.typing.typing(in: id) == [])
        }
    }

    @Test func refusals() async throws {
        try await RouteHarness.withRooms { server, capabilities in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom()
            #expect(await type(kenji, room, #"{"typing":true}"#) == "403 M_FORBIDDEN")
            #expect(await type(kenji, room, #"{"typing":true}"#, as: hanako) == "403 M_FORBIDDEN")
            #expect(await type(hanako, room, "{}") == "400 M_MISSING_PARAM")
            #expect(await type(hanako, room, #"{"typing":"yes"}"#) == "400 M_BAD_JSON")
            try await hanako.bring(kenji, into: room)
            #expect(await type(kenji, room, #"{"typing":true}"#) == "200")
            _ = await kenji.leave(room)
            #expect(capabilities.typing.typing(in: RoomID(unchecked: room)) == [], "who left types no more")
        }
    }
}
