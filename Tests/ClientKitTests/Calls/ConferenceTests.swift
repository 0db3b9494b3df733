import Testing

@testable import ClientKit

/// A device's part in a conference, with a server and connections that do what the test says.
@Suite(.timeLimit(.minutes(1))) @MainActor struct ConferenceTests {
    static let kenji = #"{"participant":"k1","user_id":"@kenji:test","video":true}"#

    /// A connection that finds a way when the test says so.
    @MainActor final class Peer: CallPeer {
        let userID: String
        var onEvent: @MainActor (CallPeerEvent) -> Void = { _ in }
        private(set) var done: [String] = []
        init(_ userID: String) { self.userID = userID }
        func makeOffer() { describe("offer") }
        func makeAnswer(to offer: String, isFresh: Bool) { describe("answer") }
        func accept(answer: String) { done.append("accept") }
        func add(_ candidates: [ICECandidate]) {}
        func setSending(_ isSending: Bool) {}
        func dropOffer() {}
        func close() { done.append("close") }

        private func describe(_ what: String) {
            done.append(what)
            onEvent(.described("v=0 \(what)"))
        }
    }

    @MainActor final class Desk {
        let bridge: ScriptedBridge
        let clock = DrivenConnectionClock()
        let conference: Conference
        var peers: [Peer] = []
        private var ends: [CallEnd] = []
        private var waiter: CheckedContinuation<CallEnd, Never>?

        init(_ bridge: ScriptedBridge) {
            self.bridge = bridge
            let client = MatrixClient(baseURL: "https://mado.test", transport: bridge, accessToken: "token")
            conference = Conference(owner: "@hanako:test", roomID: "!room:test", client: client, clock: clock)
            conference.makePeer = { [unowned self] user, _ in
                let peer = Peer(user)
                peers.append(peer)
                return peer
            }
            conference.onChange = { [unowned self] end in
                guard let end else { return }
                if let waiter { waiter.resume(returning: end) } else { ends.append(end) }
                waiter = nil
            }
        }

        func end() async -> CallEnd {
            if let end = ends.first { return end }
            return await withCheckedContinuation { waiter = $0 }
        }

        /// The clock goes on until then.
        func endInTime() async -> CallEnd {
            let waking = Task {
                while !Task.isCancelled { await clock.advanceToNextSleeper() }
            }
            defer { waking.cancel() }
            return await end()
        }

        func peer(_ userID: String) -> Peer? { peers.last { $0.userID == userID } }
    }

    @Test func whoJoinsSendsAndGetsWhatTheOthersSend() async throws {
        let desk = Desk(ScriptedBridge(publishers: Self.kenji))
        desk.conference.start()
        await desk.bridge.until { Set($0).isSuperset(of: ["join", "publish", "subscribe", "subscriptions/s1/answer"]) }
        #expect(desk.conference.people == ["@kenji:test"])
        let kenji = try #require(desk.peer("@kenji:test"))
        #expect(!desk.conference.isConnected("@kenji:test"))
        kenji.onEvent(.path(.connected))
        #expect(desk.conference.isConnected("@kenji:test"))
        // He goes.
        desk.bridge.tell(#"{"type":"unpublished","participant":"k1"}"#)
        await desk.bridge.until { $0.contains("unsubscribe") }
        #expect(desk.conference.people.isEmpty)
        #expect(kenji.done.last == "close")
        desk.conference.leave()
        await desk.bridge.until { $0.last == "leave" }
    }

    /// The server learns things in their order, however slowly it answers.
    @Test func sendingAnewWaitsForWhatWasTold() async throws {
        let desk = Desk(ScriptedBridge())
        desk.bridge.hold("publish")
        desk.conference.start()
        await desk.bridge.until { $0.contains("publish") }
        let first = try #require(desk.peer("@hanako:test"))
        desk.conference.publish()
        #expect(first.done.last == "close")
        #expect(desk.bridge.asked == ["join", "publish"])
        desk.bridge.release()
        await desk.bridge.until { $0.count == 4 }
        #expect(desk.bridge.asked == ["join", "publish", "unpublish", "publish"])
        desk.conference.leave()
    }

    @Test func whatDoesNotStandIsMadeAnew() async throws {
        let desk = Desk(ScriptedBridge(publishers: Self.kenji))
        desk.conference.start()
        await desk.bridge.until { $0.contains("subscriptions/s1/answer") && $0.contains("publish") }
        desk.peer("@hanako:test")?.onEvent(.path(.connected))
        let first = try #require(desk.peer("@kenji:test"))
        while desk.clock.sleeperCount != 1 { await Task.yield() }
        await desk.clock.advanceToNextSleeper()
        await desk.bridge.until { $0.contains("subscriptions/s2/answer") }
        #expect(first.done.last == "close")
        #expect(desk.bridge.asked.contains("unsubscribe"))
        #expect(desk.bridge.asked.count { $0 == "publish" } == 1)
        #expect(desk.conference.people == ["@kenji:test"])
        desk.conference.leave()
    }

    @Test func whatBreaksIsJoinedAnew() async throws {
        let desk = Desk(ScriptedBridge(publishers: Self.kenji))
        desk.conference.start()
        await desk.bridge.until { $0.contains("subscribe") && $0.contains("publish") }
        for peer in desk.peers { peer.onEvent(.path(.connected)) }
        #expect(desk.conference.stands)
        desk.peer("@kenji:test")?.onEvent(.path(.failed))
        #expect(!desk.conference.stands)
        await desk.bridge.until { $0.contains("leave") }
        // Not at once: it may break again and again. The other one that waits is the conference's patience.
        while desk.clock.sleeperCount != 2 { await Task.yield() }
        #expect(desk.bridge.asked.count { $0 == "join" } == 1)
        await desk.clock.advanceToNextSleeper()
        await desk.bridge.until { asked in
            asked.count { $0 == "join" } == 2 && asked.count { $0 == "subscribe" } == 2
        }
        #expect(desk.clock.now().uptime == Conference.pause)
        desk.conference.leave()
    }

    @Test func itGoesOnOnceTheOwnLineStands() async throws {
        let desk = Desk(ScriptedBridge(publishers: Self.kenji))
        desk.conference.start()
        await desk.bridge.until { $0.contains("subscribe") && $0.contains("publish") }
        // That others are to be had tells nothing of the own way.
        desk.peer("@kenji:test")?.onEvent(.path(.connected))
        #expect(!desk.conference.stands)
        let own = try #require(desk.peer("@hanako:test"))
        own.onEvent(.path(.connected))
        #expect(desk.conference.stands)
        own.onEvent(.path(.disconnected))
        #expect(!desk.conference.stands)
        own.onEvent(.path(.connected))
        #expect(desk.conference.stands)
        desk.conference.leave()
        #expect(!desk.conference.stands)
    }

    @Test func noWayIsFound() async {
        let desk = Desk(ScriptedBridge(publishers: Self.kenji))
        desk.conference.start()
        await desk.bridge.until { $0.contains("publish") }
        #expect(await desk.endInTime() == .noPath)
        #expect(desk.clock.now().uptime >= CallMachine.Timing.connecting)
        // It has left by itself.
        #expect(desk.conference.people.isEmpty)
        await desk.bridge.until { $0.contains("leave") }
    }

    @Test func theWayIsLostForGood() async {
        let desk = Desk(ScriptedBridge())
        desk.conference.start()
        await desk.bridge.until { $0.contains("publish") }
        desk.peer("@hanako:test")?.onEvent(.path(.connected))
        desk.peer("@hanako:test")?.onEvent(.path(.disconnected))
        #expect(await desk.endInTime() == .lost)
        #expect(desk.clock.now().uptime >= CallMachine.Timing.reconnecting)
        await desk.bridge.until { $0.contains("leave") }
    }

    @Test func whatCannotBeSentEndsIt() async {
        let desk = Desk(ScriptedBridge())
        desk.conference.start()
        await desk.bridge.until { $0.contains("publish") }
        desk.peer("@hanako:test")?.onEvent(.failed("no encoder"))
        #expect(await desk.end() == .mediaFailed("no encoder"))
    }

    @Test func whoHasNothingToSendListens() async {
        let desk = Desk(ScriptedBridge(publishers: Self.kenji))
        let makePeer = desk.conference.makePeer
        desk.conference.makePeer = { $1 == .sending ? nil : makePeer($0, $1) }
        desk.conference.start()
        await desk.bridge.until { $0.contains("subscribe") }
        #expect(desk.conference.stands)
        #expect(!desk.bridge.asked.contains("publish"))
        desk.conference.leave()
    }

    @Test func aServerThatTellsNothingIsJoinedAnew() async {
        let desk = Desk(ScriptedBridge())
        desk.bridge.refuse("events", with: 503)
        desk.conference.start()
        await desk.bridge.until { $0.contains("publish") }
        desk.peer("@hanako:test")?.onEvent(.path(.connected))
        let waking = Task {
            while !Task.isCancelled { await desk.clock.advanceToNextSleeper() }
        }
        await desk.bridge.until { asked in asked.count { $0 == "join" } == 2 }
        #expect(desk.clock.now().uptime >= Conference.patience)
        desk.conference.leave()
        waking.cancel()
    }

    @Test func whatTheBridgeEndsIsMadeAnew() async throws {
        let desk = Desk(ScriptedBridge(publishers: Self.kenji))
        desk.conference.start()
        await desk.bridge.until { $0.contains("subscriptions/s1/answer") && $0.contains("publish") }
        // Of a connection before the one that is being made.
        desk.bridge.tell(#"{"type":"disconnected"}"#)
        desk.bridge.tell(#"{"type":"muted","participant":"k1","audio_muted":true,"video_muted":false}"#)
        while !desk.conference.isSilent("@kenji:test") { await Task.yield() }
        #expect(!desk.bridge.asked.contains("leave"))
        for peer in desk.peers { peer.onEvent(.path(.connected)) }
        // Kenji's, which may come again by itself.
        desk.bridge.tell(#"{"type":"disconnected","subscription":"s1"}"#)
        while desk.conference.isConnected("@kenji:test") { await Task.yield() }
        #expect(desk.conference.stands)
        while desk.clock.sleeperCount != 1 { await Task.yield() }
        await desk.clock.advanceToNextSleeper()
        await desk.bridge.until { $0.contains("subscriptions/s2/answer") }
        // The own one.
        desk.bridge.tell(#"{"type":"disconnected"}"#)
        await desk.bridge.until { $0.contains("leave") }
        #expect(!desk.conference.stands)
        desk.conference.leave()
    }

    /// Names and passwords for relays are good for a while only.
    @Test func connectionsWaitForTheRelays() async throws {
        let desk = Desk(ScriptedBridge(publishers: Self.kenji))
        let (gate, opening) = AsyncStream<Void>.makeStream()
        let renewal = Task { for await _ in gate {} }
        desk.conference.renewRelays = { renewal }
        desk.conference.start()
        await desk.bridge.until { $0.contains("join") }
        while desk.peers.count != 2 { await Task.yield() }
        #expect(desk.peers.allSatisfy { $0.done.isEmpty })
        #expect(desk.bridge.asked == ["join"])
        opening.finish()
        await desk.bridge.until { $0.contains("publish") && $0.contains("subscriptions/s1/answer") }
        desk.conference.leave()
    }

    @Test func whatIsGivenUpBeforeItIsMadeIsTakenBack() async {
        let desk = Desk(ScriptedBridge(publishers: Self.kenji))
        desk.bridge.hold("subscribe")
        desk.conference.start()
        await desk.bridge.until { $0.contains("subscribe") }
        desk.bridge.tell(#"{"type":"unpublished","participant":"k1"}"#)
        while !desk.conference.people.isEmpty { await Task.yield() }
        #expect(!desk.bridge.asked.contains("unsubscribe"))
        desk.bridge.release()
        await desk.bridge.until { $0.contains("unsubscribe") }
        desk.conference.leave()
    }

    @Test func whoIsRefusedIsTold() async {
        let desk = Desk(ScriptedBridge())
        desk.bridge.refuse("join", with: 403)
        desk.conference.start()
        #expect(await desk.end() == .refused("Not you"))
        #expect(desk.bridge.asked == ["join"])
        desk.conference.leave()
    }

    @Test func aBridgeThatStaysAwayIsGivenUp() async {
        let desk = Desk(ScriptedBridge())
        desk.bridge.refuse("join", with: 503)
        desk.conference.start()
        #expect(await desk.endInTime() == .lost)
        #expect(desk.clock.now().uptime >= Conference.patience)
    }
}
