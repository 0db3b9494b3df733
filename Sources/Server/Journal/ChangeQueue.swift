/// Changes in ascending order of their positions, in pieces of one size, so that the oldest ones go by the piece and who
/// holds on to some of them makes nobody copy the rest.
struct ChangeQueue {
    private let pieceLength: Int
    /// All full but the last one; never none.
    private var pieces: [[Change]] = [[]]
    private(set) var count = 0
    /// What the changes hold, about.
    private(set) var bytes = 0

    init(pieceLength: Int) { self.pieceLength = pieceLength }

    /// What goes first: at most a piece, and none only when there is nothing at all.
    var oldest: [Change] { pieces[0] }

    /// Takes `oldest` away.
    mutating func removeOldest() {
        count -= pieces[0].count
        for change in pieces[0] { bytes -= change.bytes }
        if pieces.count > 1 { pieces.removeFirst() } else { pieces = [[]] }
    }

    mutating func append(_ change: Change) {
        if pieces[pieces.count - 1].count == pieceLength {
            pieces.append([])
            pieces[pieces.count - 1].reserveCapacity(pieceLength)
        }
        pieces[pieces.count - 1].append(change)
        count += 1
        bytes += change.bytes
    }

    subscript(index: Int) -> Change {
        get { pieces[index / pieceLength][index % pieceLength] }
        set {
            bytes += newValue.bytes - self[index].bytes
            pieces[index / pieceLength][index % pieceLength] = newValue
        }
    }

    subscript(range: Range<Int>) -> [Change] {
        var changes: [Change] = []
        changes.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            let piece = pieces[index / pieceLength]
            let start = index % pieceLength
            let end = min(piece.count, start + range.upperBound - index)
            changes += piece[start..<end]
            index += end - start
        }
        return changes
    }

    /// The place of the first change behind a position; `count` when there is none.
    func firstIndex(after position: Int64) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].position <= position { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
