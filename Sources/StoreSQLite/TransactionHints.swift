/// Rows by the hash of their key, four bytes each: a week's transactions of a busy server are millions.
///
/// Part of the hash chooses a list, and part of it is kept there beside the lower half of the row's number. Rows come nearly
/// in the order of their numbers, so that the upper half stands in a list only where it changes. Nothing is ever arranged
/// anew: a table that doubles, or that is made without its oldest rows, would hold up whoever sends meanwhile.
struct TransactionHints {
    private static let listBits = 12
    /// In place of a part of a hash: what follows belongs to the block of rows whose number is in the lower half.
    private static let blockMark: UInt32 = 0xFFFF
    /// A block is the rows with one upper half.
    private static let blockBits: Int64 = 16

    private var lists = Array(repeating: [UInt32](), count: 1 << listBits)
    /// Rows are told apart as long as they are less than 2^32 behind it.
    private var newest = Int64.min
    /// No block before it has rows.
    private var oldestBlock = Int64.min

    /// - Parameter capacity: how many rows there are, about.
    init(capacity: Int) {
        // A little more than an even share, so that most lists need no other place.
        let share = capacity >> Self.listBits
        guard share > 0 else { return }
        for index in lists.indices { lists[index].reserveCapacity(share + share / 8) }
    }

    mutating func insert(_ id: Int64, hash: Int) {
        newest = max(newest, id)
        let block = Self.block(of: id)
        let index = Self.list(hash)
        if Self.lastBlock(in: lists[index][...]) != block { append(Self.blockMark << 16 | block, to: index) }
        append(Self.mark(hash) << 16 | UInt32(truncatingIfNeeded: id & 0xFFFF), to: index)
    }

    /// The rows that may have a key with this hash. Some of them may have been forgotten already.
    func ids(hash: Int) -> [Int64] {
        let list = lists[Self.list(hash)]
        let mark = Self.mark(hash)
        var found: [Int64] = []
        for (index, entry) in list.enumerated() where entry >> 16 == mark {
            guard let block = Self.lastBlock(in: list[..<index]) else { continue }
            let id = Int64(block) << Self.blockBits | Int64(entry & 0xFFFF)
            // The bits above those of the block are the newest row's, or one less.
            let distance = UInt32(truncatingIfNeeded: newest &- id)
            found.append(newest - Int64(distance))
        }
        return found
    }

    /// Forgets rows before `id`, but for some of about its age.
    mutating func removeAll(before id: Int64) {
        guard newest >= id else {
            // Rows may be numbered from 1 again.
            self = TransactionHints(capacity: 0)
            return
        }
        guard id >> Self.blockBits > oldestBlock else { return }
        oldestBlock = id >> Self.blockBits
        let age = Self.age(of: Self.block(of: id), newest: Self.block(of: newest))
        for index in lists.indices { removeBlocks(olderThan: age, from: index) }
    }

    private mutating func removeBlocks(olderThan age: UInt32, from index: Int) {
        let newest = Self.block(of: newest)
        func isOld(_ entry: UInt32) -> Bool { Self.age(of: entry & 0xFFFF, newest: newest) > age }
        guard let first = lists[index].first, lists[index].contains(where: { Self.isBlock($0) && isOld($0) }) else {
            return
        }
        var isKept = !isOld(first)
        var kept: [UInt32] = []
        kept.reserveCapacity(lists[index].count)
        for entry in lists[index] {
            if Self.isBlock(entry) { isKept = !isOld(entry) }
            if isKept { kept.append(entry) }
        }
        lists[index] = kept
    }

    private mutating func append(_ entry: UInt32, to index: Int) {
        // By an eighth: twice as much would stay unused for long.
        let count = lists[index].count
        if count == lists[index].capacity { lists[index].reserveCapacity(count + count / 8 + 4) }
        lists[index].append(entry)
    }

    private static func isBlock(_ entry: UInt32) -> Bool { entry >> 16 == blockMark }

    private static func block(of id: Int64) -> UInt32 { UInt32(truncatingIfNeeded: id >> blockBits & 0xFFFF) }

    /// How many blocks lie between.
    private static func age(of block: UInt32, newest: UInt32) -> UInt32 { (newest &- block) & 0xFFFF }

    private static func lastBlock(in list: ArraySlice<UInt32>) -> UInt32? {
        list.last(where: isBlock).map { $0 & 0xFFFF }
    }

    private static func list(_ hash: Int) -> Int { Int(UInt(bitPattern: hash) >> (UInt.bitWidth - listBits)) }

    private static func mark(_ hash: Int) -> UInt32 {
        min(UInt32(truncatingIfNeeded: hash >> 32) & 0xFFFF, blockMark - 1)
    }
}
