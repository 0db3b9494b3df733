/// A map whose copies share what they have in common: changing a copy of a map of n entries allocates O(log n).
///
/// A hash array mapped trie with 32 branches: a snapshot of a room with 100,000 members is replaced at a join
/// without copying 100,000 entries.
package struct PersistentMap<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private var root: Node = Node(bitmap: 0, slots: [])
    package private(set) var count = 0

    package init() {}

    package subscript(key: Key) -> Value? {
        get { Self.find(root, key, Self.hash(key), 0) }
        set {
            if let newValue {
                var added = false
                root = Self.insert(root, key, newValue, Self.hash(key), 0, &added)
                if added { count += 1 }
            } else {
                var removed = false
                root = Self.remove(root, key, Self.hash(key), 0, &removed)
                if removed { count -= 1 }
            }
        }
    }

    package var isEmpty: Bool { count == 0 }

    /// Calls `body` with each entry, in no particular order.
    package func forEach(_ body: (Key, Value) throws -> Void) rethrows { try Self.visit(root, body) }

    /// The values, in no particular order.
    package var values: [Value] {
        var values: [Value] = []
        values.reserveCapacity(count)
        forEach { _, value in values.append(value) }
        return values
    }

    // MARK: Trie

    private enum Slot: Sendable {
        case entry(Key, Value)
        case branch(Node)
        /// Keys whose whole hashes are equal.
        case collision([(Key, Value)])
    }

    private final class Node: Sendable {
        let bitmap: UInt32
        let slots: [Slot]
        init(bitmap: UInt32, slots: [Slot]) {
            self.bitmap = bitmap
            self.slots = slots
        }
    }

    private static var bits: UInt32 { 5 }

    private static func hash(_ key: Key) -> UInt64 { UInt64(bitPattern: Int64(key.hashValue)) }

    private static func place(_ hash: UInt64, _ shift: UInt32, in bitmap: UInt32) -> (bit: UInt32, index: Int) {
        let bit = UInt32(1) << UInt32(truncatingIfNeeded: (hash >> UInt64(shift)) & 31)
        return (bit, (bitmap & (bit - 1)).nonzeroBitCount)
    }

    private static func find(_ node: Node, _ key: Key, _ hash: UInt64, _ shift: UInt32) -> Value? {
        var node = node
        var shift = shift
        while true {
            let (bit, index) = place(hash, shift, in: node.bitmap)
            guard node.bitmap & bit != 0 else { return nil }
            switch node.slots[index] {
            case .entry(let other, let value): return other == key ? value : nil
            case .collision(let entries): return entries.first { $0.0 == key }?.1
            case .branch(let next):
                node = next
                shift += bits
            }
        }
    }

    private static func insert(
        _ node: Node, _ key: Key, _ value: Value, _ hash: UInt64, _ shift: UInt32, _ added: inout Bool
    ) -> Node {
        let (bit, index) = place(hash, shift, in: node.bitmap)
        var slots = node.slots
        guard node.bitmap & bit != 0 else {
            slots.insert(.entry(key, value), at: index)
            added = true
            return Node(bitmap: node.bitmap | bit, slots: slots)
        }
        switch slots[index] {
        case .entry(let other, _) where other == key:
            slots[index] = .entry(key, value)
        case .entry(let other, let otherValue):
            added = true
            slots[index] = split((other, otherValue), self.hash(other), (key, value), hash, shift + bits)
        case .branch(let next):
            slots[index] = .branch(insert(next, key, value, hash, shift + bits, &added))
        case .collision(var entries):
            if let place = entries.firstIndex(where: { $0.0 == key }) {
                entries[place].1 = value
            } else {
                entries.append((key, value))
                added = true
            }
            slots[index] = .collision(entries)
        }
        return Node(bitmap: node.bitmap, slots: slots)
    }

    private static func split(
        _ first: (Key, Value), _ firstHash: UInt64, _ second: (Key, Value), _ secondHash: UInt64, _ shift: UInt32
    ) -> Slot {
        if shift >= 60 { return .collision([first, second]) }
        let (firstBit, _) = place(firstHash, shift, in: 0)
        let (secondBit, _) = place(secondHash, shift, in: 0)
        if firstBit == secondBit {
            let inner = split(first, firstHash, second, secondHash, shift + bits)
            return .branch(Node(bitmap: firstBit, slots: [inner]))
        }
        let slots: [Slot] =
            firstBit < secondBit
            ? [.entry(first.0, first.1), .entry(second.0, second.1)]
            : [.entry(second.0, second.1), .entry(first.0, first.1)]
        return .branch(Node(bitmap: firstBit | secondBit, slots: slots))
    }

    private static func remove(
        _ node: Node, _ key: Key, _ hash: UInt64, _ shift: UInt32, _ removed: inout Bool
    ) -> Node {
        let (bit, index) = place(hash, shift, in: node.bitmap)
        guard node.bitmap & bit != 0 else { return node }
        var slots = node.slots
        switch slots[index] {
        case .entry(let other, _):
            guard other == key else { return node }
            removed = true
            slots.remove(at: index)
            return Node(bitmap: node.bitmap & ~bit, slots: slots)
        case .branch(let next):
            let after = remove(next, key, hash, shift + bits, &removed)
            if after.slots.isEmpty {
                slots.remove(at: index)
                return Node(bitmap: node.bitmap & ~bit, slots: slots)
            }
            slots[index] = .branch(after)
        case .collision(var entries):
            guard let place = entries.firstIndex(where: { $0.0 == key }) else { return node }
            removed = true
            entries.remove(at: place)
            slots[index] = entries.count == 1 ? .entry(entries[0].0, entries[0].1) : .collision(entries)
        }
        return Node(bitmap: node.bitmap, slots: slots)
    }

    private static func visit(_ node: Node, _ body: (Key, Value) throws -> Void) rethrows {
        for slot in node.slots {
            switch slot {
            case .entry(let key, let value): try body(key, value)
            case .branch(let next): try visit(next, body)
            case .collision(let entries): for (key, value) in entries { try body(key, value) }
            }
        }
    }
}
