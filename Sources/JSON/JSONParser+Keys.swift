extension JSONParser {
    /// Up to this many plain keys are compared with one another, which for few is faster than hashing.
    private static let fewKeys = 8

    /// Refuses an object that names a member twice, however the names are escaped. Takes time linear in the object.
    mutating func checkKeys(of object: Int, _ text: Span<UInt8>) throws(JSONError) {
        let count = nodes[object].count
        if count < 2 { return }
        if count > Self.fewKeys || nodes[object].hasEscape {
            try checkManyKeys(of: object, count: count, text)
        } else {
            try checkFewKeys(of: object, text)
        }
    }

    private func checkFewKeys(of object: Int, _ text: Span<UInt8>) throws(JSONError) {
        let end = nodes.count
        var key = object + 1
        while true {
            let node = nodes[key]
            key = Int(nodes[key + 1].next)
            if key >= end { return }
            var other = key
            while other < end {
                let candidate = nodes[other]
                if candidate.length == node.length, Self.isEqual(node.contents, candidate.contents, text) {
                    throw .duplicateKey(offset: Int(candidate.offset))
                }
                other = Int(nodes[other + 1].next)
            }
        }
    }

    private static func isEqual(_ left: Range<Int>, _ right: Range<Int>, _ text: Span<UInt8>) -> Bool {
        for distance in 0..<left.count
        where text[left.lowerBound + distance] != text[right.lowerBound + distance] {
            return false
        }
        return true
    }

    /// A hash table with open addressing. The hash is seeded per process, so nobody can choose colliding keys.
    private func checkManyKeys(of object: Int, count: Int, _ text: Span<UInt8>) throws(JSONError) {
        var slotCount = 32
        while slotCount < count * 2 { slotCount *= 2 }
        var slots = ContiguousArray<(hash: Int, key: Int)>(repeating: (0, -1), count: slotCount)
        var key = object + 1
        var decoded: [UInt8] = []
        while key < nodes.count {
            let hash = Self.hash(nodes[key], text, &decoded)
            var slot = hash & (slotCount - 1)
            while slots[slot].key >= 0 {
                if slots[slot].hash == hash, isSameKey(key, slots[slot].key, text) {
                    throw .duplicateKey(offset: Int(nodes[key].offset))
                }
                slot = (slot + 1) & (slotCount - 1)
            }
            slots[slot] = (hash, key)
            key = Int(nodes[key + 1].next)
        }
    }

    private static func hash(_ node: JSONNode, _ text: Span<UInt8>, _ decoded: inout [UInt8]) -> Int {
        var hasher = Hasher()
        if node.hasEscape {
            decoded.removeAll(keepingCapacity: true)
            JSONString.appendDecoded(node.contents, of: text, to: &decoded)
            decoded.withUnsafeBytes { hasher.combine(bytes: $0) }
        } else {
            text.extracting(node.contents).withUnsafeBytes { hasher.combine(bytes: $0) }
        }
        return hasher.finalize()
    }

    private func isSameKey(_ left: Int, _ right: Int, _ text: Span<UInt8>) -> Bool {
        let (first, second) = (nodes[left], nodes[right])
        if !first.hasEscape, !second.hasEscape {
            return first.length == second.length && Self.isEqual(first.contents, second.contents, text)
        }
        var (decodedFirst, decodedSecond): ([UInt8], [UInt8]) = ([], [])
        JSONString.appendDecoded(first.contents, of: text, to: &decodedFirst)
        JSONString.appendDecoded(second.contents, of: text, to: &decodedSecond)
        return decodedFirst == decodedSecond
    }
}
