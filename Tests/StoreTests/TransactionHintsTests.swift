import Testing

@testable import StoreSQLite

@Suite struct TransactionHintsTests {
    /// Of a row; spread like hash values.
    private func hash(_ id: Int64) -> Int { Int(truncatingIfNeeded: UInt64(id) &* 0x9E37_79B9_7F4A_7C15) }

    @Test(.timeLimit(.minutes(5))) func rowsAreFoundHoweverManyThereAre() {
        var hints = TransactionHints(capacity: 1_000)
        let ids = 1...200_000 as ClosedRange<Int64>
        for id in ids { hints.insert(id, hash: hash(id)) }
        #expect(ids.allSatisfy { hints.ids(hash: hash($0)).contains($0) })
        // Others are taken for one of them seldom.
        let others = 200_001...210_000 as ClosedRange<Int64>
        #expect(others.count { !hints.ids(hash: hash($0)).isEmpty } < 100)
    }

    @Test func rowsWithTheSameHashAreAllFound() {
        var hints = TransactionHints(capacity: 4)
        for id in [3, 9, 4, 70_000, 5_000_000] as [Int64] { hints.insert(id, hash: -1) }
        hints.insert(5, hash: 0)
        #expect(hints.ids(hash: -1).sorted() == [3, 4, 9, 70_000, 5_000_000])
        #expect(hints.ids(hash: 0) == [5])
        // The lowest bits of a hash are not kept.
        #expect(hints.ids(hash: -2).sorted() == [3, 4, 9, 70_000, 5_000_000])
        #expect(hints.ids(hash: 1 << 32).isEmpty)
    }

    @Test func rowsLongBeforeOneAreForgotten() {
        var hints = TransactionHints(capacity: 0)
        let ids = 1...300_000 as ClosedRange<Int64>
        for id in ids { hints.insert(id, hash: hash(id)) }
        hints.removeAll(before: 199_000)
        // As far as they are in the block of 65,536 of that row, they stay.
        #expect(!(1...196_607).contains { hints.ids(hash: hash($0)).contains($0) })
        #expect((196_608...300_000).allSatisfy { hints.ids(hash: hash($0)).contains($0) })
        hints.removeAll(before: 150_000)
        hints.removeAll(before: 299_999)
        #expect(!hints.ids(hash: hash(262_143)).contains(262_143))
        #expect(hints.ids(hash: hash(262_144)).contains(262_144))
        // When none is left the store counts from the beginning.
        hints.removeAll(before: .max)
        #expect(!ids.contains { !hints.ids(hash: hash($0)).isEmpty })
        hints.insert(1, hash: hash(1))
        #expect(hints.ids(hash: hash(1)) == [1])
    }

    /// What was there at the start is read while new ones come.
    @Test func rowsComeInTwoOrdersAtOnce() {
        var hints = TransactionHints(capacity: 0)
        for step in 1...50_000 as ClosedRange<Int64> {
            hints.insert(step, hash: 7)
            if step.isMultiple(of: 100) { hints.insert(step + 1_000_000, hash: 7) }
        }
        let found = Set(hints.ids(hash: 7))
        #expect(found.count == 50_500)
        #expect((1...50_000).allSatisfy(found.contains))
        hints.removeAll(before: 1_000_000)
        let left = hints.ids(hash: 7)
        #expect(left.sorted() == (1...500).map { 1_000_000 + $0 * 100 })
    }

    /// A server that has served for years: of a row's number only the lower half is kept.
    @Test func rowsOfAnyNumber() {
        var hints = TransactionHints(capacity: 0)
        let years = 400_000_000_000 as Int64
        for id in (years + 1)...(years + 300) { hints.insert(id, hash: hash(id)) }
        #expect(hints.ids(hash: hash(years + 300)) == [years + 300])
        // One that comes late, and one that is far away.
        hints.insert(years - 5, hash: hash(years - 5))
        hints.insert(years + 4_000_000_000, hash: 1)
        #expect(hints.ids(hash: hash(years - 5)) == [years - 5])
        #expect(hints.ids(hash: hash(years + 1)) == [years + 1])
        #expect(hints.ids(hash: 1) == [years + 4_000_000_000])
    }
}
