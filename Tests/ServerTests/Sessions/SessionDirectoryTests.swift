import EventLoop
import HTTP
import JSON
import MatrixAPI
import Store
import Testing

@testable import Server

/// What a second server learns, and what it does not.
@Suite struct SessionDirectoryTests {
    private static func presencePath(_ member: TestMember) -> String {
        "/_matrix/client/v3/presence/\(member.user)/status"
    }

    /// Hanako and Kenji, connected, who just talked.
    private func talk(_ directory: SessionDirectoryHarness) async throws -> (TestMember, TestMember, RoomID) {
        let hanako = try await directory.server.member("hanako")
        let kenji = try await directory.server.member("kenji")
        let room = try await directory.server.room(hanako, kenji)
        _ = await hanako.sync()
        _ = await kenji.sync()
        await hanako.say("A game?", in: room)
        await directory.logIn(hanako)
        return (hanako, kenji, room)
    }

    @Test func tellsWhoTalksWithAMember() async throws {
        try await SessionDirectoryHarness.run { directory in
            let (hanako, kenji, _) = try await talk(directory)
            #expect(await directory.people(of: hanako) == [kenji.user.string])
            let answer = await directory.get("/people/\(hanako.user)")
            let person = answer["people"]?.array?.first { _ in true }
            #expect(person?["until_ts"]?.int == directory.server.clock.now + 600_000)
            #expect(!answer.text.contains("!"), "no room is named")
        }
    }

