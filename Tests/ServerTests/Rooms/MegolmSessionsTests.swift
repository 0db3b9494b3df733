import EventLoop
import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

@Suite struct MegolmSessionsTests {
    /// The clock stands, so what waits does not go on before the test moves it.
    @Test func onlyTheFirstMessageOfASessionWaits() async throws {
        try await RouteHarness.withRooms { server, _ in
            let hanako = try await server.member("hanako")
            let room = try await hanako.createRoom()
            let content = """
                {"algorithm":"m.megolm.v1.aes-sha2","session_id":"S1","ciphertext":"x","device_id":"D","sender_key":"K"}
                """
            let first = server.begin(
                .put, hanako.path(room, "send/m.room.encrypted/1"), token: hanako.token, body: content)
            _ = try await hanako.say("meanwhile", in: room, transaction: "2")
            while await !first.hasBegun() { await server.drivenClock.advance(by: MegolmSessions.headStart) }
            #expect(await first.whole().status == 200)
            let second = await hanako.put(hanako.path(room, "send/m.room.encrypted/3"), content)
            #expect(second.status == 200, "the session's key was given out by now")
            let page = await hanako.get(hanako.path(room, "messages?dir=b&limit=3"))
            let types = page["chunk"]?.array?.compactMap { $0["type"]?.string }
            #expect(types == ["m.room.encrypted", "m.room.encrypted", "m.room.message"])
        }
    }

    /// Who is about to send keys has time for it, but not for ever.
    @Test(arguments: [true, false]) func theFirstMessageWaitsForKeysOnTheirWay(keysCome: Bool) async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            _ = await hanako.claim(kenji)
            let first = server.begin(
                .put, hanako.path(room.string, "send/m.room.encrypted/1"), token: hanako.token,
                body: #"{"algorithm":"m.megolm.v1.aes-sha2","session_id":"S1"}"#)
            for _ in 1..<MegolmSessions.headStarts { await server.drivenClock.advance(by: MegolmSessions.headStart) }
            #expect(await !first.hasBegun())
            if keysCome {
                let sent = await hanako.put(
                    "/_matrix/client/v3/sendToDevice/m.room.encrypted/1",
                    #"{"messages":{"\#(kenji.user)":{"*":{"n":1}}}}"#)
                #expect(sent.status == 200)
            }
            while await !first.hasBegun() { await server.drivenClock.advance(by: MegolmSessions.headStart) }
            #expect(await first.whole().status == 200)
        }
    }

    @Test func remembersManySessionsButNotAll() {
        let sessions = MegolmSessions()
        #expect(sessions.isFirst("0"))
        #expect(!sessions.isFirst("0"))
        for number in 1...MegolmSessions.generation { #expect(sessions.isFirst("\(number)")) }
        #expect(!sessions.isFirst("0"), "of the generation before")
        for number in 1...MegolmSessions.generation { _ = sessions.isFirst("more \(number)") }
        #expect(sessions.isFirst("0"), "forgotten")
    }
}
