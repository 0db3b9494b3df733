/// Rows by the hash of their key, eight bytes each: a day's transactions of a busy server are a million.
///
/// An open table whose places are in the order of the hashes. Half of a hash is kept, so that several rows may be found for
/// one key.
struct TransactionHints {
    /// The upper half is the hash, the lower half the row's distance from `base`; 0 where nothing is.
    private var slots: [UInt64]
    private(set) var count = 0
    /// Before the first row that the table can name.
    private var base: Int64 = 0

    init(capacity: Int) { slots = Array(repeating: 0, count: Self.size(for: capacity)) }

    /// A quarter of the places stays free.
    private static func size(for capacity: Int) -> Int { max(64, capacity + capacity / 3) }

    private func place(_ half: UInt32) -> Int { Int((UInt64(half) * UInt64(slots.count)) >> 32) }

    mutating func insert(_ id: Int64, hash: Int) {
        if count * 4 >= slots.count * 3 { rebuild(capacity: count * 3 / 2) { _ in true } }
        if id <= base || id - base > Int64(UInt32.max) {
            rebuild(capacity: count, base: min(id, oldest ?? id) - 1) { _ in true }
        }
        // More than four thousand million rows behind the oldest: a transaction is found again or it is not, for a day.
        guard let distance = UInt32(exactly: id - base) else { return }
        put(UInt64(Self.half(hash)) << 32 | UInt64(distance))
    }

    /// The rows that may have a key with this hash.
    func ids(hash: Int) -> [Int64] {
        let half = Self.half(hash)
        var found: [Int64] = []
        var place = place(half)
        while slots[place] != 0 {
            let slot = slots[place]
            if UInt32(slot >> 32) == half { found.append(base + Int64(UInt32(truncatingIfNeeded: slot))) }
            place = place + 1 == slots.count ? 0 : place + 1
        }
        return found
    }

    /// Removes rows before `id`.
    mutating func removeAll(before id: Int64) {
        guard let oldest, oldest < id else { return }
        var left = 0
        forEach { row, _ in if row >= id { left += 1 } }
        rebuild(capacity: left, base: id - 1) { $0 >= id }
    }

    private var oldest: Int64? {
        var oldest: Int64?
        forEach { row, _ in oldest = min(oldest ?? row, row) }
        return oldest
    }

    private static func half(_ hash: Int) -> UInt32 { UInt32(truncatingIfNeeded: hash >> 32) }

    private func forEach(_ body: (_ id: Int64, _ half: UInt32) -> Void) {
        for slot in slots where slot != 0 {
            body(base + Int64(UInt32(truncatingIfNeeded: slot)), UInt32(slot >> 32))
        }
    }

    private mutating func rebuild(capacity: Int, base: Int64? = nil, keeping isKept: (Int64) -> Bool) {
        let old = self
        self = TransactionHints(capacity: max(capacity, 48))
        self.base = base ?? old.base
        old.forEach { id, half in
            guard isKept(id), let distance = UInt32(exactly: id - self.base) else { return }
            put(UInt64(half) << 32 | UInt64(distance))
        }
    }

    private mutating func put(_ slot: UInt64) {
        var place = place(UInt32(slot >> 32))
        while slots[place] != 0 {
            // The same row again.
            if slots[place] == slot { return }
            place = place + 1 == slots.count ? 0 : place + 1
        }
        slots[place] = slot
        count += 1
    }
}
