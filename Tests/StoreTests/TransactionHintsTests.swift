import Testing

@testable import StoreSQLite

@Suite struct TransactionHintsTests {
    /// Of a row; spread like hash values.
    private func hash(_ id: Int64) -> Int { Int(truncatingIfNeeded: UInt64(id) &* 0x9E37_79B9_7F4A_7C15) }

    @Test(.timeLimit(.minutes(1))) func rowsAreFoundHoweverManyThereAre() {
        var hints = TransactionHints(capacity: 0)
        // So many that a table which does not spread them would take an hour.
        let ids = 1...100_000 as ClosedRange<Int64>
        for id in ids { hints.insert(id, hash: hash(id)) }
        #expect(ids.allSatisfy { hints.ids(hash: hash($0)).contains($0) })
        #expect(hints.ids(hash: hash(100_001)).isEmpty)
        #expect(hints.count == 100_000)
        hints.insert(7, hash: hash(7))
        #expect(hints.count == 100_000, "the same again is no other")
    }

    @Test func rowsWithTheSameHashAreAllFound() {
        var hints = TransactionHints(capacity: 4)
        // The last place of the table, so that the second goes round to the first.
        for id in [3, 9, 4] as [Int64] { hints.insert(id, hash: -1) }
        hints.insert(5, hash: 0)
        #expect(hints.ids(hash: -1).sorted() == [3, 4, 9])
        #expect(hints.ids(hash: 0) == [5])
        // The lower half of a hash is not kept.
        #expect(hints.ids(hash: -2).sorted() == [3, 4, 9])
    }

    @Test func rowsBeforeOneAreForgotten() {
        var hints = TransactionHints(capacity: 0)
        for id in 1...1_000 as ClosedRange<Int64> { hints.insert(id, hash: hash(id)) }
        hints.removeAll(before: 990)
        #expect(hints.count == 11)
        #expect(hints.ids(hash: hash(989)).isEmpty)
        #expect(hints.ids(hash: hash(990)) == [990])
        hints.removeAll(before: 5_000)
        #expect(hints.count == 0)
        hints.insert(1_001, hash: hash(1_001))
        #expect(hints.ids(hash: hash(1_001)) == [1_001])
    }

    /// A server that has served for years: a place holds only the distance from the oldest row.
    @Test func rowsOfAnyNumber() {
        var hints = TransactionHints(capacity: 0)
        let years = 400_000_000_000 as Int64
        for id in (years + 1)...(years + 300) { hints.insert(id, hash: hash(id)) }
        #expect(hints.ids(hash: hash(years + 300)) == [years + 300])
        // One that comes late.
        hints.insert(years - 5, hash: hash(years - 5))
        #expect(hints.ids(hash: hash(years - 5)) == [years - 5])
        #expect(hints.ids(hash: hash(years + 1)) == [years + 1])
        #expect(hints.count == 301)
    }
}
