import HTTP
import MatrixAPI
import TestSupport
import Testing

@testable import Server

@Suite("The relay's filter")
struct RelayFilterTests {
    private static let user = UserID(unchecked: "@hanako:example.org")
    private static let credentials = RelayCredentials(secret: "secret", realm: "example.org")
    private static let relay = TransportAddress("127.77.65.68:50000")
    private static let other = TransportAddress("127.77.65.68:50001")

    private typealias Messages = TURNMessages

    private static func filter(_ live: [TransportAddress] = [other], networks: [String] = []) -> RelayFilter {
        let destinations = RelayDestinations(
            networks: networks.compactMap { AddressRange($0) }, machineAddresses: { [PeerAddress("10.1.0.5")!] })
        for place in live { destinations.add(place) }
        return RelayFilter(destinations: destinations, credentials: credentials)
    }

    private static func peer(_ place: TransportAddress) -> (type: UInt16, value: [UInt8]) {
        (0x12, Messages.address(place))
    }

    private static func channel(_ number: UInt16) -> (type: UInt16, value: [UInt8]) {
        (0x0c, [UInt8(number >> 8), UInt8(number & 0xff), 0, 0])
    }

    private static func code(_ verdict: RelayFilter.Verdict) -> Int? {
        guard case .answer(let bytes) = verdict, let message = STUNMessage(bytes[...]), message.kind == .failure,
            let value = message.value(.errorCode)
        else { return nil }
        return Int(value[value.startIndex + 2]) * 100 + Int(value[value.startIndex + 3])
    }

    @Test("each way to a peer, allowed and not")
    func ways() {
        var filter = Self.filter()
        for (place, isAllowed) in [
            (Self.other, true), (TransportAddress("127.77.65.68:50002"), false),
            (TransportAddress("127.0.0.1:50001"), false),
            (TransportAddress("10.0.0.1:50001"), false), (TransportAddress("8.8.8.8:53"), false),
        ] {
            let send = filter.received(Messages.frame(Messages.message(0x0016, [Self.peer(place), (0x13, [1])])))
            #expect(send == (isAllowed ? .forward : .drop), "\(place)")
            let bind = filter.received(
                Messages.frame(Messages.message(0x0009, [Self.channel(0x4000), Self.peer(place)])))
            #expect(isAllowed ? bind == .forward : Self.code(bind) == 403, "\(place)")
            // Permissions know no ports.
            let permission = filter.received(Messages.frame(Messages.message(0x0008, [Self.peer(place)])))
            let isRelay = place.address == Self.other.address
            #expect(isRelay ? permission == .forward : Self.code(permission) == 403, "\(place)")
        }
    }

    @Test("one bad peer among good ones")
    func several() {
        var filter = Self.filter()
        let bad = Self.peer(TransportAddress("127.0.0.1:22"))
        let good = Self.peer(Self.other)
        #expect(Self.code(filter.received(Messages.frame(Messages.message(0x0008, [good, bad])))) == 403)
        #expect(Self.code(filter.received(Messages.frame(Messages.message(0x0008, [good, (0x08, []), bad])))) == 403)
        #expect(filter.received(Messages.frame(Messages.message(0x0016, [good, bad, (0x13, [1])]))) == .drop)
        #expect(filter.received(Messages.frame(Messages.message(0x0016, [(0x13, [1])]))) == .drop)
        let bound = filter.received(Messages.frame(Messages.message(0x0009, [Self.channel(0x4000), good, good])))
        #expect(Self.code(bound) == 403)
        let twice = [Self.channel(0x4000), Self.channel(0x4001), good]
        #expect(Self.code(filter.received(Messages.frame(Messages.message(0x0009, twice)))) == 403)
        // Addresses that are none.
        let none: [[UInt8]] = [
            [], [0, 1, 2], [0, 3] + Array(repeating: 0, count: 6), [0, 1] + Array(repeating: 0, count: 18),
        ]
        for value in none {
            #expect(filter.received(Messages.frame(Messages.message(0x0008, [(0x12, value)]))) == .close)
        }
    }

