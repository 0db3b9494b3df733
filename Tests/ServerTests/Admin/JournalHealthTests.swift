import Synchronization
import Testing

@testable import Server

@Suite struct JournalHealthTests {
    private final class Counters: Sendable {
        let value = Mutex(Journal.Statistics())
        func change(_ body: (inout Journal.Statistics) -> Void) { value.withLock { body(&$0) } }
    }

    @Test func itFailsFromAFailedBatchToTheNextGoodOne() {
        let counters = Counters()
        let health = JournalHealth { counters.value.withLock { $0 } }
        #expect(health.state == .working)
        counters.change { $0.batches = 5 }
        #expect(health.state == .working)
        counters.change { $0.failedBatches = 1 }
        #expect(health.state != .working)
        // Nothing was tried since: still so.
        #expect(health.state != .working)
        counters.change { $0.batches = 6 }
        #expect(health.state == .working)
        #expect(health.state == .working)
    }

    @Test func aServerThatStopsSaysSo() {
        let counters = Counters()
        let health = JournalHealth { counters.value.withLock { $0 } }
        health.stop()
        #expect(health.state == .stopping)
    }
}
