import MatrixAPI
import Testing

@testable import Server

@Suite struct ChangeLogTests {
    private func changes(_ positions: ClosedRange<Int64>) -> [Change] {
        positions.map { Change(position: $0, kind: .deviceList(UserID(unchecked: "@u\($0):s"))) }
    }

    @Test func givesExactlyWhatWasAskedFor() {
        let log = ChangeLog(after: 10)
        log.append(changes(11...20))
        #expect(log.changes(since: 10, upTo: 20)?.map(\.position) == Array(11...20))
        #expect(log.changes(since: 13, upTo: 15)?.map(\.position) == [14, 15])
        #expect(log.changes(since: 20, upTo: 20)?.isEmpty == true)
        #expect(log.changes(since: 9, upTo: 20) == nil, "what is older is not in memory")
    }

    @Test func forgetsTheOldestAndSaysSo() {
        let log = ChangeLog(after: 0, capacity: 10)
        for position in 1...25 { log.append(changes(Int64(position)...Int64(position))) }
        #expect(log.changes(since: 0, upTo: 25) == nil)
        #expect(log.changes(since: 15, upTo: 25)?.map(\.position) == Array(16...25))
    }

    @Test func holdsNoMoreBytesThanItMay() {
        let log = ChangeLog(after: 0, capacity: 80, maximumBytes: 1000)
        let content = [UInt8](repeating: 0, count: 100)
        for position in 1...30 {
            let user = UserID(unchecked: "@u:s")
            log.append([
                Change(
                    position: Int64(position),
                    kind: .accountData(user: user, room: nil, type: "t", content: content))
            ])
        }
        #expect(log.changes(since: 19, upTo: 30) == nil)
        #expect(log.changes(since: 20, upTo: 30)?.map(\.position) == Array(21...30))
        // What is small is counted, not weighed.
        let small = ChangeLog(after: 0, capacity: 80, maximumBytes: 1000)
        small.append(changes(1...30))
        #expect(small.changes(since: 0, upTo: 30)?.count == 30)
    }

    @Test func forgetsALittleAtATime() throws {
        let log = ChangeLog(after: 0, capacity: 400)
        // Whoever is told of some of them holds on to them.
        var held: [[Change]] = []
        var start: Int64 = 0
        for position in 1...2000 {
            log.append(changes(Int64(position)...Int64(position)))
            let before = start
            while log.changes(since: start, upTo: 2000) == nil { start += 1 }
            #expect(start - before <= 50)
            held.append(try #require(log.changes(since: start, upTo: .max)))
            #expect(held[held.count - 1].map(\.position) == Array(start + 1...Int64(position)))
        }
        #expect((1551...1600).contains(start))
        #expect(log.changes(since: start + 30, upTo: start + 170)?.map(\.position) == Array(start + 31...start + 170))
    }

    @Test func aRoomsEventsWithAndWithoutItsMembers() throws {
        let room = RoomID(unchecked: "!room:s")
        let log = ChangeLog(after: 0, capacity: 10)
        func positions(since: Int64, withoutMembers: Bool) -> [Int64]? {
            log.events(in: room, since: since, upTo: 25, withoutMembers: withoutMembers)?.map(\.position)
        }
        // Every third is something that was said.
        for position in 1...25 {
            let isSaid = position % 3 == 0
            let event = Event(
                position: Int64(position), roomID: room, eventID: EventID(unchecked: "$\(position)"),
                type: isSaid ? "m.room.message" : "m.room.member", stateKey: isSaid ? nil : "@u\(position):s",
                sender: UserID(unchecked: "@u\(position):s"), timestamp: 0, json: Array("{}".utf8), contentRange: 0..<2)
            log.append([Change(position: Int64(position), kind: .event(event))])
        }
        #expect(positions(since: 10, withoutMembers: false) == nil)
        #expect(positions(since: 16, withoutMembers: false) == Array(17...25))
        #expect(positions(since: 16, withoutMembers: true) == [18, 21, 24])
        #expect(positions(since: 24, withoutMembers: true) == [])
        log.forgetAll(before: 20)
        #expect(positions(since: 20, withoutMembers: true) == [21, 24])
        log.forgetAll(before: 25)
        #expect(positions(since: 25, withoutMembers: false) == [])
    }
}

@Suite struct LoadingCacheTests {
    @Test func loadsOnceAndFollowsPublications() throws {
        let cache = LoadingCache<String, Int>()
        var loads = 0
        func read() -> Int? {
            loads += 1
            return 1
        }
        #expect(cache.value("a", asOf: 1, read: read) == 1)
        #expect(cache.value("a", asOf: 1, read: read) == 1)
        #expect(loads == 1)
        cache.publish("a", at: 2) { $0 += 1 }
        #expect(cache.value("a") == 2)
        cache.publish("unknown", at: 3) { $0 += 1 }
        #expect(cache.value("unknown") == nil)
        cache.invalidate("a", at: 4)
        #expect(cache.value("a", asOf: 4, read: read) == 1)
        #expect(loads == 2)
    }

    /// A reading transaction that began before a publication loads what was before it, however late it loads.
    @Test func aLoadFromBeforeAPublicationIsNotKept() {
        let cache = LoadingCache<String, Int>()
        cache.publish("a", at: 5) { $0 = 2 }
        #expect(cache.value("a", asOf: 4) { 1 } == 1)
        #expect(cache.value("a") == nil)
        let overtaken = cache.value("a", asOf: 5) {
            cache.publish("a", at: 6, 3)
            return 2
        }
        #expect(overtaken == 3)
        #expect(cache.value("a") == 3)
    }

    @Test func forgettingWhichKeysChangedKeepsNothingOld() {
        let cache = LoadingCache<Int, Int>()
        for key in 0...5000 { cache.invalidate(key, at: Int64(key)) }
        #expect(cache.value(17, asOf: 10) { 1 } == 1)
        #expect(cache.value(17) == nil)
        #expect(cache.value(17, asOf: 5000) { 2 } == 2)
        #expect(cache.value(17) == 2)
    }

    @Test func aFailedLoadLeavesNothing() {
        struct Failure: Error {}
        let cache = LoadingCache<String, Int>()
        #expect(throws: Failure.self) { try cache.value("a", asOf: 0) { throw Failure() } }
        #expect(cache.value("a", asOf: 0) { 5 } == 5)
    }
}
