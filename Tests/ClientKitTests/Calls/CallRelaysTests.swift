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

    /// A call with what it was begun with.
    private func desk(_ answer: @escaping @Sendable () throws -> String) throws -> TalkingDesk {
        let desk = try TalkingDesk(answer)
        desk.call.relays.renew(Self.server("old"), transport: nil, proxy: "", now: 0)
        return desk
    }

    private nonisolated static let answer =
        #"{"username":"new","password":"p","uris":["turn:mado.test:3478?transport=udp"],"ttl":600}"#

    private static let old = "turn://old:p%2F@mado.test:3478?transport=udp"

    @Test func whileTheyAreGoodNothingWaits() throws {
        let desk = try desk { throw TransportError.cut }
        desk.desk.renew(desk.call)
        #expect(desk.done == ["offer by " + Self.old])
    }

    @Test func aConnectionThatIsMadeAnewWaitsForThem() async throws {
        let desk = try desk { Self.answer }
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
        let desk = try desk { throw TransportError.cut }
        desk.call.relays.expire()
        desk.desk.renew(desk.call)
        while desk.done.isEmpty { await Task.yield() }
        #expect(desk.done == ["offer by " + Self.old])
    }

    @Test func whatEndsMeanwhileIsNotBegun() async throws {
        let desk = try desk { Self.answer }
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
