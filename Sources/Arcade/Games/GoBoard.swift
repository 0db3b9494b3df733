/// Stones on a board of go: what groups, liberties and areas are.
struct GoBoard: Hashable, Sendable {
    /// 0 empty, 1 black, 2 white, row by row from below.
    typealias Stones = [Int8]

    let size: Int
    var stones: Stones

    init(size: Int) {
        self.size = size
        stones = Stones(repeating: 0, count: size * size)
    }

    @inline(__always)
    func forEachNeighbour(_ point: Int, _ body: (Int) -> Void) {
        let column = point % size
        if column > 0 { body(point - 1) }
        if column < size - 1 { body(point + 1) }
        if point >= size { body(point - size) }
        if point < size * (size - 1) { body(point + size) }
    }

    /// The stones that are connected with that one.
    func group(at point: Int) -> Set<Int> {
        let color = stones[point]
        var found: Set<Int> = [point]
        var open = [point]
        while let next = open.popLast() {
            forEachNeighbour(next) { if stones[$0] == color, found.insert($0).inserted { open.append($0) } }
        }
        return found
    }

    func hasLiberty(_ point: Int) -> Bool { deadGroup(at: point) == nil }

    /// The group, if it has no liberty; nil when it has one.
    private func deadGroup(at point: Int) -> [Int]? {
        let color = stones[point]
        var isSeen = [Bool](repeating: false, count: stones.count)
        isSeen[point] = true
        var group = [point]
        var index = 0
        var hasLiberty = false
        while index < group.count, !hasLiberty {
            forEachNeighbour(group[index]) { neighbour in
                if stones[neighbour] == 0 {
                    hasLiberty = true
                } else if stones[neighbour] == color, !isSeen[neighbour] {
                    isSeen[neighbour] = true
                    group.append(neighbour)
                }
            }
            index += 1
        }
        return hasLiberty ? nil : group
    }

    /// Puts a stone on an empty point and takes away the other colour's groups that have no liberty then. Whether the stone
    /// itself has one is the caller's to ask.
    /// - Returns: how many stones were taken.
    @discardableResult
    mutating func place(_ point: Int, by color: Int8) -> Int {
        stones[point] = color
        var neighbours: [Int] = []
        forEachNeighbour(point) { if stones[$0] == 3 - color { neighbours.append($0) } }
        var taken = 0
        for neighbour in neighbours where stones[neighbour] == 3 - color {
            guard let group = deadGroup(at: neighbour) else { continue }
            for stone in group { stones[stone] = 0 }
            taken += group.count
        }
        return taken
    }

    /// Stones and the empty points that reach only that colour.
    var areas: (black: Int, white: Int) {
        var counts = [0, 0, 0]
        var isSeen = [Bool](repeating: false, count: stones.count)
        for start in stones.indices where !isSeen[start] {
            guard stones[start] == 0 else {
                counts[Int(stones[start])] += 1
                continue
            }
            var region = [start]
            isSeen[start] = true
            var borders: Int8 = 0
            var index = 0
            while index < region.count {
                forEachNeighbour(region[index]) { neighbour in
                    if stones[neighbour] != 0 {
                        borders |= stones[neighbour]
                    } else if !isSeen[neighbour] {
                        isSeen[neighbour] = true
                        region.append(neighbour)
                    }
                }
                index += 1
            }
            if borders == 1 || borders == 2 { counts[Int(borders)] += region.count }
        }
        return (counts[1], counts[2])
    }

    /// A point that its owner should not fill: all neighbours are of the colour.
    func isEye(_ point: Int, of color: Int8) -> Bool {
        var isEye = true
        forEachNeighbour(point) { if stones[$0] != color { isEye = false } }
        return isEye
    }

    /// Plays to the end by chance, without filling eyes, and says who won.
    mutating func playout(from first: Int8, komi: Int, using numbers: inout SeededNumbers) -> Int8 {
        var color = first
        var empty = stones.indices.filter { stones[$0] == 0 }
        var passes = 0
        var ko = -1
        var moves = 0
        while passes < 2, moves < 3 * stones.count {
            moves += 1
            var isPass = true
            var open = empty.count
            while open > 0 {
                let index = Int(numbers.next() % UInt64(open))
                let point = empty[index]
                open -= 1
                empty.swapAt(index, open)
                guard point != ko, !isEye(point, of: color) else { continue }
                let taken = place(point, by: color)
                if taken == 0, !hasLiberty(point) {
                    stones[point] = 0
                    continue
                }
                if taken > 0 {
                    let before = Set(empty)
                    empty = stones.indices.filter { stones[$0] == 0 }
                    ko = taken == 1 ? empty.first { !before.contains($0) } ?? -1 : -1
                } else {
                    empty.remove(at: open)
                    ko = -1
                }
                isPass = false
                break
            }
            passes = isPass ? passes + 1 : 0
            color = 3 - color
        }
        let (black, white) = areas
        return 2 * black - 2 * white - komi > 0 ? 1 : 2
    }
}
