import HTTP
import JSON
import MatrixAPI
import Store
import StoreSQLite
import Testing

@testable import Server

@Suite("Sessions in memory")
struct SessionTableTests {
    private static func session(_ user: String, _ device: String) -> Session {
        Session(
            user: UserID(unchecked: user), device: DeviceID(unchecked: device), isGuest: false,
            isAdministrator: false, tokenHash: [])
    }

    @Test("never more than two generations; what is used stays")
    func bounded() {
        let table = SessionTable(capacity: 10)
        table.insert(Self.session("@kenji:a", "DESK"), "used", expires: nil, epoch: table.epoch)
        for number in 1...100 {
            table.insert(Self.session("@maria:a", "D\(number)"), "token\(number)", expires: nil, epoch: table.epoch)
            #expect(table.session("used", at: 0) != nil)
        }
        #expect(table.count <= 20)
        #expect(table.session("token1", at: 0) == nil)
        #expect(table.session("token100", at: 0) != nil)
    }

    @Test("a session that was read before others ended is not taken in")
    func staleRead() {
        let table = SessionTable(capacity: 10)
        let before = table.epoch
        table.remove(UserID(unchecked: "@kenji:a"), devices: nil)
        table.insert(Self.session("@kenji:a", "DESK"), "token", expires: nil, epoch: before)
        #expect(table.session("token", at: 0) == nil)
        table.insert(Self.session("@kenji:a", "DESK"), "token", expires: nil, epoch: table.epoch)
        #expect(table.session("token", at: 0) != nil)
    }

    @Test("devices end one by one, in either generation")
    func removal() {
        let table = SessionTable(capacity: 2)
        let user = UserID(unchecked: "@kenji:a")
        for device in ["A", "B", "C"] {
            table.insert(Self.session("@kenji:a", device), device, expires: nil, epoch: table.epoch)
        }
        table.remove(user, devices: [DeviceID(unchecked: "A"), DeviceID(unchecked: "C")])
        #expect(table.session("A", at: 0) == nil)
        #expect(table.session("B", at: 0) != nil)
        #expect(table.session("C", at: 0) == nil)
        table.remove(user, devices: nil)
        #expect(table.session("B", at: 0) == nil)
        #expect(table.count == 0)
    }
}

@Suite("Last seen")
struct LastSeenTests {
    private static func key(_ device: String) -> LastSeenTable.Key {
        LastSeenTable.Key(user: UserID(unchecked: "@kenji:a"), device: DeviceID(unchecked: device))
    }

    @Test("once a minute, and written some at a time")
    func interval() {
        let table = LastSeenTable()
        #expect(table.note(Self.key("A"), from: "x", now: 1_000_000).isEmpty)
        #expect(table.note(Self.key("A"), from: "y", now: 1_029_000).isEmpty)
        #expect(table.sighting(Self.key("A"))?.address == "x")
        let due = table.note(Self.key("B"), from: "z", now: 1_030_000)
        #expect(Set(due.map(\.key.device.string)) == ["A", "B"])
        #expect(table.note(Self.key("A"), from: "y", now: 1_059_999).isEmpty)
        #expect(table.takeUnwritten().isEmpty)
        #expect(table.note(Self.key("A"), from: "y", now: 1_060_000).isEmpty)
        #expect(table.takeUnwritten().map(\.address) == ["y"])
    }

    @Test("many devices are not kept waiting")
    func batch() {
        let table = LastSeenTable()
        var due: [LastSeenTable.Sighting] = []
        for number in 1...LastSeenTable.batch { due += table.note(Self.key("D\(number)"), from: "x", now: 0) }
        #expect(due.count == LastSeenTable.batch)
    }

    @Test("what is written survives, and a device that is gone is not written")
    func written() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji", device: "DESK")
            #expect(await kenji.get(LoginTests.whoami).status == 200)
            server.sessions.flush()
            // Proposals are written in order.
            try await server.journal.write { _ in }
            let stored = try await server.store.read { try $0.device(kenji.device, of: kenji.user) }
            #expect(stored?.lastSeen == server.clock.now)
            #expect(stored?.lastSeenAddress == "192.0.2.1")
        }
    }
}