    @Test func aConversationEndsSomeTimeAfterItsLastMessage() async throws {
        try await SessionDirectoryHarness.run { directory in
            let (hanako, kenji, room) = try await talk(directory)
            directory.server.clock.advance(by: .seconds(599))
            for member in [hanako, kenji] { _ = await member.sync() }
            #expect(await directory.people(of: hanako) == [kenji.user.string])
            directory.server.clock.advance(by: .seconds(2))
            for member in [hanako, kenji] {
                _ = await member.sync()
                _ = await member.put(Self.presencePath(member), #"{"presence":"online"}"#)
            }
            #expect(await directory.people(of: hanako).isEmpty)
            await kenji.say("Still there?", in: room)
            #expect(await directory.people(of: hanako) == [kenji.user.string])
        }
    }

    @Test func inALargerRoomThoseWhoWroteAreTalking() async throws {
        try await SessionDirectoryHarness.run { directory in
            let (hanako, kenji, _) = try await talk(directory)
            let ana = try await directory.server.member("ana")
            let room = try await directory.server.room(hanako, kenji, ana)
            _ = await ana.sync()
            await kenji.say("Lunch?", in: room)
            await directory.logIn(kenji)
            #expect(await directory.people(of: kenji) == [hanako.user.string], "Ana only reads")
            await ana.say("Yes", in: room)
            #expect(await directory.people(of: kenji) == [ana.user.string, hanako.user.string])
            #expect(await directory.people(of: hanako) == [kenji.user.string], "Hanako wrote nothing there")
        }
    }

    @Test(arguments: ["busy", "away", "offline"])
    func whoIsNotReadyIsNotTold(_ availability: String) async throws {
        try await SessionDirectoryHarness.run { directory in
            let (hanako, kenji, _) = try await talk(directory)
            let body = #"{"presence":"unavailable","mado.availability":"\#(availability)"}"#
            #expect(await kenji.put(Self.presencePath(kenji), body).status == 200)
            #expect(await directory.people(of: hanako).isEmpty)
            #expect(await kenji.put(Self.presencePath(kenji), #"{"presence":"online"}"#).status == 200)
            #expect(await directory.people(of: hanako) == [kenji.user.string])
            #expect(await hanako.put(Self.presencePath(hanako), body).status == 200)
            #expect(await directory.people(of: hanako).isEmpty, "nor is one who is not ready oneself")
        }
    }

    @Test func whoRefusesNeverAppears() async throws {
        try await SessionDirectoryHarness.run { directory in
            let (hanako, kenji, _) = try await talk(directory)
            let path = SessionDirectoryHarness.root + "/servers"
            let offered = await kenji.get(path)["servers"]?.array?.first { _ in true }
            #expect(offered?["name"]?.string == "arcade" && offered?["refused"]?.bool == false)
            #expect(await kenji.put(path + "/arcade", #"{"refused":true}"#).status == 200)
            #expect(await directory.people(of: hanako).isEmpty)
            #expect(await directory.get("/people/\(kenji.user)").outcome == "404 M_NOT_FOUND")
            // Also after the second server made them log in.
            await directory.logIn(kenji)
            #expect(await directory.get("/people/\(kenji.user)").outcome == "404 M_NOT_FOUND")
            #expect(await kenji.put(path + "/arcade", #"{"refused":false}"#).status == 200)
            #expect(await directory.people(of: hanako) == [kenji.user.string])
            #expect(await kenji.put(path + "/other", #"{"refused":true}"#).outcome == "404 M_NOT_FOUND")
            #expect(await kenji.put(path + "/arcade").outcome == "400 M_MISSING_PARAM")
        }
    }

    // MARK: Security

    @Test func withoutProofNothingIsToldOfAMember() async throws {
        try await SessionDirectoryHarness.run { directory in
            let (_, kenji, _) = try await talk(directory)
            let unproven = await directory.get("/people/\(kenji.user)")
            let unknown = await directory.get("/people/@nobody:\(RouteHarness.serverName)")
            #expect(unproven.outcome == "404 M_NOT_FOUND" && unproven.text == unknown.text)
            #expect(await directory.post("/logins", #"{"openid_token":"guessed"}"#).outcome == "401 M_UNKNOWN_TOKEN")
            #expect(await directory.post("/logins", "{}").status == 400)
        }
    }

    @Test func tokensOpenTheirOwnDoorOnly() async throws {
        try await SessionDirectoryHarness.run { directory in
            let (hanako, kenji, _) = try await talk(directory)
            for token in ["guessed", hanako.token] {
                for path in ["/people/\(hanako.user)", "/changes?timeout=0", "/addresses/192.0.2.1"] {
                    #expect(await directory.get(path, token: token).outcome == "401 M_UNKNOWN_TOKEN")
                }
            }
            let whoami = await directory.server.request(
                .get, "/_matrix/client/v3/account/whoami", token: directory.token)
            #expect(whoami.outcome == "401 M_UNKNOWN_TOKEN")
            let nobody = await directory.server.request(
                .get, SessionDirectoryHarness.root + "/people/\(hanako.user)")
            #expect(nobody.outcome == "401 M_MISSING_TOKEN")
            // Another second server knows nothing of who logged in here.
            var wish = SessionDirectoryHarness.arcade
            wish.name = "other"
            let other = try await directory.servers.set(wish)
            #expect(await directory.get("/people/\(hanako.user)", token: other).outcome == "404 M_NOT_FOUND")
            // A token that was replaced, and one of a server that was removed.
            let renewed = try await directory.servers.renewToken(of: "arcade")
            #expect(await directory.get("/people/\(hanako.user)").outcome == "401 M_UNKNOWN_TOKEN")
            #expect(await directory.people(of: hanako, token: renewed) == [kenji.user.string])
            #expect(try await directory.servers.remove("arcade"))
            #expect(await directory.get("/people/\(hanako.user)", token: renewed).outcome == "401 M_UNKNOWN_TOKEN")
        }
    }

    // MARK: Addresses

    @Test func anAddressStandsForTheOneWhoIsConnectedFromIt() async throws {
        try await SessionDirectoryHarness.run(networks: ["192.0.2.0/24"]) { directory in
            let (hanako, kenji, _) = try await talk(directory)
            // Both came from 192.0.2.1: they are told apart by logging in.
            #expect(await directory.get("/addresses/192.0.2.1").outcome == "409 M_CONFLICT")
            let path = Self.presencePath(kenji)
            _ = await kenji.put(path, #"{"presence":"offline"}"#)
            let found = await directory.get("/addresses/192.0.2.1")
            #expect(found["user_id"]?.string == hanako.user.string)
            #expect(await directory.get("/addresses/192.0.2.9").outcome == "404 M_NOT_FOUND")
            #expect(await directory.get("/addresses/198.51.100.1").outcome == "404 M_NOT_FOUND")
            #expect(await directory.get("/addresses/nonsense").outcome == "404 M_NOT_FOUND")
        }
    }

    @Test func withoutNetworksNoAddressStandsForAnybody() async throws {
        try await SessionDirectoryHarness.run { directory in
            _ = try await talk(directory)
            #expect(await directory.get("/addresses/192.0.2.1").outcome == "404 M_NOT_FOUND")
        }
    }

    // MARK: Changes

    @Test func changesAreTold() async throws {
        try await SessionDirectoryHarness.run { directory in
            let (hanako, kenji, room) = try await talk(directory)
            _ = await directory.people(of: hanako)
            let start = await directory.get("/changes")["next"]?.string ?? ""
            func pending(_ since: String) -> PendingAnswer {
                directory.server.begin(
                    .get, SessionDirectoryHarness.root + "/changes?since=\(since)", token: directory.token)
            }
            let waiting = pending(start)
            await kenji.say("Yes", in: room)
            let first = await waiting.whole()
            #expect(first["users"]?.array.map { $0.map(\.string) } == [hanako.user.string])
            // A refusal, by another member: Hanako's answer changes by it.
            let next = pending(first["next"]?.string ?? "")
            _ = await kenji.put(SessionDirectoryHarness.root + "/servers/arcade", #"{"refused":true}"#)
            #expect(await next.whole()["users"]?.array?.count == 1)
            // Of members about whom it never asked it is told nothing.
            let ana = try await directory.server.member("ana")
            let others = try await directory.server.room(ana, kenji)
            // What happened to presence before is told with some delay.
            await directory.server.drivenClock.advance(by: .seconds(10))
            let quiet = await directory.get("/changes")["next"]?.string ?? ""
            await ana.say("Hello", in: others)
            let none = await directory.get("/changes?since=\(quiet)&timeout=0")
            #expect(none["users"]?.array?.isEmpty == true && none["next"]?.string == quiet)
            #expect(await directory.get("/changes?since=other.1")["reset"]?.bool == true)
        }
    }

    // MARK: Messages

    private func card(
        _ from: TestMember, to: TestMember, link: String = "https://mado.test/second/arcade/#s1"
    ) -> String {
        """
        {"kind":"card","user_id":"\(from.user)","to":["\(to.user)"],"session_id":"s1","activity":"reversi",
        "text":"Hanako waits for you in Reversi","link":"\(link)"}
        """
    }

    @Test func aCardAndAResultStandInTheConversation() async throws {
        try await SessionDirectoryHarness.run { directory in
            let (hanako, kenji, room) = try await talk(directory)
            let sent = await directory.put("/messages/t1", card(hanako, to: kenji))
            #expect(sent.status == 200 && sent["undelivered"]?.array?.isEmpty == true)
            let event = sent["cards"]?.array?.first { _ in true }?["event_id"]?.string ?? ""
            let again = await directory.put("/messages/t1", card(hanako, to: kenji))
            #expect(again["cards"]?.array?.first { _ in true }?["event_id"]?.string == event, "sent once")
            let read = await kenji.get("/_matrix/client/v3/rooms/\(room)/event/\(event)")
            #expect(read["sender"]?.string == hanako.user.string)
            #expect(read["content"]?["body"]?.string?.hasPrefix("Hanako waits for you in Reversi") == true)
            #expect(read["content"]?["mado.session"]?["session_id"]?.string == "s1")

            func result(_ by: TestMember, _ session: String = "s1") -> String {
                """
                {"kind":"result","user_id":"\(by.user)","session_id":"\(session)","activity":"reversi",
                "text":"Kenji won 36:28","card":"\(event)"}
                """
            }
            // Also when they do not talk any more; Kenji has to have shown who he is.
            directory.server.clock.advance(by: .seconds(5000))
            #expect(await directory.put("/messages/t2", result(kenji)).outcome == "404 M_NOT_FOUND")
            await directory.logIn(kenji)
            let ended = await directory.put("/messages/t2", result(kenji))
            #expect(ended.status == 200)
            #expect(await directory.put("/messages/t3", result(kenji, "s2")).outcome == "404 M_NOT_FOUND")
        }
    }

    @Test func cardsReachOnlyThoseWhoTalk() async throws {
        try await SessionDirectoryHarness.run { directory in
            let (hanako, kenji, _) = try await talk(directory)
            let ana = try await directory.server.member("ana")
            let stranger = await directory.put("/messages/t1", card(hanako, to: ana))
            #expect(stranger["cards"]?.array?.isEmpty == true && stranger["undelivered"]?.array?.count == 1)
            #expect(await directory.put("/messages/t2", card(kenji, to: hanako)).outcome == "404 M_NOT_FOUND")
            let elsewhere = card(hanako, to: kenji, link: "https://elsewhere.test/")
            #expect(await directory.put("/messages/t3", elsewhere).outcome == "400 M_INVALID_PARAM")
            let lines = card(hanako, to: kenji).replacing("waits for", with: #"waits\nfor"#)
            #expect(await directory.put("/messages/t4", lines).outcome == "400 M_INVALID_PARAM")
        }
    }
}