    @Test("a channel leads where it was bound, as long as that is there")
    func channels() {
        let destinations = RelayDestinations()
        destinations.add(Self.other)
        var filter = RelayFilter(destinations: destinations, credentials: Self.credentials)
        let data = Messages.frame(Messages.channelData(0x4000, [1, 2, 3]))
        #expect(filter.received(data) == .drop)
        let bind = Messages.message(0x0009, [Self.channel(0x4000), Self.peer(Self.other)])
        #expect(filter.received(Messages.frame(bind)) == .forward)
        #expect(filter.received(data) == .drop, "the relay has not agreed")
        #expect(filter.answered(Messages.frame(Messages.message(0x0119, [], transaction: Array(20...31)))) == nil)
        #expect(filter.received(data) == .drop, "that was another's answer")
        _ = filter.answered(Messages.frame(Messages.message(0x0109, [])))
        #expect(filter.received(data) == .forward)
        destinations.remove(Self.other)
        #expect(filter.received(data) == .drop)
        destinations.add(Self.other)
        #expect(filter.received(data) == .forward)
        _ = filter.answered(Messages.frame(Messages.message(0x0104, [(0x0d, [0, 0, 0, 0])])))
        #expect(filter.received(data) == .drop)
    }

    @Test("a transaction that is not answered yet is used once")
    func transactions() {
        let third = TransportAddress("127.77.65.68:50003")
        var filter = Self.filter([Self.other, third])
        let first = Messages.message(0x0009, [Self.channel(0x4000), Self.peer(Self.other)])
        let second = Messages.message(0x0009, [Self.channel(0x4001), Self.peer(third)])
        #expect(filter.received(Messages.frame(first)) == .forward)
        #expect(filter.received(Messages.frame(second)) == .drop)
        _ = filter.answered(Messages.frame(Messages.message(0x0109, [])))
        #expect(filter.received(Messages.frame(second)) == .forward)
        let name = Self.credentials.make(for: Self.user, expiry: 1).name
        let request = Messages.message(0x0003, [(0x19, [17, 0, 0, 0]), (0x06, Array(name.utf8))])
        #expect(filter.received(Messages.frame(request)) == .forward)
        #expect(filter.received(Messages.frame(request)) == .drop)
    }

    @Test("what the relay's answers tell")
    func news() {
        var filter = Self.filter()
        let name = Self.credentials.make(for: Self.user, expiry: 1).name
        let request = Messages.message(0x0003, [(0x19, [17, 0, 0, 0]), (0x06, Array(name.utf8))])
        let answer = Messages.message(0x0103, [(0x16, Messages.address(Self.relay))])
        #expect(filter.answered(Messages.frame(answer)) == nil, "nobody asked")
        #expect(filter.received(Messages.frame(request)) == .forward)
        #expect(filter.answered(Messages.frame(answer)) == .allocated(Self.user, [Self.relay]))
        #expect(filter.answered(Messages.frame(answer)) == nil, "once")
        #expect(filter.received(Messages.frame(request)) == .forward)
        #expect(filter.answered(Messages.frame(Messages.message(0x0113, []))) == nil)
        #expect(filter.answered(Messages.frame(answer)) == nil, "it was refused")
        #expect(filter.answered(Messages.frame(Messages.message(0x0104, [(0x0d, [0, 0, 2, 0x58])]))) == nil)
        #expect(filter.answered(Messages.frame(Messages.message(0x0104, [(0x0d, [0, 0, 0, 0])]))) == .released)
    }

    @Test("UDP only, and nothing that is not named")
    func methods() {
        var filter = Self.filter()
        #expect(Self.code(filter.received(Messages.frame(Messages.message(0x0003, [(0x19, [6, 0, 0, 0])])))) == 442)
        for type: UInt16 in [0x0001, 0x0011, 0x0003, 0x0004] {
            #expect(filter.received(Messages.frame(Messages.message(type, []))) == .forward, "\(type)")
        }
        // TCP allocations (RFC 6062), answers, indications of the relay's, methods without a name.
        for type: UInt16 in [0x000a, 0x000b, 0x001c, 0x0101, 0x0111, 0x0017, 0x0103, 0x0002, 0x0005, 0x3eef, 0x0013] {
            #expect(filter.received(Messages.frame(Messages.message(type, []))) == .close, "\(type)")
        }
    }

