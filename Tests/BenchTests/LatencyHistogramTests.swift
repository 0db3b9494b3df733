import Testing

@testable import mado_bench

@Suite struct LatencyHistogramTests {
    @Test func nothingRecordedIsZero() {
        #expect(LatencyHistogram().quantile(0.5) == 0)
    }

    @Test(
        arguments: [0, 1, 63, 64, 127, 128, 129, 1_000, 65_535, 65_536, 1_234_567, 987_654_321, (1 << 40) - 1]
            as [UInt64])
    func aValueIsKnownToTwoPercent(value: UInt64) {
        var histogram = LatencyHistogram()
        histogram.record(value)
        histogram.record(.max)
        let found = Double(histogram.quantile(0.5))
        #expect(abs(found - Double(value)) <= Double(value) * 0.016)
        #expect(histogram.maximum == .max)
    }

    @Test func quantilesCountThoseThatDoNotExceedThem() {
        var histogram = LatencyHistogram()
        for value in 1...100 { histogram.record(UInt64(value)) }
        #expect(histogram.quantile(0.5) == 50)
        #expect(histogram.quantile(0.99) == 99)
        #expect(histogram.quantile(1) == 100)
        #expect(histogram.quantile(0) == 1)
    }

    @Test func twoTogetherAreLikeOne() {
        var one = LatencyHistogram()
        var first = LatencyHistogram()
        var second = LatencyHistogram()
        for value in stride(from: UInt64(3), to: 3_000_000, by: 977) {
            one.record(value)
            if value % 2 == 0 { first.record(value) } else { second.record(value) }
        }
        first.add(second)
        #expect(first.count == one.count)
        for share in [0.01, 0.5, 0.9, 0.99] { #expect(first.quantile(share) == one.quantile(share)) }
    }
}
