/// How good a call is, for words.
package enum CallQuality: Sendable, Equatable {
    case unknown, good
    /// Per cent of packets that are lost, the worse of both ways.
    case weak(loss: Int)
    /// Milliseconds.
    case slow(roundTrip: Int)
    case bad(loss: Int)

    /// From when on a word is said, and below what it is said no more: of the some 400 packets of a few seconds, a line that
    /// loses every tenth loses anything from 5 to 15 per cent, and would be called one and the other in turns.
    private struct Bounds {
        let begins, ends: Int

        func contain(_ value: Int, _ isSaid: Bool) -> Bool { value >= (isSaid ? ends : begins) }
    }

    private static let weakness = Bounds(begins: 4, ends: 2)
    private static let badness = Bounds(begins: 15, ends: 10)
    private static let slowness = Bounds(begins: 400, ends: 300)

    /// - Parameter last: what was said before.
    package init(_ figures: CallFigures, after last: CallQuality = .unknown) {
        let (wasWeak, wasBad, wasSlow) =
            switch last {
            case .unknown, .good: (false, false, false)
            case .weak: (true, false, false)
            case .bad: (true, true, false)
            case .slow: (false, false, true)
            }
        let loss = Int((figures.loss * 100).rounded())
        let roundTrip = Int(figures.roundTrip)
        if Self.badness.contain(loss, wasBad) {
            self = .bad(loss: loss)
        } else if Self.weakness.contain(loss, wasWeak) {
            self = .weak(loss: loss)
        } else {
            self = Self.slowness.contain(roundTrip, wasSlow) ? .slow(roundTrip: roundTrip) : .good
        }
    }
}
