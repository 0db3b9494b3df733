internal import CurlKit

extension SyncMachine {
    /// What is told of the exchange under way; of an earlier one it is too late.
    mutating func takeFromExchange(_ input: Input, _ now: ConnectionInstant) {
        guard let exchange, input.exchange == exchange else { return }
        switch (phase, input) {
        case (.catchingUp, .done): caughtUp(now)
        case (.catchingUp, .failed(_, let failure)): connectionFailed(failure, now)
        case (.streaming(_, let began, let heard, let isApplying), _):
            takeFromStream(exchange, input, began, heard, isApplying, now)
        case (.polling(_, let seconds, let began), .done): pollDone(seconds, began, now)
        case (.polling(_, _, let began), .failed(_, let failure)): pollFailed(failure, began, now)
        default: return
        }
    }

    private mutating func takeFromStream(
        _ id: Int, _ input: Input, _ began: Int64, _ heard: Int64?, _ isApplying: Bool, _ now: ConnectionInstant
    ) {
        switch input {
        case .received:
            report(.streaming)
            phase = .streaming(id, began: began, heard: now.uptime, isApplying: isApplying)
            streamLives(since: began, now)
        case .applying: phase = .streaming(id, began: began, heard: now.uptime, isApplying: true)
        case .applied: phase = .streaming(id, began: began, heard: now.uptime, isApplying: false)
        case .done: streamOver(began, wasHeard: heard != nil, now)
        case .failed(_, let failure): streamFailed(failure, began, wasHeard: heard != nil, now)
        default: return
        }
    }

    /// The exchange under way.
    private var exchange: Int? {
        switch phase {
        case .catchingUp(let id), .streaming(let id, _, _, _), .polling(let id, _, _): id
        default: nil
        }
    }

    // MARK: Streams

    private mutating func streamLives(since began: Int64, _ now: ConnectionInstant) {
        guard now.uptime - began >= timing.streamWorthwhile.wholeMilliseconds else { return }
        stumbles = 0
        if let proven = ladder.proved(now) { remember(proven) }
    }

    /// Closed or cut. That happens; when it happens early and often, it is the network's way.
    private mutating func streamOver(_ began: Int64, wasHeard: Bool, _ now: ConnectionInstant) {
        let isEarly = now.uptime - began < timing.streamWorthwhile.wholeMilliseconds
        if isEarly { ladder.suspect(wasHeard ? .streamCut : .streamHeldBack) } else { ladder.acquit() }
        stumble(now)
    }

    private mutating func streamFailed(
        _ failure: SyncFailure, _ began: Int64, wasHeard: Bool, _ now: ConnectionInstant
    ) {
        switch failure {
        case .server(let status, _, _, _) where [404, 405, 501].contains(status):
            // A Mado server without this endpoint, or something that knows Matrix's endpoints only.
            ladder.streamIsUnknown()
            beginMeans(now)
        case .server(429, _, _, _), .loggedOut, .store: connectionFailed(failure, now)
        case .server: streamOver(began, wasHeard: wasHeard, now)
        case .transport where failure.isCut: streamOver(began, wasHeard: wasHeard, now)
        case .transport: connectionFailed(failure, now)
        }
    }

    // MARK: Polls

    private mutating func pollDone(_ seconds: Int, _ began: Int64, _ now: ConnectionInstant) {
        stumbles = 0
        // One that news ended early does not say how long they may wait.
        if now.uptime - began >= Int64(seconds) * 900, let proven = ladder.proved(now) { remember(proven) }
        ladder.tryBetter(now)
        beginMeans(now)
    }

    private mutating func pollFailed(_ failure: SyncFailure, _ began: Int64, _ now: ConnectionInstant) {
        guard failure.isCut else { return connectionFailed(failure, now) }
        if now.uptime - began >= timing.meaningfulCut.wholeMilliseconds { ladder.suspect(.pollCut) }
        stumble(now)
    }

    /// The connection is taken up again, at first soon.
    private mutating func stumble(_ now: ConnectionInstant) {
        stumbles += 1
        // Everybody who hung on a server that restarts comes back within a second, not at once.
        let delay = stumbles == 1 ? Int64(random() * 1000) : backOff(stumbles - 1)
        phase = .waiting(until: now.uptime + delay)
    }
}

extension SyncMachine.Input {
    /// Which exchange this tells of.
    fileprivate var exchange: Int? {
        switch self {
        case .received(let id), .applying(let id), .applied(let id), .done(let id), .failed(let id, _): id
        default: nil
        }
    }
}
