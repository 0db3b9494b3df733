import Testing

@testable import ClientKit

struct CallBitrateTests {
    /// A line with a rate, as a router makes it: what comes too fast waits, and what would wait too long is lost. Told of is
    /// what was a second ago.
    private struct Line {
        var rate: Int
        var trip: Double
        /// Of what gets in, by chance.
        var loss = 0.0
        /// Bits that wait, and the most that may.
        private(set) var waiting = 0
        private(set) var lost = 0
        private var last: (loss: Double, trip: Double, delivered: Int)?

        init(rate: Int, trip: Double = 40, loss: Double = 0) {
            (self.rate, self.trip, self.loss) = (rate, trip, loss)
        }

        mutating func carry(_ sent: Int) -> CallBitrate.Second {
            let told = last
            let kept = min(waiting + sent, rate + rate * 3 / 10)
            let dropped = waiting + sent - kept
            waiting = max(0, kept - rate)
            lost += dropped
            let chance = Double(dropped) / Double(max(1, sent)) + loss
            last = (chance, trip + Double(waiting) * 1000 / Double(rate), Int(Double(min(kept, rate)) * (1 - loss)))
            return CallBitrate.Second(
                loss: told?.loss, lossLately: told?.loss, roundTrip: told?.trip, sent: sent,
                delivered: told?.delivered ?? 0)
        }
    }

    /// Sound, its heads, and the picture.
    private static func run(
        _ bitrate: inout CallBitrate, on line: inout Line, seconds: Int, most: Int = .max
    ) -> [Int] {
        (0..<seconds).map { _ in
            bitrate.take(line.carry(30_000 + min(bitrate.value, most)))
            return bitrate.value
        }
    }

    @Test func aWideLineIsUsedAfterAFewSeconds() {
        var bitrate = CallBitrate()
        var line = Line(rate: 10_000_000)
        let values = Self.run(&bitrate, on: &line, seconds: 12)
        #expect(CallBitrate().value == 100_000)
        #expect(values[5] > 500_000, "\(values)")
        #expect(values[11] == 1_500_000)
        #expect(CallBitrate(people: 3).value == 100_000)
        var ofThree = CallBitrate(people: 3)
        _ = Self.run(&ofThree, on: &line, seconds: 20)
        #expect(ofThree.value == 500_000)
    }

    @Test(arguments: [120_000, 200_000, 400_000, 800_000]) func aNarrowLineIsFilledAndNotMore(rate: Int) {
        var bitrate = CallBitrate()
        var line = Line(rate: rate)
        let beginning = Self.run(&bitrate, on: &line, seconds: 10)
        let lostInTheBeginning = line.lost
        // No more than two seconds' worth.
        #expect(lostInTheBeginning < rate * 2, "\(beginning)")
        let values = Self.run(&bitrate, on: &line, seconds: 60)
        let mean = values.reduce(0, +) / values.count
        #expect((rate * 4 / 10...rate - 30_000).contains(mean), "\(values)")
        // Of a minute; each time that it finds out whether there is more room now.
        #expect(line.lost - lostInTheBeginning < rate * 60 / 50, "\(values)")
    }

    @Test func aLineThatGetsNarrowIsFollowed() {
        var bitrate = CallBitrate()
        var line = Line(rate: 3_000_000)
        _ = Self.run(&bitrate, on: &line, seconds: 20)
        line.rate = 250_000
        let values = Self.run(&bitrate, on: &line, seconds: 12)
        #expect(values[11] <= 250_000, "\(values)")
        line.rate = 3_000_000
        let after = Self.run(&bitrate, on: &line, seconds: 60)
        #expect(after[59] > 1_000_000, "\(after)")
    }

    @Test func aLongLineIsNoFullOne() {
        var bitrate = CallBitrate()
        var line = Line(rate: 10_000_000, trip: 600)
        let values = Self.run(&bitrate, on: &line, seconds: 30)
        #expect(values == values.sorted(), "\(values)")
        #expect(values[29] > 600_000)
    }

