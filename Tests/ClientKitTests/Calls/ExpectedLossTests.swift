import Testing

@testable import ClientKit

struct ExpectedLossTests {
    @Test func isThatOfAWeakLineUntilSomethingIsKnown() {
        var expected = ExpectedLoss()
        expected.take(loss: nil)
        #expect(expected.percent == 10)
    }

    @Test func risesAtOnceAndFallsSlowly() {
        var expected = ExpectedLoss()
        expected.take(loss: 0.2)
        #expect(expected.percent == 20)
        var percents: [Int] = []
        for _ in 0..<22 {
            expected.take(loss: 0)
            percents.append(expected.percent)
        }
        #expect(percents == Array((0...19).reversed()) + [0, 0])
        // Rather more than less: each packet that is lost once is one that is repeated.
        expected.take(loss: 0.004)
        #expect(expected.percent == 1)
        expected.take(loss: nil)
        #expect(expected.percent == 1)
    }

    @Test(arguments: [(0.05, 9), (0.12, 12), (0.25, 25), (0.9, 25), (1, 25)])
    func followsWhatIsReported(loss: Double, percent: Int) {
        var expected = ExpectedLoss()
        expected.take(loss: loss)
        #expect(expected.percent == percent)
    }
}
