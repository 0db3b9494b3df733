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

/// How much the own picture may send: less where packets are lost or wait longer and longer, slowly more where all is well.
///
/// After the part of Google's congestion control (draft-ietf-rmcat-gcc) that works by loss; the waiting is the round trip
/// against its smallest.
package struct CallBitrate: Sendable, Equatable {
    package static let range = 60_000...1_500_000
    /// Bits a second.
    package private(set) var value: Int
    private var smallestRoundTrip = Double.infinity
    private let ceiling: Int

    /// - Parameter people: how many get the picture: all of them over one line.
    package init(start: Int = 600_000, people: Int = 1) {
        ceiling = Self.range.upperBound / max(1, people)
        value = min(start, ceiling)
    }

    /// - Parameter loss: 0…1 of the last seconds; nil when the other side has told nothing.
    package mutating func take(loss: Double?, roundTrip: Double) {
        guard let loss else { return }
        if roundTrip > 0 { smallestRoundTrip = min(smallestRoundTrip, roundTrip) }
        let waits = smallestRoundTrip.isFinite && roundTrip > smallestRoundTrip * 2 + 120
        var next = Double(value)
        if loss > 0.10 {
            next *= 1 - 0.5 * loss
        } else if waits {
            next *= 0.8
        } else if loss < 0.02 {
            next = next * 1.08 + 4000
        }
        value = min(ceiling, max(Self.range.lowerBound, Int(next)))
    }
}
