internal import CurlKit

/// Which means brings news in this network: goes down when one is found out not to work, and up from time to time.
struct SyncLadder {
    enum Suspicion: Equatable {
        /// Nothing of the stream arrives in time.
        case streamHeldBack
        case streamCut
        case pollCut
    }

    let isMado: Bool
    let timing: SyncTiming
    private(set) var means: SyncMeans
    private(set) var network: String?
    private var suspicion: Suspicion?
    private var streamCuts = 0
    private var pollCuts = 0
    private var hasStream: Bool
    /// While something better is tried: what worked before.
    private var fallback: SyncMeans?
    /// Uptime at which something better is tried.
    private var betterAt: Int64?
    private var trials = 0
    private var remembered: SyncMeans?

    init(isMado: Bool, timing: SyncTiming) {
        self.isMado = isMado
        self.timing = timing
        hasStream = isMado
        means = isMado ? .stream : .poll
    }

    /// In a network, perhaps the same as before.
    mutating func entered(_ name: String, _ known: RememberedMeans?, _ now: ConnectionInstant) {
        guard name != network else { return }
        network = name
        suspicion = nil
        streamCuts = 0
        pollCuts = 0
        fallback = nil
        betterAt = nil
        remembered = known?.means
        means = known?.means ?? best
        if means == .stream, !hasStream { means = .poll }
        if let known, means != best {
            let left = known.learnt + timing.betterAfter.wholeMilliseconds - now.wall
            betterAt = now.uptime + max(0, min(left, timing.betterAfter.wholeMilliseconds))
            tryBetter(now)
        }
    }

    private var best: SyncMeans { hasStream ? .stream : .poll }

    // MARK: Down

    mutating func suspect(_ what: Suspicion) { suspicion = what }

    /// It was not the means: the server could not be reached at all.
    mutating func acquit() {
        suspicion = nil
        streamCuts = 0
    }

    /// The server can be reached although the means failed. What is to be remembered, when that changes the means.
    mutating func confirmed(_ now: ConnectionInstant) -> RememberedMeans? {
        guard let suspicion else { return nil }
        self.suspicion = nil
        switch suspicion {
        case .streamHeldBack: return descend(now)
        case .streamCut:
            streamCuts += 1
            return streamCuts >= timing.streamCuts ? descend(now) : nil
        case .pollCut:
            pollCuts += 1
            return pollCuts >= timing.pollCuts || fallback != nil ? descend(now) : nil
        }
    }

    private mutating func descend(_ now: ConnectionInstant) -> RememberedMeans {
        streamCuts = 0
        pollCuts = 0
        if let fallback {
            means = fallback
            self.fallback = nil
        } else {
            means = below(means)
        }
        betterAt = now.uptime + timing.betterAfter.wholeMilliseconds
        remembered = means
        return RememberedMeans(means: means, learnt: now.wall)
    }

    private func below(_ means: SyncMeans) -> SyncMeans {
        switch means {
        case .stream: .poll
        case .poll: .shortPoll(seconds: max(timing.pollSeconds / 2, timing.shortestPollSeconds))
        case .shortPoll(let seconds): .shortPoll(seconds: max(seconds / 2, timing.shortestPollSeconds))
        }
    }

    mutating func streamIsUnknown() {
        hasStream = false
        fallback = nil
        if means == .stream { means = .poll }
    }

    // MARK: Up

    /// The means did what it is for. What is to be remembered, when that is news.
    mutating func proved(_ now: ConnectionInstant) -> RememberedMeans? {
        streamCuts = 0
        pollCuts = 0
        if fallback != nil {
            fallback = nil
            betterAt = means == best ? nil : now.uptime + timing.betterAfter.wholeMilliseconds
        }
        guard remembered != means else { return nil }
        remembered = means
        return RememberedMeans(means: means, learnt: now.wall)
    }

    /// Changes to something better when it is time to try that.
    mutating func tryBetter(_ now: ConnectionInstant) {
        guard fallback == nil, let betterAt, betterAt <= now.uptime, means != best else { return }
        fallback = means
        means = above(means)
        trials += 1
        self.betterAt = nil
    }

    /// By turns a stream and a longer poll: either may work where the other does not.
    private func above(_ means: SyncMeans) -> SyncMeans {
        guard case .shortPoll(let seconds) = means, !hasStream || trials % 2 == 1 else { return best }
        return seconds * 2 >= timing.pollSeconds ? .poll : .shortPoll(seconds: seconds * 2)
    }
}
