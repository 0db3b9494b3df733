import EventLoop
import HTTP
import JSON
import MatrixAPI
import Store
import Synchronization
import Testing

@testable import Server

@Suite struct DelayedEventsTests {
    static let path = "/_matrix/client/unstable/org.matrix.msc4140/delayed_events"
    private static let delay = "org.matrix.msc4140.delay"

    /// A server with delayed events, two members in a room, and what goes on in the journal.
    private struct Scene {
        let server: RouteHarness
        let delayed: DelayedEvents
        let hanako: TestMember
        let kenji: TestMember
        let room: String

        func texts() async -> [String] { await hanako.texts(in: room, "dir=f&limit=50") }

        /// Asks for a text in `delay` milliseconds; the identifier.
        func later(_ text: String, _ delay: Int64, transaction: String? = nil) async throws -> String {
            let answer = await hanako.put(
                hanako.path(
                    room,
                    "send/m.room.message/\(transaction ?? "t-\(text)")?\(DelayedEventsTests.delay)=\(delay)"),
                #"{"msgtype":"m.text","body":"\#(text)"}"#)
            return try #require(answer["delay_id"]?.string, "\(answer.text)")
        }

        func pass(_ milliseconds: Int64) { server.clock.advance(by: .milliseconds(milliseconds)) }
    }

