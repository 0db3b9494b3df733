import MatrixAPI
import Testing

@testable import Server

@Suite("Who is in a call")
struct CallListTests {
    private static let hanako = UserID(unchecked: "@hanako:s")
    private static let kenji = UserID(unchecked: "@kenji:s")
    private static let ana = UserID(unchecked: "@ana:s")
    private static let key = CallList.Key(room: RoomID(unchecked: "!a:s"), call: "c1")
    private static let start: Int64 = 1_000_000

    /// A call that Kenji answered.
    private static func answered() -> CallList {
        var list = CallList()
        list.invited(key, by: hanako, lifetime: 60_000, now: start)
        list.answered(key, by: kenji, now: start + 5_000)
        return list
    }

    @Test("from the answer to the hang-up, both")
    func plain() {
        var list = CallList()
        list.invited(Self.key, by: Self.hanako, lifetime: 60_000, now: Self.start)
        #expect(!list.isInCall(Self.hanako), "it only rings")
        list.answered(Self.key, by: Self.kenji, now: Self.start + 60_000)
        #expect(list.members == [Self.hanako, Self.kenji])
        #expect(list.shared(by: Self.hanako) == [CallList.Shared(room: Self.key.room, partner: Self.kenji)])
        #expect(list.shared(by: Self.kenji) == [CallList.Shared(room: Self.key.room, partner: Self.hanako)])
        list.ended(Self.key, by: Self.kenji)
        #expect(list.members == [])
        #expect(list.nextDeadline == nil)
    }

    /// A program says that it has left beside sending the hang-up, and either may come first. The other's may say nothing at
    /// all: it knows only the specification.
    @Test("whoever of two says that they left ends it for both, before or after the hang-up")
    func left() {
        for user in [Self.hanako, Self.kenji] {
            var list = Self.answered()
            list.reported(Self.key, by: Self.hanako, until: Self.start + 120_000)
            list.left("c1", by: user)
            #expect(list.members == [])
            list.ended(Self.key, by: user)
            #expect(list.members == [] && list.nextDeadline == nil)
        }
        // Gone for a moment, and back with nothing but the hang-up.
        var list = Self.answered()
        list.vanished(Self.hanako)
        list.ended(Self.key, by: Self.hanako)
        #expect(list.members == [])
    }

    @Test("no call: not rung, too late, answered by the caller, rejected")
    func none() {
        var list = CallList()
        list.answered(Self.key, by: Self.kenji, now: Self.start)
        #expect(list.members == [])
        list.invited(Self.key, by: Self.hanako, lifetime: 60_000, now: Self.start)
        list.answered(Self.key, by: Self.hanako, now: Self.start)
        list.answered(Self.key, by: Self.kenji, now: Self.start + 60_001)
        #expect(list.members == [])
        list.ended(Self.key, by: Self.kenji)
        list.answered(Self.key, by: Self.kenji, now: Self.start)
        #expect(list.members == [])
    }

    @Test("who is not in a call neither ends it nor takes it over")
    func others() {
        var list = Self.answered()
        list.ended(Self.key, by: Self.ana)
        list.answered(Self.key, by: Self.ana, now: Self.start)
        list.invited(Self.key, by: Self.ana, lifetime: 60_000, now: Self.start)
        list.answered(Self.key, by: UserID(unchecked: "@maria:s"), now: Self.start)
        #expect(list.members == [Self.hanako, Self.kenji])
    }

    @Test("ringing and silence end by themselves")
    func expiry() {
        var list = CallList()
        list.invited(Self.key, by: Self.hanako, lifetime: .max, now: Self.start)
        #expect(list.nextDeadline == Self.start + 300_000)
        list.expire(now: Self.start + 300_000)
        list.answered(Self.key, by: Self.kenji, now: Self.start)
        #expect(list.members == [])

        list = Self.answered()
        let end = Self.start + 5_000 + CallList.longest
        #expect(list.nextDeadline == end)
        list.expire(now: end - 1)
        #expect(list.isInCall(Self.hanako))
        list.expire(now: end)
        #expect(list.members == [])
    }

    @Test("what clients report of calls that only they can read")
    func reports() {
        var list = CallList()
        list.reported(Self.key, by: Self.hanako, until: Self.start + 120_000)
        list.reported(Self.key, by: Self.kenji, until: Self.start + 120_000)
        list.reported(Self.key, by: Self.hanako, until: Self.start + 240_000)
        list.expire(now: Self.start + 120_000)
        #expect(list.members == [Self.hanako])
        #expect(list.shared(by: Self.hanako) == [])
        list.left("another", by: Self.hanako)
        #expect(list.isInCall(Self.hanako))
        list.left("c1", by: Self.hanako)
        #expect(list.members == [])
    }

    @Test("who is gone is in no call")
    func gone() {
        var list = Self.answered()
        list.vanished(Self.kenji)
        #expect(list.members == [Self.hanako])
        #expect(list.shared(by: Self.hanako) == [])
    }

    @Test("names that are too long, calls without end")
    func bounds() {
        var list = CallList()
        let long = CallList.Key(room: Self.key.room, call: String(repeating: "x", count: 256))
        list.invited(long, by: Self.hanako, lifetime: 60_000, now: Self.start)
        list.reported(long, by: Self.hanako, until: Self.start + 60_000)
        #expect(list.nextDeadline == nil)
    }
}