    @Test("a refusal is believed by the client")
    func seal() throws {
        var filter = Self.filter()
        let name = Self.credentials.make(for: Self.user, expiry: 5).name
        let request = Messages.message(
            0x0008,
            [
                Self.peer(TransportAddress("10.0.0.1:1")), (0x06, Array(name.utf8)),
                (0x08, Array(repeating: 0, count: 20)),
            ])
        guard case .answer(let bytes) = filter.received(Messages.frame(request)) else {
            Issue.record("not answered")
            return
        }
        let answer = try #require(STUNMessage(bytes[...]))
        #expect(Array(answer.transaction) == Array(1...12))
        let seal = try #require(answer.value(.messageIntegrity))
        #expect(Array(seal) == Self.credentials.integrity(of: Array(bytes.dropLast(24)), name: name))
    }

    @Test("networks that are allowed, and what is never")
    func networks() {
        var filter = Self.filter([], networks: ["10.1.0.0/16", "127.0.0.0/8", "0.0.0.0/0"])
        for (place, isAllowed) in [
            ("10.1.2.3:9", true), ("198.51.100.7:9", true), ("10.1.0.5:9", false), ("127.0.0.1:9", false),
            ("169.254.169.254:80", false), ("224.0.0.1:9", false), ("255.255.255.255:9", false), ("0.0.0.0:9", false),
            ("10.1.2.3:0", false),
        ] {
            let message = Messages.message(0x0016, [Self.peer(TransportAddress(place)), (0x13, [1])])
            #expect(filter.received(Messages.frame(message)) == (isAllowed ? .forward : .drop), "\(place)")
        }
    }

    @Test("noise neither passes nor breaks anything")
    func noise() {
        var generator = SeededGenerator(seed: 11)
        let seeds = [
            Messages.message(0x0016, [Self.peer(Self.other), (0x13, Array(repeating: 1, count: 40))]),
            Messages.message(0x0008, [Self.peer(Self.other), (0x06, Array("1:@a:b".utf8))]),
            Messages.message(0x0009, [Self.channel(0x4000), Self.peer(Self.other)]),
            Messages.message(0x0003, [(0x19, [17, 0, 0, 0])]),
        ]
        for round in 0..<20_000 {
            var bytes = seeds[round % seeds.count]
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            if Bool.random(using: &generator) {
                bytes = Array(bytes.prefix(Int.random(in: 4...bytes.count, using: &generator)))
            }
            guard bytes[0] < 0x50 else { continue }
            var filter = Self.filter()
            let verdict = filter.received(Messages.frame(bytes))
            guard verdict == .forward, bytes[0] < 0x40, let message = STUNMessage(bytes[...]) else { continue }
            // Whatever passes names places that are allowed, and no others.
            let peers = message.addresses(.peerAddress)
            if message.method == .send || message.method == .channelBind { #expect(peers == [Self.other]) }
            if message.method == .createPermission {
                #expect(peers?.allSatisfy { $0.address == Self.other.address } == true)
            }
        }
    }

    @Test("names and passwords as coturn makes them")
    func credentials() {
        // echo -n '1795739281:@hanako:localhost' | openssl dgst -sha1 -hmac secret -binary | base64
        let (name, password) = RelayCredentials(secret: "secret", realm: "localhost").make(
            for: UserID(unchecked: "@hanako:localhost"), expiry: 1_795_739_281)
        #expect(name == "1795739281:@hanako:localhost")
        #expect(password == "WvmoqrL/yEW1kxNDLevBDZHVuho=")
        #expect(RelayCredentials.member(of: name)?.string == "@hanako:localhost")
        for name in ["", "1", "x:@a:b", "1:", "1:nobody"] { #expect(RelayCredentials.member(of: name) == nil) }
    }
}