    /// Where none waits.
    @Test(arguments: [(0.01, 1_500_000), (0.05, 600_000), (0.15, 300_000)])
    func packetsThatAreLostByChanceDoNotMeanThatALineIsFull(loss: Double, rate: Int) {
        var bitrate = CallBitrate()
        var line = Line(rate: 10_000_000, loss: loss)
        let values = Self.run(&bitrate, on: &line, seconds: 30)
        #expect(values[10] >= min(rate, 300_000), "\(values)")
        #expect(values[29] == rate, "\(values)")
    }

    /// A line that lets nothing wait.
    @Test func whatIsLostAboveARateMakesItLess() {
        var bitrate = CallBitrate()
        let values = (0..<40).map { _ in
            let sent = 30_000 + bitrate.value
            let loss = max(0, Double(sent - 200_000) / Double(sent))
            bitrate.take(
                CallBitrate.Second(
                    loss: loss, lossLately: loss, roundTrip: 20, sent: sent, delivered: min(sent, 200_000)))
            return bitrate.value
        }
        #expect(values.allSatisfy { $0 >= 80_000 }, "\(values)")
        // For a moment, once what was seen is some time ago.
        #expect(values[10...].filter { $0 > 200_000 }.count <= 3, "\(values)")
    }

    /// A picture that moves little tells nothing of what a line could carry.
    @Test func whatIsNotUsedDoesNotGrow() {
        var bitrate = CallBitrate()
        var line = Line(rate: 10_000_000)
        let values = Self.run(&bitrate, on: &line, seconds: 60, most: 50_000)
        #expect((500_000...600_000).contains(bitrate.value), "\(values)")
    }

    @Test func whereNothingIsToldAnyMoreItGetsLess() {
        var bitrate = CallBitrate()
        let nothing = CallBitrate.Second(loss: nil, lossLately: nil, roundTrip: nil, sent: 100_000, delivered: 0)
        for _ in 0..<30 { bitrate.take(nothing) }
        // There are programs that tell nothing at all.
        #expect(bitrate.value == 100_000)
        var line = Line(rate: 10_000_000)
        _ = Self.run(&bitrate, on: &line, seconds: 10)
        let before = bitrate.value
        for _ in 0..<2 { bitrate.take(nothing) }
        #expect(bitrate.value == before)
        for _ in 0..<30 { bitrate.take(nothing) }
        #expect(bitrate.value == 100_000)
    }

    @Test func anotherWayIsBegunAnew() {
        var bitrate = CallBitrate()
        var line = Line(rate: 10_000_000, trip: 5)
        _ = Self.run(&bitrate, on: &line, seconds: 20)
        bitrate.takeAnotherWay()
        #expect(bitrate.value == 100_000)
        var other = Line(rate: 10_000_000, trip: 300)
        let values = Self.run(&bitrate, on: &other, seconds: 20)
        #expect(values == values.sorted(), "\(values)")
    }

    /// Whole pictures take their time, and less of it where nothing is known to be against it.
    @Test func packetsGoOutLittleFasterThanTheyAreMade() {
        var bitrate = CallBitrate()
        #expect(bitrate.pace == 225_000)
        var line = Line(rate: 150_000)
        _ = Self.run(&bitrate, on: &line, seconds: 10)
        #expect(bitrate.pace == bitrate.value * 11 / 10 + 10_000)
    }

    @Test func thePictureIsAsLargeAsItCanBe() {
        func details(_ bitrates: [Int]) -> [PictureDetail] {
            var detail = PictureDetail.full
            return bitrates.map { bitrate in
                detail = PictureDetail(bitrate: bitrate, before: detail)
                return detail
            }
        }
        #expect(details([100_000, 99_000, 100_000, 124_000, 125_000]) == [.full, .medium, .medium, .medium, .full])
        #expect(details([40_000, 74_000, 75_000, 60_000, 59_000]) == [.low, .low, .medium, .medium, .low])
        #expect(details([40_000, 1_500_000]) == [.low, .full])
    }
}
