import TestSupport
import Testing

@testable import ClientKit

/// Names and passwords for relays, which are good for a while, in a call that lasts longer.
@Suite(.timeLimit(.minutes(1))) @MainActor struct CallRelaysTests {
    private static func server(_ name: String, lifetime: Duration = .seconds(600)) -> TURNServer {
        TURNServer(
            username: name, password: "p/", uris: ["turn:mado.test:3478?transport=udp", "stun:mado.test"],
            lifetime: lifetime)
    }

    @Test func theyAreAskedForAgainInTime() {
        var relays = CallRelays()
        #expect(relays.isDue(0))
        relays.renew(Self.server("1"), transport: nil, proxy: "", now: 1000)
        #expect(relays.addresses == ["turn://1:p%2F@mado.test:3478?transport=udp"])
        #expect(!relays.isDue(300_999))
        #expect(relays.isDue(301_000))
        // No answer: with what is there.
        relays.postpone(301_000)
        #expect(!relays.isDue(301_001))
        #expect(relays.isDue(301_000 + CallRelays.pause))
        relays.renew(nil, transport: nil, proxy: "", now: 400_000)
        #expect(relays.addresses == ["turn://1:p%2F@mado.test:3478?transport=udp"])
        relays.renew(Self.server("2", lifetime: .seconds(60)), transport: nil, proxy: "", now: 500_000)
        #expect(relays.addresses == ["turn://2:p%2F@mado.test:3478?transport=udp"])
        #expect(!relays.isDue(529_999))
        relays.expire()
        #expect(relays.isDue(500_000))
    }

    // MARK: In a call

    @MainActor final class Peer: CallPeer {
        var onEvent: @MainActor (CallPeerEvent) -> Void = { _ in }
        private(set) var done: [String] = []
        private let relays: @MainActor () -> [String]
        init(_ relays: @escaping @MainActor () -> [String]) { self.relays = relays }
        func makeOffer() { done.append("offer by " + relays().joined()) }
        func dropOffer() { done.append("drop") }
        func makeAnswer(to offer: String, isFresh: Bool) { done.append("answer by " + relays().joined()) }
        func accept(answer: String) { done.append("accept") }
        func add(_ candidates: [ICECandidate]) { done.append("add") }
        func setSending(_ isSending: Bool) { done.append("sending \(isSending)") }
        func close() { done.append("close") }
    }

    @MainActor final class Media: CallMedia {
        var streams = CallStreams()
        var sendsAnything: Bool { true }
        private(set) var peer: Peer?
        func makePeer(
            for userID: String, relays: @escaping @MainActor () -> [String], part: CallPeerPart
        ) -> any CallPeer {
            let made = Peer(relays)
            peer = made
            return made
        }
        func setMuted(_ isMuted: Bool) {}
        func setCamera(_ isOn: Bool) {}
        func close() {}
    }

    /// A call that goes on, of an account without a connection.
    @MainActor final class Desk {
        private let folder = TemporaryFolder()
        private let client: ClientModel
        let clock = DrivenConnectionClock()
        let account: AccountModel
        let desk: CallDesk
        let call: Call
        let media = Media()

        /// - Parameter answer: the server's, of its relay.
        init(_ answer: @escaping @Sendable () throws -> String) throws {
            let transport = FakeTransport { request in
                guard request.url.hasSuffix("/voip/turnServer") else {
                    throw TransportError.cannotConnect(host: "nobody")
                }
                return ClientResponse(status: 200, body: Array(try answer().utf8))
            }
            client = ClientModel(
                folders: Folders(
                    config: folder.path + "/config", data: folder.path + "/data", cache: folder.path + "/cache"),
                secrets: FileSecretStore(folder: folder.path + "/data"), clock: clock
            ) { _ in transport }
            account = AccountModel(
                record: AccountRecord(
                    userID: CallMachineTests.hanako.userID, deviceID: "HANAKO1", serverName: "test",
                    baseURL: "http://server", isMado: false),
                client: client)
            let engine = AccountEngine(
                owner: account.userID,
                store: try LocalStore(path: folder.path + "/store.sqlite", owner: account.userID),
                client: MatrixClient(baseURL: "http://server", transport: transport, accessToken: "token"),
                isMado: false, clock: clock, filesFolder: folder.path, mediaFolder: folder.path
            ) { _ in }
            let sender = OutboxSender(engine: engine) { _, _, _ in }
            account.parts = AccountParts(
                engine: engine, sender: sender,
                connection: SyncConnection(
                    baseURL: "http://server", accessToken: "token", isMado: false, transport: transport,
                    sink: AccountSync(engine: engine, sender: sender),
                    memory: FileNetworkMemory(path: folder.path + "/networks.json"), clock: clock
                ) { _ in },
                transport: transport, relays: TURNServerCache(client: engine.client))
            desk = client.calls
            call = Call(
                account: account, roomID: CallMachineTests.room, id: "call", kind: .voice, isIncoming: false,
                isGroup: false)
            call.media = media
            desk.current = call
            desk.add(CallMachineTests().talking(), to: call)
            // With what it was begun with.
            call.relays.renew(CallRelaysTests.server("old"), transport: nil, proxy: "", now: 0)
        }

        var done: [String] { media.peer?.done ?? [] }
    }

    private nonisolated static let answer =
        #"{"username":"new","password":"p","uris":["turn:mado.test:3478?transport=udp"],"ttl":600}"#

    private static let old = "turn://old:p%2F@mado.test:3478?transport=udp"

    @Test func whileTheyAreGoodNothingWaits() throws {
        let desk = try Desk { throw TransportError.cut }
        desk.desk.renew(desk.call)
        #expect(desk.done == ["offer by " + Self.old])
    }

    @Test func aConnectionThatIsMadeAnewWaitsForThem() async throws {
        let desk = try Desk { Self.answer }
        desk.call.relays.expire()
        desk.desk.renew(desk.call)
        // What comes meanwhile keeps its place.
        desk.desk.setOnHold(true, desk.call)
        #expect(desk.done.isEmpty)
        while desk.done.count < 2 { await Task.yield() }
        #expect(desk.done == ["offer by turn://new:p@mado.test:3478?transport=udp", "sending false"])
        #expect(desk.call.renewal == nil)
        #expect(!desk.call.relays.isDue(0))
    }

    @Test func whereTheServerDoesNotAnswerItGoesOn() async throws {
        let desk = try Desk { throw TransportError.cut }
        desk.call.relays.expire()
        desk.desk.renew(desk.call)
        while desk.done.isEmpty { await Task.yield() }
        #expect(desk.done == ["offer by " + Self.old])
    }

    @Test func whatEndsMeanwhileIsNotBegun() async throws {
        let desk = try Desk { Self.answer }
        desk.call.relays.expire()
        desk.desk.renew(desk.call)
        let renewal = try #require(desk.call.renewal)
        desk.desk.hangUp(desk.call)
        await renewal.value
        #expect(desk.call.isEnded)
        #expect(desk.call.waiting.isEmpty)
        #expect(!desk.done.contains { $0.hasPrefix("offer") })
    }
}
