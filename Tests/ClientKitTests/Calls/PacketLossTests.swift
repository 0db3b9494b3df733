import Testing

@testable import ClientKit

struct PacketLossTests {
    @Test func isOfTheLastFiguresOnly() throws {
        var loss = PacketLoss()
        #expect(loss.value == nil)
        loss.take(lost: 40, of: 400)
        #expect(loss.value == nil)
        for second in 1...3 { loss.take(lost: 40 + Int64(second) * 10, of: 400 + Int64(second) * 100) }
        #expect(loss.value == 0.1)
        for second in 4...8 { loss.take(lost: 70, of: 400 + Int64(second) * 100) }
        #expect(loss.value == 0)
    }

    @Test func staysWhileNothingNewIsKnown() {
        var loss = PacketLoss()
        loss.take(lost: 0, of: 0)
        loss.take(lost: 5, of: 50)
        for _ in 0..<20 { loss.take(lost: 5, of: 50) }
        #expect(loss.value == 0.1)
    }

    /// What the other side says can be anything.
    @Test func isAPartOfTheWhole() {
        var loss = PacketLoss()
        loss.take(lost: 0, of: 0)
        loss.take(lost: 900, of: 100)
        #expect(loss.value == 1)
        loss.take(lost: -9000, of: 101)
        #expect(loss.value == 0)
        // A stream has ended: what was counted with it is not subtracted.
        loss.take(lost: 0, of: 50)
        loss.take(lost: 1, of: 60)
        #expect(loss.value == 0.1)
    }
}
