import EventLoop
import HTTP
import JSON
import MatrixAPI
import Store
import StoreSQLite
import Testing

@testable import Server

@Suite struct PresenceTests {
    private static func path(_ member: TestMember) -> String { "/_matrix/client/v3/presence/\(member.user)/status" }

    private func set(_ member: TestMember, _ presence: String, _ more: String = "") async -> TestAnswer {
        await member.put(Self.path(member), #"{"presence":"\#(presence)"\#(more)}"#)
    }

    /// The presence events of an answer: content by name.
    private func presence(_ answer: TestAnswer) -> [String: JSONValue] {
        var found: [String: JSONValue] = [:]
        let events = answer["presence"]?["events"]?.array.map(Array.init) ?? []
        for event in events {
            if let sender = event["sender"]?.string.flatMap(UserID.init) {
                found[String(sender.localpart)] = event["content"]
            }
        }
        return found
    }

    private func advance(_ server: RouteHarness, by duration: Duration) async {
        server.clock.advance(by: duration)
        await server.drivenClock.advance(by: duration)
    }

    @Test func whoSharesARoomSeesWhatOneSays() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let ana = try await server.member("ana")
            _ = try await server.room(hanako, kenji)
            _ = await kenji.sync()
            #expect(await set(kenji, "online", #","status_msg":"on the quay""#).text == "{}")
            let status = await hanako.get(Self.path(kenji))
            #expect(status["presence"]?.string == "online")
            #expect(status["status_msg"]?.string == "on the quay")
            #expect(status["currently_active"]?.bool == true)
            #expect(status["last_active_ago"]?.int == 0)
            #expect(await ana.get(Self.path(kenji)).outcome == "403 M_FORBIDDEN")
            #expect(await kenji.get(Self.path(kenji)).status == 200)

            let first = await hanako.sync()
            #expect(presence(first)["kenji"]?["status_msg"]?.string == "on the quay")
            #expect(presence(await ana.sync())["kenji"] == nil)
            #expect(await set(kenji, "online").status == 200)
            let later = await hanako.sync(since: first.token)
            #expect(presence(later)["kenji"] != nil && presence(later)["kenji"]?["status_msg"] == nil)
            let filter = #"{"presence":{"types":[]}}"#.urlEncoded
            #expect(await hanako.sync(with: "&filter=\(filter)")["presence"] == nil)
        }
    }

    @Test func refusesWhatIsNoPresence() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            #expect(await hanako.put(Self.path(kenji), #"{"presence":"online"}"#).outcome == "403 M_FORBIDDEN")
            #expect(await set(kenji, "asleep").outcome == "400 M_INVALID_PARAM")
            #expect(await kenji.put(Self.path(kenji), "{}").status == 400)
            #expect(await set(kenji, "online", #","mado.availability":"asleep""#).outcome == "400 M_INVALID_PARAM")
            #expect(await set(kenji, "online", #","mado.connects_every":5"#).outcome == "400 M_INVALID_PARAM")
            let long = String(repeating: "x", count: 1025)
            #expect(await set(kenji, "online", #","status_msg":"\#(long)""#).outcome == "413 M_TOO_LARGE")
        }
    }

    @Test func busyStandsAboveWhatDevicesSay() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            _ = try await server.room(hanako, kenji)
            _ = await kenji.sync()
            _ = await set(kenji, "unavailable", #","mado.availability":"busy""#)
            _ = await kenji.sync(with: "&set_presence=online")
            let busy = await hanako.get(Self.path(kenji))
            #expect(busy["presence"]?.string == "unavailable")
            #expect(busy["mado.availability"]?.string == "busy")
            _ = await set(kenji, "online")
            #expect(await hanako.get(Self.path(kenji))["presence"]?.string == "online")
            _ = await kenji.sync(with: "&set_presence=unavailable")
            #expect(await hanako.get(Self.path(kenji))["mado.availability"]?.string == "away")
        }
    }

    @Test func theInvisibleLeaveNoTrace() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            _ = await kenji.sync()
            _ = await set(kenji, "offline", #","mado.connects_every":600"#)
            let token = await hanako.firstToken()
            await advance(server, by: .seconds(100))
            _ = await kenji.sync()
            await kenji.say("still here", in: room)
            let seen = await hanako.get(Self.path(kenji))
            #expect(seen["presence"]?.string == "offline")
            #expect(seen["last_active_ago"]?.int == 100_000)
            #expect(presence(await hanako.sync(since: token))["kenji"] == nil)
        }
    }

    @Test func aPauseBetweenPollsIsNoAbsence() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            _ = try await server.room(hanako, kenji)
            let token = await kenji.firstToken()
            let hers = await hanako.sync(since: await hanako.firstToken())
            await advance(server, by: .seconds(20))
            #expect(await hanako.get(Self.path(kenji))["presence"]?.string == "online")
            let poll = kenji.poll(since: token)
            _ = await kenji.get(Self.path(kenji))
            await advance(server, by: .seconds(25))
            #expect(await hanako.get(Self.path(kenji))["presence"]?.string == "online")
            poll.disconnect()
            _ = await kenji.get(Self.path(kenji))
            await advance(server, by: .seconds(31))
            let waiting = hanako.poll(since: hers.token)
            let told = await waiting.received(advancing: server, by: .seconds(1)) { $0.status != 0 }
            #expect(presence(told)["kenji"]?["presence"]?.string == "offline")
        }
    }

    @Test func loggingOutIsSeenAtOnce() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            _ = try await server.room(hanako, kenji)
            _ = await kenji.sync()
            _ = await kenji.post("/_matrix/client/v3/logout")
            #expect(await hanako.get(Self.path(kenji))["presence"]?.string == "offline")
        }
    }

    @Test func whoDoesNothingIsAwayAndBackByWriting() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            let token = await kenji.firstToken()
            let stream = server.begin(.get, "/_mado/v1/sync/stream?since=\(token)", token: kenji.token)
            _ = await stream.containing("retry")
            await advance(server, by: .seconds(601))
            #expect(await hanako.get(Self.path(kenji))["mado.availability"]?.string == "away")
            await kenji.say("back", in: room)
            #expect(await hanako.get(Self.path(kenji))["mado.availability"]?.string == "ready")
            stream.disconnect()
        }
    }

    @Test func presenceWakesThoseWhoShareARoom() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            _ = try await server.room(hanako, kenji)
            await advance(server, by: .seconds(5))
            var token = await hanako.firstToken()
            token = await hanako.sync(since: token).token
            let poll = hanako.poll(since: token)
            _ = await set(kenji, "online", #","status_msg":"here""#)
            let told = await poll.received(advancing: server, by: .seconds(1)) { $0.status != 0 }
            #expect(presence(told)["kenji"]?["status_msg"]?.string == "here")
        }
    }

    @Test func whatMembersChoseOutlivesTheProcess() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            _ = await set(kenji, "offline", #","status_msg":"hidden""#)
            _ = await set(hanako, "unavailable", #","mado.availability":"busy""#)
            let again = Presence(
                journal: server.journal, sequence: EphemeralSequence(epoch: 2), clock: server.clock.clock,
                loop: server.loops.loops[0], notify: { _ in })
            try await again.restore()
            for member in [hanako, kenji] { again.syncBegan(member.user, device: member.device, presence: nil) }
            let states = again.states(of: [hanako.user, kenji.user])
            #expect(states.map(\.availability) == [.busy, .offline])
            #expect(states[1].statusMessage == "hidden")
        }
    }

    @Test func peopleAreFoundWithTheirPresence() async throws {
        try await SyncHarness.run { server in
            let members = try await ["ana", "hanako", "kenji", "maria"].asyncMap { try await server.member($0) }
            let (hanako, kenji) = (members[1], members[2])
            _ = await kenji.put("/_matrix/client/v3/profile/\(kenji.user)/displayname", #"{"displayname":"Kenji Abe"}"#)
            _ = await kenji.sync()
            _ = await set(kenji, "unavailable", #","mado.availability":"busy","status_msg":"later""#)
            var names: [String] = []
            var from = ""
            for _ in 1...5 {
                let page = await hanako.get("/_mado/v1/people?limit=1\(from)")
                names += page["people"]?.array?.compactMap { $0["user_id"]?.string } ?? []
                guard let next = page["next"]?.string else { break }
                from = "&from=\(next.urlEncoded)"
            }
            #expect(Set(names) == Set(members.map(\.user.string)))
            #expect(names.count == 4, "each once, and the last page says that it is the last")
            let found = await hanako.get("/_mado/v1/people?search=\("kenji a".urlEncoded)")["people"]
            #expect(found?.count == 1)
            #expect(found?.first?["display_name"]?.string == "Kenji Abe")
            #expect(found?.first?["presence"]?["mado.availability"]?.string == "busy")
            #expect(found?.first?["presence"]?["status_msg"]?.string == "later")
            for wrong in ["limit=0", "limit=201", "from=nonsense"] {
                #expect(await hanako.get("/_mado/v1/people?\(wrong)").outcome == "400 M_INVALID_PARAM")
            }
            #expect(await server.request(.get, "/_mado/v1/people").status == 401)
        }
    }
}

extension Array {
    fileprivate func asyncMap<T>(_ transform: (Element) async throws -> T) async rethrows -> [T] {
        var all: [T] = []
        for element in self { all.append(try await transform(element)) }
        return all
    }
}
