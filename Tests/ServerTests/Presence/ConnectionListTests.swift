import EventLoop
import HTTP
import JSON
import MatrixAPI
import Store
import StoreSQLite
import Testing

@testable import Server

@Suite struct ConnectionListTests {
    private let hanako = UserID(unchecked: "@hanako:s")
    private let desk = DeviceID(unchecked: "DESK")
    private let phone = DeviceID(unchecked: "PHONE")

    /// A list, its sequence, and a time that the test moves.
    private final class World {
        var list: ConnectionList
        var now: Int64 = 1_000_000
        var sequence: Int64 = 0
        init() {
            var settings = ConnectionList.Settings()
            settings.grace = .seconds(30)
            settings.awayAfter = .seconds(600)
            list = ConnectionList(settings)
        }
        private func next() -> Int64 {
            sequence += 1
            return sequence
        }
        func began(_ user: UserID, _ device: DeviceID, declared: Availability?) -> Bool {
            list.began(user, device, declared: declared, now: now, next)
        }
        func ended(_ user: UserID, _ device: DeviceID) -> Bool { list.ended(user, device, now: now, next) }
        func removed(_ user: UserID, _ devices: Set<DeviceID>?) -> Bool {
            list.removed(user, devices, now: now, next)
        }
        func acted(_ user: UserID) -> Bool { list.acted(user, now: now, next) }
        func expire() -> Bool { list.expire(now: now, next) }
        func chose(_ user: UserID, _ availability: Availability?, message: String?, connectsEvery: Int64?) -> Bool {
            list.chose(user, availability, message: message, connectsEvery: connectsEvery, now: now, next)
        }
        func users(changedAfter sequence: Int64) -> [UserID] { list.users(changedAfter: sequence) }
    }

    private func availability(_ world: World) -> Availability? { world.list.state(of: hanako)?.availability }

    @Test func pausesBetweenPollsAreNoAbsence() {
        let world = World()
        #expect(world.began(hanako, desk, declared: nil))
        #expect(availability(world) == .ready)
        for _ in 0..<5 {
            #expect(!world.ended(hanako, desk))
            world.now += 5_000
            #expect(!world.expire())
            #expect(!world.began(hanako, desk, declared: nil))
        }
        #expect(world.sequence == 1, "nobody was told anything but that she came")
    }

    @Test func goneAfterTheGrace() {
        let world = World()
        _ = world.began(hanako, desk, declared: nil)
        _ = world.ended(hanako, desk)
        #expect(world.list.nextDeadline == world.now + 30_000)
        world.now += 29_999
        #expect(!world.expire())
        world.now += 1
        #expect(world.expire())
        #expect(availability(world) == .offline)
        #expect(world.list.nextDeadline == nil)
    }

    @Test func theBestDeviceCounts() {
        let world = World()
        _ = world.began(hanako, desk, declared: .away)
        #expect(availability(world) == .away)
        #expect(world.began(hanako, phone, declared: .ready))
        #expect(availability(world) == .ready)
        #expect(world.removed(hanako, [phone]))
        #expect(availability(world) == .away)
        #expect(world.removed(hanako, nil))
        #expect(availability(world) == .offline)
    }

    @Test func idleMembersAreAwayUntilTheyAct() {
        let world = World()
        _ = world.began(hanako, desk, declared: .ready)
        world.now += 600_000
        #expect(world.expire())
        #expect(availability(world) == .away)
        #expect(world.acted(hanako))
        #expect(availability(world) == .ready)
    }

    @Test func invisibleAndBusyStandAboveTheConnections() {
        let world = World()
        _ = world.began(hanako, desk, declared: .ready)
        _ = world.chose(hanako, .offline, message: nil, connectsEvery: nil)
        #expect(availability(world) == .offline)
        _ = world.chose(hanako, .busy, message: "in a meeting", connectsEvery: nil)
        #expect(availability(world) == .busy)
        #expect(world.list.state(of: hanako)?.statusMessage == "in a meeting")
        _ = world.chose(hanako, .ready, message: nil, connectsEvery: nil)
        #expect(availability(world) == .ready)
    }

    @Test func pollingAsOfflineStaysInvisible() {
        let world = World()
        #expect(!world.began(hanako, desk, declared: .offline))
        #expect(availability(world) == .offline)
    }

    @Test func intervalMembersSayWhenTheyComeNext() throws {
        let world = World()
        _ = world.chose(hanako, .ready, message: nil, connectsEvery: 900)
        _ = world.began(hanako, desk, declared: nil)
        let content = try #require(world.list.state(of: hanako)).content(now: world.now)
        let value = json(String(decoding: content, as: UTF8.self))
        #expect(value["mado.connects_every"]?.int == 900)
        #expect(value["mado.next_connection"]?.int == world.now + 900_000)
    }

    @Test func changesAreFoundByTheirSequence() {
        let world = World()
        let users = (0..<100).map { UserID(unchecked: "@u\($0):s") }
        for user in users { _ = world.began(user, desk, declared: nil) }
        let middle = world.sequence
        for user in users[..<10] { _ = world.removed(user, nil) }
        #expect(Set(world.users(changedAfter: middle)) == Set(users[..<10]))
        #expect(world.users(changedAfter: 0).count == 100)
        #expect(world.list.users(among: [users[5], users[20]], changedAfter: middle) == [users[5]])
        #expect(world.list.users(among: [users[5], hanako], changedAfter: nil) == [users[5]], "who is known")
        #expect(world.list.changeCount(after: middle) == 10)
        #expect(world.list.changeCount(after: nil) == 100)
        for round in 0..<50 {
            for user in users {
                _ = world.chose(user, .ready, message: "\(round)", connectsEvery: nil)
            }
        }
        #expect(world.users(changedAfter: world.sequence).isEmpty)
        #expect(world.users(changedAfter: world.sequence - 1) == [users[99]])
        #expect(Set(world.users(changedAfter: 0)) == Set(users))
    }
}
