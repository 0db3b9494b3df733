import EventLoop
import HTTP
import JSON
import MatrixAPI
import Store
import Testing

@testable import Server

/// Source: Application Service API, "Pushing events".
@Suite struct ServiceDeliveryTests {
    /// The next transaction that is on its way.
    private func next(_ arrivals: inout AsyncStream<ScriptedServiceTransport.Asked>.Iterator) async throws
        -> (url: String, body: JSONValue)
    {
        let asked = try #require(await arrivals.next())
        #expect(asked.method == "PUT" && asked.token == "hs-secret")
        return (asked.url, try JSONValue.parse(Array(asked.body.utf8)))
    }

    @Test func whatConcernsTheServiceComesInOrderAndOnce() async throws {
        try await ServiceScene.run { scene in
            scene.transport.answer { _ throws(ServiceTransportError) in (200, "{}") }
            try await scene.deliveries.start()
            #expect(await scene.register("_irc_anna").status == 200)
            let kenji = try await scene.server.member("kenji")
            let apart = try await kenji.createRoom()
            _ = try await kenji.say("not for the bridge", in: apart)
            let room = try await kenji.createRoom(#"{"preset":"public_chat"}"#)
            let join = await scene.ask(.post, "/_matrix/client/v3/join/\(room)", as: "_irc_anna")
            #expect(join.status == 200)
            _ = try await kenji.say("one", in: room)
            _ = try await kenji.say("two", in: room)
            var texts: [String] = []
            var urls: [String] = []
            var types: Set<String> = []
            var arrivals = scene.transport.arrivals.makeAsyncIterator()
            while texts.count < 2 {
                let transaction = try await next(&arrivals)
                urls.append(transaction.url)
                for event in transaction.body["events"]?.array.map(Array.init) ?? [] {
                    #expect(event["room_id"]?.string == room)
                    types.insert(event["type"]?.string ?? "")
                    if event["type"]?.string == "m.room.message" {
                        texts.append(event.string("content", "body") ?? "")
                    }
                }
            }
            #expect(texts == ["one", "two"])
            #expect(types.contains("m.room.member"))
            #expect(Set(urls).count == urls.count, "each transaction has an identifier of its own")
            #expect(urls.allSatisfy { $0.hasPrefix("http://bridge/_matrix/app/v1/transactions/") })
        }
    }

    @Test func anInviteTellsOfTheRoom() async throws {
        try await ServiceScene.run { scene in
            scene.transport.answer { _ throws(ServiceTransportError) in (200, "{}") }
            try await scene.deliveries.start()
            #expect(await scene.register("_irc_anna").status == 200)
            let kenji = try await scene.server.member("kenji")
            _ = try await kenji.createRoom(
                #"{"name":"Quay","invite":["@_irc_anna:\#(RouteHarness.serverName)"],"is_direct":true}"#)
            var arrivals = scene.transport.arrivals.makeAsyncIterator()
            var invite: JSONValue?
            while invite == nil {
                let events = try await next(&arrivals).body["events"]?.array.map(Array.init) ?? []
                #expect(events.allSatisfy { $0["type"]?.string != "m.room.name" }, "it does not see the room")
                invite = events.first { $0.string("content", "membership") == "invite" }
            }
            let pieces = try #require(invite?["unsigned"]?["invite_room_state"]?.array.map(Array.init))
            let types = Set(pieces.compactMap { $0["type"]?.string })
            #expect(types.isSuperset(of: ["m.room.create", "m.room.name", "m.room.join_rules", "m.room.member"]))
            #expect(pieces.first { $0["type"]?.string == "m.room.name" }?.string("content", "name") == "Quay")
        }
    }

    @Test func whatIsNotTakenIsSentAgainAsItWas() async throws {
        try await ServiceScene.run { scene in
            scene.transport.answer { _ throws(ServiceTransportError) in (500, "{}") }
            try await scene.deliveries.start()
            var arrivals = scene.transport.arrivals.makeAsyncIterator()
            let made = await scene.ask(.post, "/_matrix/client/v3/createRoom", body: "{}")
            let room = try #require(made["room_id"]?.string)
            let first = try #require(await arrivals.next())
            // What happens meanwhile is not added to it.
            let path = "/_matrix/client/v3/rooms/\(room)/send/m.room.message/t"
            #expect(await scene.ask(.put, path, body: #"{"msgtype":"m.text","body":"later"}"#).status == 200)
            for seconds in [1, 2, 4] {
                try await settle(scene)
                await scene.server.drivenClock.advance(by: .seconds(seconds))
                let again = try #require(await arrivals.next())
                #expect(again.url == first.url && again.body == first.body)
            }
            // Another process: the store says what was on its way.
            scene.deliveries.stop()
            try await settle(scene)
            scene.transport.answer { _ throws(ServiceTransportError) in (200, "{}") }
            let restarted = ServiceDeliveries(
                services: try ApplicationServices([scene.service]), journal: scene.server.journal,
                transport: scene.transport, loop: scene.server.loops.loops[0], clock: scene.server.clock.clock)
            try await restarted.start()
            let third = try #require(await arrivals.next())
            #expect(third.url == first.url && third.body == first.body)
            let next = try #require(await arrivals.next())
            #expect(next.url != first.url)
            #expect(next.body.contains("later"))
            restarted.stop()
        }
    }

    /// Until what a failed attempt leads to (its timer) is there.
    private func settle(_ scene: ServiceScene) async throws {
        for _ in 0..<1000 where !scene.deliveries.areWaiting { await Task.yield() }
        while !scene.deliveries.areWaiting { try await scene.server.journal.write { _ in } }
    }

    @Test func ephemeralEventsComeToThoseWhoWantThem() async throws {
        try await ServiceScene.run { scene in
            scene.transport.answer { _ throws(ServiceTransportError) in (200, "{}") }
            try await scene.deliveries.start()
            let kenji = try await scene.server.member("kenji")
            let room = try await kenji.createRoom(#"{"preset":"public_chat"}"#)
            #expect(await scene.ask(.post, "/_matrix/client/v3/join/\(room)").status == 200)
            let event = try await kenji.say("one", in: room)
            #expect(await kenji.put(kenji.path(room, "typing/\(kenji.user)"), #"{"typing":true}"#).status == 200)
            #expect(await kenji.post(kenji.path(room, "receipt/m.read/\(event)")).status == 200)
            #expect(await kenji.post(kenji.path(room, "receipt/m.read.private/\(event)")).status == 200)
            var found: [String: String] = [:]
            var arrivals = scene.transport.arrivals.makeAsyncIterator()
            while found.count < 2 {
                let transaction = try await next(&arrivals)
                for event in transaction.body["ephemeral"]?.array.map(Array.init) ?? [] {
                    #expect(event["room_id"]?.string == room)
                    found[event["type"]?.string ?? ""] = String(decoding: event.bytes, as: UTF8.self)
                }
            }
            #expect(found["m.typing"]?.contains(kenji.user.string) == true)
            #expect(found["m.receipt"]?.contains(event) == true)
            #expect(scene.transport.asked.allSatisfy { !$0.body.contains("m.read.private") })
        }
    }
}
