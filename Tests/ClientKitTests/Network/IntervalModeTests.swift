import Testing

@testable import ClientKit

/// Connecting at intervals and at given times, and being offline by choice.
struct IntervalModeTests {
    @Test func connectsSendsFetchesAndLeaves() {
        var network = SimulatedNetwork(mode: .interval(minutes: 15))
        network.put(.start)
        network.run(seconds: 60)
        #expect(network.exchanges.map(\.exchange) == [.catchUp, .catchUp])
        #expect(network.drains.count == 1)
        #expect(network.announced == [900])
        let next = network.epoch + 200 + 900_000
        #expect(network.states == [.starting, .connecting, .interval(minutes: 15, next: next)])
        network.run(seconds: 3600)
        // Announced once; nothing in between.
        #expect(network.announced == [900])
        #expect(network.drains.count == 5)
        #expect(network.exchanges.count == 10)
    }

    @Test func connectsAtGivenTimes() {
        // Quarter past midnight and noon.
        var network = SimulatedNetwork(mode: .times([15, 720]))
        network.put(.start)
        network.run(seconds: 60)
        #expect(network.state == .interval(minutes: 15, next: network.epoch + 15 * 60_000))
        network.run(seconds: 3600)
        #expect(network.state == .interval(minutes: 705, next: network.epoch + 720 * 60_000))
        // Told each time how long it is until the next.
        #expect(network.announced.count == 2 && network.announced[1] == 705 * 60)
        network.run(seconds: 86_400)
        #expect(network.exchanges.count == 2 * 4)
    }

    @Test func aFailedConnectionIsTriedAgainAndThenRests() {
        var network = SimulatedNetwork(mode: .interval(minutes: 60))
        network.behaviour.isReachable = false
        network.put(.start)
        network.run(seconds: 10)
        guard case .offline(_, .transport, _?) = network.state else {
            Issue.record("\(String(describing: network.state))")
            return
        }
        network.behaviour.isReachable = true
        network.run(seconds: 10)
        guard case .interval(minutes: 60, _) = network.state else {
            Issue.record("\(String(describing: network.state))")
            return
        }
    }

    @Test func aChangeOfTheNetworkDoesNotWakeIt() {
        var network = SimulatedNetwork(mode: .interval(minutes: 60))
        network.put(.start)
        network.run(seconds: 10)
        network.put(.networkChanged)
        network.run(seconds: 10)
        #expect(network.exchanges.count == 2)
        network.put(.reconnectNow)
        network.run(seconds: 10)
        #expect(network.exchanges.count == 4)
    }

    @Test func goingBackToContinuousIsAnnounced() {
        var network = SimulatedNetwork(mode: .interval(minutes: 5))
        network.put(.start)
        network.run(seconds: 10)
        network.put(.mode(.continuous))
        network.run(seconds: 10)
        #expect(network.state == .streaming)
        #expect(network.announced == [300, nil])
        network.put(.mode(.interval(minutes: 2000)))
        network.run(seconds: 10)
        // A day is the longest that the server takes.
        #expect(network.announced == [300, nil, 86_400])
    }

    @Test func offlineByChoice() {
        var network = SimulatedNetwork()
        network.put(.start)
        network.run(seconds: 10)
        network.put(.mode(.offline))
        let since = network.epoch + network.now
        #expect(network.state == .offline(since: since, problem: nil, retryAt: nil))
        network.put(.networkChanged)
        network.put(.reconnectNow)
        network.run(seconds: 86_400)
        #expect(network.exchanges.count == 2)
        network.put(.mode(.continuous))
        network.run(seconds: 1)
        #expect(network.state == .streaming)
    }

    @Test func startingOfflineStaysOffline() {
        var network = SimulatedNetwork(mode: .offline)
        network.put(.start)
        network.run(seconds: 100)
        #expect(network.exchanges.isEmpty)
        #expect(network.state == .offline(since: network.epoch, problem: nil, retryAt: nil))
    }

    @Test func stoppingIsFinalUntilStarted() {
        var network = SimulatedNetwork()
        network.put(.start)
        network.run(seconds: 10)
        network.put(.stop)
        network.put(.networkChanged)
        network.put(.mode(.interval(minutes: 1)))
        network.run(seconds: 3600)
        #expect(network.exchanges.count == 2)
        network.put(.start)
        network.run(seconds: 10)
        #expect(network.exchanges.count == 4)
    }

    @Test func timesOfTheDayAreLocal() {
        // The zone of the machine that runs this is not known, but a day has each time once.
        let noon: Int64 = 1_767_268_800_000
        let next = TimeOfDay.next(of: [0, 360, 720, 1080], after: noon)
        #expect(next > noon && next <= noon + 7 * 3_600_000)
        #expect(TimeOfDay.next(of: [], after: noon) == noon + 86_400_000)
        #expect(TimeOfDay.next(of: [5000], after: noon) == noon + 86_400_000)
    }
}
