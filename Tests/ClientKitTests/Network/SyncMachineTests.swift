import Testing

@testable import ClientKit

/// Streams, the ladder of lesser means, and coming back, in simulated networks.
struct SyncMachineTests {
    private let cut = SyncFailure.transport(.cut)

    @Test func aStreamWhereNothingHinders() {
        var network = SimulatedNetwork()
        network.put(.start)
        network.run(seconds: 3600)
        #expect(network.states == [.starting, .connecting, .streaming])
        #expect(network.exchanges.map(\.exchange) == [.catchUp, .stream])
        #expect(network.memory["home"]?.means == .stream)
        #expect(network.drains == [50])
        #expect(network.announced == [nil])
    }

    @Test func otherServersArePolled() {
        var network = SimulatedNetwork(isMado: false)
        network.put(.start)
        network.run(seconds: 170)
        #expect(network.states == [.starting, .connecting, .polling])
        #expect(
            network.exchanges.map(\.exchange) == [.catchUp] + Array(repeating: .poll(seconds: 50), count: 4))
        #expect(network.announced.isEmpty)
    }

    @Test func aStreamHeldBackBecomesPolls() {
        var network = SimulatedNetwork()
        network.behaviour.holdsStreamsBack = true
        network.put(.start)
        network.run(seconds: 60)
        #expect(network.states == [.starting, .connecting, .polling])
        // Ten seconds without a byte, and the server answers otherwise.
        #expect(network.reports.last?.at == 10_100)
        #expect(network.memory["home"] == RememberedMeans(means: .poll, learnt: network.epoch + 10_100))
    }

    @Test func aStreamThatSoonFallsSilentBecomesPolls() {
        var network = SimulatedNetwork()
        network.put(.start)
        network.run(seconds: 20)
        #expect(network.state == .streaming)
        network.loseConnection(isCut: false)
        network.run(seconds: 60)
        #expect(network.state == .polling)
        // Over another connection.
        #expect(network.renewals == 1)
    }

    @Test func aStreamThatLivedLongIsOpenedAgain() {
        var network = SimulatedNetwork()
        network.put(.start)
        network.run(seconds: 100)
        network.loseConnection(isCut: false)
        network.run(seconds: 60)
        #expect(network.state == .streaming)
        #expect(network.exchanges.map(\.exchange) == [.catchUp, .stream, .catchUp, .stream])
        #expect(network.renewals == 1)
    }

    @Test func sleepIsNoSilence() {
        var network = SimulatedNetwork()
        network.put(.start)
        network.run(seconds: 20)
        network.sleep(seconds: 8 * 3600)
        network.run(seconds: 2)
        #expect(network.state == .streaming)
        #expect(network.exchanges.map(\.exchange) == [.catchUp, .stream, .catchUp, .stream])
    }

    @Test func silenceWhileAnAnswerIsKeptIsNone() {
        var network = SimulatedNetwork()
        network.put(.start)
        network.run(seconds: 1)
        network.put(.applying(2))
        network.loseConnection(isCut: false)
        network.run(seconds: 50)
        #expect(network.state == .streaming)
        network.put(.applied(2))
        network.run(seconds: 45)
        #expect(network.state == .polling)
    }

    @Test func streamsCutEarlyBecomePollsAndThenShorterOnes() {
        var network = SimulatedNetwork()
        network.behaviour.cutsAfter = 30_000
        network.put(.start)
        network.run(seconds: 600)
        #expect(network.states == [.starting, .connecting, .streaming, .polling, .shortPolling])
        let kinds = network.exchanges.map(\.exchange).filter { $0 != .catchUp }
        #expect(
            kinds.prefix(6) == [
                .stream, .stream, .stream, .poll(seconds: 50), .poll(seconds: 50), .poll(seconds: 25),
            ])
        #expect(kinds.dropFirst(6).allSatisfy { $0 == .poll(seconds: 25) })
        #expect(network.memory["home"]?.means == .shortPoll(seconds: 25))
    }

    @Test func pollsGetNoShorterThanTheShortest() {
        var network = SimulatedNetwork(isMado: false)
        network.behaviour.cutsAfter = 4000
        network.put(.start)
        network.run(seconds: 1200)
        #expect(network.exchanges.last?.exchange == .poll(seconds: 5) || network.exchanges.last?.exchange == .catchUp)
        #expect(network.state == .shortPolling)
        // Cut for ever, but never in a rush: there is a pause between two tries, up to five minutes.
        #expect(network.exchanges.count < 80)
    }

    @Test func whatCutsSilenceLetsStreamsLive() {
        var network = SimulatedNetwork()
        network.behaviour.cutsSilenceAfter = 30_000
        network.put(.start)
        network.run(seconds: 600)
        #expect(network.state == .streaming)
        #expect(network.exchanges.count == 2)
    }

    @Test func aKnownNetworkNeedsNoFindingOut() {
        let known = RememberedMeans(means: .shortPoll(seconds: 12), learnt: 1_767_225_600_000 - 60_000)
        var network = SimulatedNetwork(memory: ["home": known])
        network.put(.start)
        network.run(seconds: 20)
        #expect(network.exchanges.map(\.exchange).prefix(2) == [.catchUp, .poll(seconds: 12)])
        #expect(network.states == [.starting, .connecting, .shortPolling])
    }

    @Test func somethingBetterIsTriedLaterAndKeptWhenItWorks() {
        let known = RememberedMeans(means: .poll, learnt: 1_767_225_600_000)
        var network = SimulatedNetwork(memory: ["home": known])
        network.put(.start)
        network.run(seconds: 3500)
        #expect(network.state == .polling)
        network.run(seconds: 200)
        #expect(network.state == .streaming)
        network.run(seconds: 200)
        #expect(network.memory["home"]?.means == .stream)
    }

    @Test func somethingBetterThatFailsIsGivenUpAtOnce() {
        let known = RememberedMeans(means: .poll, learnt: 1_767_225_600_000 - 86_400_000)
        var network = SimulatedNetwork(memory: ["home": known])
        network.behaviour.holdsStreamsBack = true
        network.put(.start)
        network.run(seconds: 60)
        #expect(network.states == [.starting, .connecting, .polling])
        #expect(network.exchanges.map(\.exchange).prefix(4) == [.catchUp, .stream, .catchUp, .poll(seconds: 50)])
        network.run(seconds: 3500)
        #expect(network.exchanges.filter { $0.exchange == .stream }.count == 1)
        network.run(seconds: 200)
        #expect(network.exchanges.filter { $0.exchange == .stream }.count == 2)
    }

    @Test func shortPollsTryStreamsAndLongerPollsByTurns() {
        let known = RememberedMeans(means: .shortPoll(seconds: 12), learnt: 1_767_225_600_000)
        var network = SimulatedNetwork(memory: ["home": known])
        network.behaviour.holdsStreamsBack = true
        network.put(.start)
        network.run(seconds: 2 * 3600 + 120)
        let tried = network.exchanges.map(\.exchange).filter { ![.catchUp, .poll(seconds: 12)].contains($0) }
        #expect(tried.first == .stream)
        #expect(tried.dropFirst().first == .poll(seconds: 24))
        #expect(network.memory["home"]?.means == .shortPoll(seconds: 24))
    }

    @Test func aServerWithoutStreamsIsPolled() {
        var network = SimulatedNetwork()
        network.behaviour.streamFailure = .server(
            status: 404, errcode: "M_UNRECOGNIZED", message: nil, retryAfter: nil)
        network.put(.start)
        network.run(seconds: 10)
        #expect(network.exchanges.map(\.exchange) == [.catchUp, .stream, .poll(seconds: 50)])
        #expect(network.memory.isEmpty)
    }

    @Test func aServerThatIsGoneIsNoEvidenceAgainstStreams() {
        var network = SimulatedNetwork()
        network.put(.start)
        for _ in 0..<5 {
            network.run(seconds: 20)
            network.behaviour.isReachable = false
            network.loseConnection(isCut: true)
            network.run(seconds: 1)
            guard case .offline(_, .transport(.cannotConnect(host: "server")), _?) = network.state else {
                Issue.record("\(String(describing: network.state))")
                return
            }
            network.behaviour.isReachable = true
            network.run(seconds: 4)
            #expect(network.state == .streaming)
        }
    }

    @Test func aServerThatIsBackIsToldBeforeItsStream() {
        var network = SimulatedNetwork()
        network.behaviour.isReachable = false
        network.put(.start)
        network.run(seconds: 1)
        network.behaviour.isReachable = true
        network.behaviour.holdsStreamsBack = true
        network.run(seconds: 8)
        #expect(network.state == .connecting)
        network.run(seconds: 10)
        #expect(network.state == .polling)
    }

    @Test func triesAreFartherAndFartherApart() {
        var network = SimulatedNetwork()
        network.behaviour.isReachable = false
        network.put(.start)
        network.run(seconds: 3600)
        let tries = network.exchanges.map(\.at)
        let gaps = zip(tries, tries.dropFirst()).map { $1 - $0 }
        // Three quarters of 1, 2, 4 … 300 seconds, and the 50 milliseconds of the try itself.
        #expect(gaps.prefix(9) == [800, 1550, 3050, 6050, 12_050, 24_050, 48_050, 96_050, 192_050])
        #expect(gaps.dropFirst(9).allSatisfy { $0 == 225_050 })
        guard case .offline(let since, _, let retryAt?) = network.state else {
            Issue.record("not offline")
            return
        }
        #expect(since == network.epoch + 50 && retryAt > network.epoch + network.now)
    }

    @Test func aNewNetworkIsTriedAtOnce() {
        var network = SimulatedNetwork()
        network.behaviour.isReachable = false
        network.put(.start)
        network.run(seconds: 1000)
        network.behaviour.isReachable = true
        network.behaviour.name = "office"
        network.put(.networkChanged)
        network.run(seconds: 1)
        #expect(network.state == .streaming)
        #expect(network.renewals == 1)
    }

    @Test func whatTheServerAsksIsRespected() {
        var network = SimulatedNetwork()
        network.behaviour.isReachable = false
        network.behaviour.failure = .server(
            status: 429, errcode: "M_LIMIT_EXCEEDED", message: "slow down", retryAfter: 90_000)
        network.put(.start)
        network.run(seconds: 89)
        #expect(network.exchanges.count == 1)
        network.run(seconds: 2)
        #expect(network.exchanges.count == 2)
    }

    @Test func wrongCredentialsForTheProxyAreNotTriedAgain() {
        var network = SimulatedNetwork()
        network.behaviour.isReachable = false
        let problem = TransportError.proxyAuthenticationRequired(proxy: "http://p:1", schemes: ["NTLM"])
        network.behaviour.failure = .transport(problem)
        network.put(.start)
        network.run(seconds: 86_400)
        #expect(network.exchanges.count == 1)
        #expect(
            network.state == .offline(since: network.epoch + 50, problem: .transport(problem), retryAt: nil))
        network.behaviour.isReachable = true
        network.put(.reconnectNow)
        network.run(seconds: 1)
        #expect(network.state == .streaming)
    }

    @Test func aTokenThatIsGoneEndsIt() {
        var network = SimulatedNetwork()
        network.behaviour.isReachable = false
        network.behaviour.failure = .loggedOut(soft: true)
        network.put(.start)
        network.put(.networkChanged)
        network.run(seconds: 86_400)
        #expect(network.state == .loggedOut(soft: true))
        #expect(network.exchanges.count == 1)
    }

    @Test func anotherPresenceChangesTheStream() {
        var network = SimulatedNetwork()
        network.put(.start)
        network.run(seconds: 1)
        network.put(.presenceChanged)
        network.run(seconds: 1)
        #expect(network.exchanges.map(\.exchange) == [.catchUp, .stream, .stream])
        #expect(network.state == .streaming)
    }

    @Test func lateNewsOfAnEarlierExchangeIsIgnored() {
        var network = SimulatedNetwork()
        network.put(.start)
        network.run(seconds: 1)
        network.put(.failed(1, .loggedOut(soft: false)))
        network.put(.done(1))
        #expect(network.state == .streaming)
    }

    @Test func whatCannotBeKeptIsAskedForAgain() {
        var network = SimulatedNetwork()
        network.behaviour.isReachable = false
        network.behaviour.failure = .store("disk full")
        network.put(.start)
        network.run(seconds: 1)
        guard case .offline(_, .store("disk full"), _?) = network.state else {
            Issue.record("\(String(describing: network.state))")
            return
        }
    }
}
