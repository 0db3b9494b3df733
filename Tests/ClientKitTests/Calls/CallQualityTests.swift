import Testing

@testable import ClientKit

struct CallQualityTests {
    @Test func qualityInWords() {
        var figures = CallFigures()
        #expect(CallQuality(figures) == .good)
        figures.lossSent = 0.08
        #expect(CallQuality(figures) == .weak(loss: 8))
        figures.lossReceived = 0.2
        #expect(CallQuality(figures) == .bad(loss: 20))
        (figures.lossReceived, figures.lossSent, figures.roundTrip) = (0, 0, 700)
        #expect(CallQuality(figures) == .slow(roundTrip: 700))
    }

    @Test func aWordIsSaidUntilItIsClearlyNotTrueAnyMore() {
        func words(_ percents: [Int]) -> [CallQuality] {
            var quality = CallQuality.unknown
            return percents.map { percent in
                var figures = CallFigures()
                figures.lossReceived = Double(percent) / 100
                quality = CallQuality(figures, after: quality)
                return quality
            }
        }
        #expect(
            words([3, 4, 2, 1, 14, 15, 14, 10, 9])
                == [
                    .good, .weak(loss: 4), .weak(loss: 2), .good, .weak(loss: 14), .bad(loss: 15), .bad(loss: 14),
                    .bad(loss: 10), .weak(loss: 9),
                ])
        #expect(words([20, 2, 1]) == [.bad(loss: 20), .weak(loss: 2), .good])
        var figures = CallFigures()
        let trips: [Double] = [399, 400, 300, 299]
        var quality = CallQuality.unknown
        let said = trips.map { trip in
            figures.roundTrip = trip
            quality = CallQuality(figures, after: quality)
            return quality
        }
        #expect(said == [.good, .slow(roundTrip: 400), .slow(roundTrip: 300), .good])
    }

    /// Ten minutes of lines that lose every hundredth, every tenth and every fifth packet by chance, both ways: as many
    /// packets a second as a call with pictures has.
    @Test(arguments: [(0.0, 0), (0.01, 0), (0.1, 1), (0.2, 2)]) func aLineHasOneWord(loss: Double, word: Int) {
        var chance = Chance(state: 7)
        var ways = [PacketLoss(), PacketLoss()]
        var lost: [Int64] = [0, 0]
        var quality = CallQuality.unknown
        var said: [Int] = []
        for second in 0...600 {
            for way in 0..<2 {
                lost[way] += Int64((0..<80).filter { _ in chance.next() < loss }.count)
                ways[way].take(lost: lost[way], of: Int64(second + 1) * 80)
            }
            // Until the loss reaches back as far as it does.
            guard second > PacketLoss.span else { continue }
            var figures = CallFigures()
            (figures.lossReceived, figures.lossSent) = (ways[0].value ?? 0, ways[1].value)
            quality = CallQuality(figures, after: quality)
            said.append(quality.grade)
        }
        let changes = zip(said, said.dropFirst()).filter { $0 != $1 }.count
        #expect(said.filter { $0 == word }.count >= said.count * 97 / 100)
        #expect(changes <= 4, "\(changes) changes in ten minutes")
    }

    /// Numbers from 0 to 1 that look like chance, the same ones each time (after Knuth's MMIX).
    private struct Chance {
        var state: UInt64

        mutating func next() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) / Double(1 << 53)
        }
    }
}

extension CallQuality {
    fileprivate var grade: Int {
        switch self {
        case .unknown, .good, .slow: 0
        case .weak: 1
        case .bad: 2
        }
    }
}
