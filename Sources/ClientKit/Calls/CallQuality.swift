/// How good a call is, for words.
package enum CallQuality: Sendable, Equatable {
    case unknown, good
    /// Per cent of packets that are lost, the worse of both ways.
    case weak(loss: Int)
    /// Milliseconds.
    case slow(roundTrip: Int)
    case bad(loss: Int)

    package init(_ figures: CallFigures) {
        let loss = Int((figures.loss * 100).rounded())
        switch loss {
        case 12...: self = .bad(loss: loss)
        case 3...: self = .weak(loss: loss)
        default: self = figures.roundTrip > 400 ? .slow(roundTrip: Int(figures.roundTrip)) : .good
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
