import GtkKit
import Testing

@testable import mado_desktop

/// Where the lines of a chart's axes go, and how its numbers are written.
@Suite struct ChartScaleTests {
    @Test func axesHaveRoundValues() {
        #expect(ChartScale.values(0...10, count: 5) == [0, 2, 4, 6, 8, 10])
        #expect(ChartScale.values(40_950...41_320, count: 4) == [41_000, 41_100, 41_200, 41_300])
        #expect(ChartScale.values(-0.03...0.02, count: 5).count == 6)
        #expect(ChartScale.values(5...5, count: 4) == [5])
        #expect(ChartScale.values(0...Double.infinity, count: 4) == [0])
        #expect(ChartScale.values(0...1, count: 0) == [0])
    }

    @Test func aLineOfOneValueLiesInTheMiddle() {
        let range = ChartScale.range([100, 100])
        #expect(range.lowerBound < 100 && range.upperBound > 100)
        #expect(range.upperBound - 100 == 100 - range.lowerBound)
        #expect(ChartScale.range([]) == 0...1)
        #expect(ChartScale.range([1, 3]).contains(3))
    }

    @Test func timesLieAtRoundPlaces() {
        let end: Int64 = 1_767_225_600_000 + 12_345_678
        let (times, step) = ChartScale.times(from: end - 6 * 3_600_000, to: end, count: 4)
        #expect(step == 3 * 3_600_000)
        #expect(times.count == 2 && times.allSatisfy { LocalTime($0).minute == 0 && LocalTime($0).hour % 3 == 0 })
        // A year on a narrow chart, and a moment.
        #expect(ChartScale.times(from: end - 365 * 86_400_000, to: end, count: 3).times.count <= 6)
        #expect(ChartScale.times(from: end, to: end + 1, count: 3).times.count <= 1)
    }

    @Test func numbersAreWrittenAsPeopleReadThem() {
        #expect(ChartScale.text(41_204.5) == "41,205")
        #expect(ChartScale.text(1_234_567) == "1,234,567")
        #expect(ChartScale.text(123.44) == "123.4")
        #expect(ChartScale.text(21) == "21")
        #expect(ChartScale.text(0.056) == "0.06")
        #expect(ChartScale.text(-7.5) == "−7.5")
        #expect(ChartScale.text(-0.001) == "0")
        #expect(ChartScale.text(999.96) == "1,000")
        #expect(ChartScale.text(.nan) == "nan")
    }
}