    private func run(
        _ settings: DelayedEvents.Settings = DelayedEvents.Settings(), _ body: (Scene) async throws -> Void
    ) async throws {
        var made: DelayedEvents?
        try await RouteHarness.run(
            adding: { parts, routes in
                let delayed = DelayedEvents(
                    journal: parts.journal, loop: parts.loops.loops[0], clock: parts.clock, settings: settings)
                parts.journal.addObserver(delayed)
                let rooms = Rooms(
                    journal: parts.journal, serverName: RouteHarness.serverName, clock: parts.clock,
                    delayedEvents: delayed)
                rooms.addRoutes(to: &routes)
                delayed.addRoutes(to: &routes)
                made = delayed
            }
        ) { server in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let room = try await hanako.createRoom()
            try await hanako.bring(kenji, into: room)
            try await body(
                Scene(server: server, delayed: try #require(made), hanako: hanako, kenji: kenji, room: room))
        }
    }

    @Test func isSentWhenItIsDueAndOnce() async throws {
        try await run { scene in
            let id = try await scene.later("later", 5000)
            #expect(try await scene.later("later", 5000) == id, "the same transaction again")
            scene.pass(4999)
            await scene.delayed.sendDue()
            #expect(await scene.texts() == [])
            scene.pass(1)
            async let one: Void = scene.delayed.sendDue()
            async let other: Void = scene.delayed.sendDue()
            _ = await (one, other)
            #expect(await scene.texts() == ["later"])
            #expect(await scene.hanako.get(Self.path)["delayed_events"]?.array?.count == 0)
            #expect(await scene.hanako.post("\(Self.path)/\(id)", #"{"action":"send"}"#).outcome == "404 M_NOT_FOUND")
        }
    }

    /// What the server itself asks for; the loop's timer sends it.
    @Test func theTimerSendsWhatIsDue() async throws {
        try await run { scene in
            let sent = AsyncStream<EventID>.makeStream()
            let watch = Watch { sent.continuation.yield($0) }
            scene.server.journal.addObserver(watch)
            let event = OutgoingEvent(
                type: "m.room.message",
                content: .object { object in
                    object.member("msgtype", "m.text")
                    object.member("body", "canteen closed")
                })
            let room = RoomID(unchecked: scene.room)
            try await scene.delayed.schedule(
                event, in: room, by: scene.hanako.user, at: scene.server.clock.now + 90_000)
            scene.pass(90_000)
            await scene.server.drivenClock.advance(by: .seconds(90))
            var events = sent.stream.makeAsyncIterator()
            #expect(await events.next() != nil)
            #expect(await scene.texts() == ["canteen closed"])
            withExtendedLifetime(watch) {}
        }
    }

    @Test func isListedRestartedSentAndCancelled() async throws {
        try await run { scene in
            let first = try await scene.later("one", 5000)
            let second = try await scene.later("two", 9000)
            let list = await scene.hanako.get(Self.path)["delayed_events"]
            #expect(list?.array?.compactMap { $0["delay_id"]?.string } == [first, second])
            let shown = await scene.hanako.get("\(Self.path)/\(first)")
            #expect(shown["delay"]?.int == 5000)
            #expect(shown["running_since"]?.int == scene.server.clock.now)
            #expect(shown["content"]?["body"]?.string == "one")
            #expect(shown["room_id"]?.string == scene.room)

            // Another's: not there.
            #expect(await scene.kenji.get("\(Self.path)/\(first)").error == "M_NOT_FOUND")
            #expect(await scene.kenji.post("\(Self.path)/\(first)", #"{"action":"cancel"}"#).error == "M_NOT_FOUND")
            #expect(await scene.kenji.get(Self.path)["delayed_events"]?.array?.count == 0)

            scene.pass(4000)
            // Whoever knows the identifier, with no token.
            #expect(await scene.server.request(.post, "\(Self.path)/\(first)/restart", body: "{}").status == 200)
            scene.pass(4000)
            await scene.delayed.sendDue()
            #expect(await scene.texts() == [])
            #expect(await scene.hanako.post("\(Self.path)/\(second)", #"{"action":"send"}"#).status == 200)
            #expect(await scene.hanako.post("\(Self.path)/\(first)", #"{"action":"cancel"}"#).status == 200)
            scene.pass(60_000)
            await scene.delayed.sendDue()
            #expect(await scene.texts() == ["two"])
            #expect(await scene.hanako.post("\(Self.path)/\(first)", #"{"action":"burn"}"#).error == "M_INVALID_PARAM")
            #expect(await scene.hanako.post("\(Self.path)/\(first)", "{}").error == "M_MISSING_PARAM")
        }
    }

    @Test func whetherTheSenderMayIsDecidedWhenItIsSent() async throws {
        try await run { scene in
            let path = scene.kenji.path(scene.room, "send/m.room.message/t?\(Self.delay)=1000")
            let body = #"{"msgtype":"m.text","body":"from outside"}"#
            #expect(await scene.kenji.put(path, body)["delay_id"] != nil)
            #expect(await scene.kenji.leave(scene.room).status == 200)
            scene.pass(1000)
            await scene.delayed.sendDue()
            #expect(await scene.texts() == [])
            let waiting = try await scene.delayed.all(of: scene.kenji.user)
            #expect(waiting == [], "it does not wait for ever")
            // Who is not in the room has nothing taken for it.
            let again = scene.kenji.path(scene.room, "send/m.room.message/t2?\(Self.delay)=1000")
            #expect(await scene.kenji.put(again, body).outcome == "403 M_FORBIDDEN")
            // What could never be sent is refused at once.
            let state = scene.hanako.path(scene.room, "state/m.room.name/?\(Self.delay)=1000")
            #expect(await scene.hanako.put(state, #"{"name":7}"#).outcome == "400 M_BAD_JSON")
        }
    }

    @Test(arguments: [true, false])
    func whoseAccountIsSuspendedOrLockedOnlyLeaves(isSuspended: Bool) async throws {
        try await run { scene in
            let (hanako, kenji, room) = (scene.hanako, scene.kenji, scene.room)
            let levels = #"{"users":{"\#(hanako.user)":100},"events":{"org.example.call.member":0}}"#
            #expect(await hanako.setState("m.room.power_levels", levels, in: room).status == 200)
            let call = "state/org.example.call.member/_\(kenji.user)_desk"
            #expect(await kenji.put(kenji.path(room, call), #"{"in":true}"#).status == 200)
            let message = #"{"msgtype":"m.text","body":"too late"}"#
            for (target, body) in [("send/m.room.message/t", message), (call, "{}")] {
                let answer = await kenji.put(kenji.path(room, "\(target)?\(Self.delay)=1000"), body)
                #expect(answer["delay_id"] != nil, "\(answer.text)")
            }
            if isSuspended {
                try await scene.server.accounts.setSuspended(true, kenji.user)
            } else {
                try await scene.server.accounts.setLocked(true, kenji.user)
            }
            scene.pass(1000)
            await scene.delayed.sendDue()
            #expect(await scene.texts() == [])
            #expect(await hanako.get(hanako.path(room, call)).text == "{}")
            #expect(try await scene.delayed.all(of: kenji.user) == [])
        }
    }

    @Test func stateIsSetAndGivenUpWhenAnotherSetsIt() async throws {
        try await run { scene in
            let levels = #"{"users":{"\#(scene.hanako.user)":100},"events":{"org.example.call":0}}"#
            #expect(await scene.hanako.setState("m.room.power_levels", levels, in: scene.room).status == 200)
            let target = "state/org.example.call/seat?\(Self.delay)=1000"
            let first = await scene.hanako.put(scene.hanako.path(scene.room, target), #"{"left":"hanako"}"#)
            let second = await scene.kenji.put(scene.kenji.path(scene.room, target), #"{"left":"kenji"}"#)
            #expect(first["delay_id"] != nil && second["delay_id"] != nil)
            #expect(
                await scene.kenji.setState("org.example.call", #"{"in":true}"#, key: "seat", in: scene.room).status
                    == 200)
            // Behind what the journal was told to forget.
            try await scene.server.journal.write { _ in }
            #expect(try await scene.delayed.all(of: scene.hanako.user) == [])
            #expect(try await scene.delayed.all(of: scene.kenji.user).count == 1)
            scene.pass(1000)
            await scene.delayed.sendDue()
            let now = await scene.hanako.get(scene.hanako.path(scene.room, "state/org.example.call/seat"))
            #expect(now["left"]?.string == "kenji")
        }
    }

    @Test func thereAreLimits() async throws {
        var settings = DelayedEvents.Settings()
        settings.maximumDelay = .seconds(10)
        settings.perMember = 2
        try await run(settings) { scene in
            func ask(_ delay: String, _ transaction: String) async -> TestAnswer {
                await scene.hanako.put(
                    scene.hanako.path(scene.room, "send/m.room.message/\(transaction)?\(Self.delay)=\(delay)"),
                    #"{"msgtype":"m.text","body":"x"}"#)
            }
            let long = await ask("10001", "a")
            #expect(long.outcome == "400 M_UNKNOWN")
            #expect(long["org.matrix.msc4140.errcode"]?.string == "M_MAX_DELAY_EXCEEDED")
            #expect(long["org.matrix.msc4140.max_delay"]?.int == 10_000)
            for wrong in ["0", "-1", "soon", "", "99999999999999999999"] {
                #expect(await ask(wrong, "b").error == "M_INVALID_PARAM")
            }
            #expect(await ask("10000", "c").status == 200)
            #expect(await ask("10000", "d").status == 200)
            let many = await ask("10000", "e")
            #expect(many["org.matrix.msc4140.errcode"]?.string == "M_MAX_DELAYED_EVENTS_EXCEEDED")
            #expect(await ask("10000", "d").status == 200, "asked for before")
        }
    }

    /// Calls back for each event of a publication.
    private final class Watch: JournalObserver {
        let seen: @Sendable (EventID) -> Void
        init(_ seen: @escaping @Sendable (EventID) -> Void) { self.seen = seen }
        func published(_ publication: Publication) {
            for case .event(let event) in publication.changes.map(\.kind) { seen(event.eventID) }
        }
    }
}
