internal import CurlKit

/// Decides what a connection does next. No I/O: it is told what happened and when, and says what to do.
///
/// A connection begins with a *catch-up*, a poll that does not wait: its answer is there at once or never, so it tells
/// whether the server can be reached. Only when it succeeds does the failure of a stream or of a waiting poll say
/// anything about the network. Three means bring news at once, from best to worst: a stream, polls, shorter polls; the
/// *ladder* (`SyncMachine+Ladder`) goes down when a means is found out not to work here, and up again from time to time.
///
/// Invariants: at most one exchange is under way; what is told of another is ignored. One timer.
struct SyncMachine {
    enum Exchange: Sendable, Equatable {
        case catchUp
        case stream
        case poll(seconds: Int)
    }

    enum Input: Sendable, Equatable {
        case start
        case stop
        case mode(ConnectionMode)
        case networkChanged
        /// The user, or new settings.
        case reconnectNow
        /// What the requests say of the member's presence is another now.
        case presenceChanged
        /// The network's name and what is remembered of it.
        case network(name: String, RememberedMeans?)
        /// Bytes of a stream, whatever they are.
        case received(Int)
        /// An answer has arrived and is being put on the disk, which may take its time.
        case applying(Int)
        case applied(Int)
        /// The exchange came to its end: a poll's answer is applied, a stream was closed.
        case done(Int)
        case failed(Int, SyncFailure)
        case drained
        case announced(Bool)
        case timer
    }

    enum Action: Sendable, Equatable {
        /// Answered with `network`.
        case lookUpNetwork
        case begin(Int, Exchange)
        case cancel
        /// The only timer, at this uptime; nil for none.
        case wake(Int64?)
        case report(ConnectionState)
        case remember(RememberedMeans, network: String)
        /// Answered with `drained`.
        case drain
        /// Answered with `announced`.
        case announce(connectsEvery: Int?)
        case renewTransport
    }

    enum Phase: Equatable {
        case stopped
        case identifying
        case catchingUp(Int)
        case streaming(Int, began: Int64, heard: Int64?, isApplying: Bool)
        case polling(Int, seconds: Int, began: Int64)
        /// After a failure, or shortly between two streams.
        case waiting(until: Int64)
        /// In interval mode: connected, and what waits is being sent.
        case announcing
        case draining
        /// In interval mode: not connected until then (milliseconds since 1970).
        case resting(until: Int64)
        /// By choice, or until somebody does something.
        case offline
        case loggedOut
    }

    /// A timer that comes later than this, in milliseconds, has slept.
    private static let sleepDelay: Int64 = 5000

    let isMado: Bool
    let timing: SyncTiming
    /// From 0 to 1.
    let random: @Sendable () -> Double
    let nextTime: @Sendable ([Int], Int64) -> Int64

    var phase = Phase.stopped
    var mode: ConnectionMode
    var actions: [Action] = []
    var ladder: SyncLadder
    var lastExchange = 0
    /// Connections that failed, one after the other.
    var failures = 0
    /// Streams and polls that failed, one after the other, although the server could be reached.
    var stumbles = 0
    var offlineSince: Int64?
    private var reported: ConnectionState?
    private var wake: Int64?
    /// What the others were told about when we connect; nil before anything was told.
    var told: Int??
    var telling: Int??
    /// In interval mode: what waited was sent, and the last catch-up of this connection is under way.
    var isLeaving = false

    init(
        isMado: Bool, mode: ConnectionMode, timing: SyncTiming, random: @escaping @Sendable () -> Double,
        nextTime: @escaping @Sendable ([Int], Int64) -> Int64
    ) {
        self.isMado = isMado
        self.mode = mode
        self.timing = timing
        self.random = random
        self.nextTime = nextTime
        ladder = SyncLadder(isMado: isMado, timing: timing)
    }

    mutating func handle(_ input: Input, at now: ConnectionInstant) -> [Action] {
        actions = []
        take(input, now)
        let next = deadline(now)
        if next != wake {
            wake = next
            actions.append(.wake(next))
        }
        return actions
    }

    private mutating func take(_ input: Input, _ now: ConnectionInstant) {
        switch input {
        case .start: if phase == .stopped { enterMode(now) }
        case .stop:
            cancelExchange()
            phase = .stopped
        case .mode(let new): changeMode(new, now)
        case .networkChanged: networkChanged(now)
        case .reconnectNow: reconnectNow(now)
        case .presenceChanged: presenceChanged(now)
        case .network(let name, let remembered): identified(name, remembered, now)
        case .received, .applying, .applied, .done, .failed: takeFromExchange(input, now)
        case .drained: if phase == .draining { catchUp(leaving: true) }
        case .announced(let succeeded): announced(succeeded)
        case .timer:
            // The timer that was set before the last change may still arrive.
            if let deadline = deadline(now), deadline <= now.uptime { timerFired(now) } else { wake = nil }
        }
    }

    // MARK: Connecting

    mutating func connect() {
        isLeaving = false
        phase = .identifying
        actions.append(.lookUpNetwork)
    }

    private mutating func identified(_ name: String, _ remembered: RememberedMeans?, _ now: ConnectionInstant) {
        guard phase == .identifying else { return }
        ladder.entered(name, remembered, now)
        catchUp(leaving: false)
    }

    mutating func catchUp(leaving: Bool) {
        isLeaving = leaving
        phase = .catchingUp(begin(.catchUp))
    }

    private mutating func begin(_ exchange: Exchange) -> Int {
        lastExchange += 1
        actions.append(.begin(lastExchange, exchange))
        return lastExchange
    }

    mutating func cancelExchange() {
        switch phase {
        case .catchingUp, .streaming, .polling: actions.append(.cancel)
        default: break
        }
    }

    /// The server was reached.
    mutating func caughtUp(_ now: ConnectionInstant) {
        failures = 0
        offlineSince = nil
        switch mode {
        case .continuous:
            if let changed = ladder.confirmed(now) { remember(changed) }
            announceIfNeeded(now)
            actions.append(.drain)
            beginMeans(now)
        case .interval, .times:
            if isLeaving { return rest(now) }
            phase = .announcing
            if !announceIfNeeded(now) { drain() }
        case .offline: phase = .offline
        }
    }

    mutating func beginMeans(_ now: ConnectionInstant) {
        switch ladder.means {
        case .stream:
            if case .offline = reported { report(.connecting) }
            phase = .streaming(begin(.stream), began: now.uptime, heard: nil, isApplying: false)
        case .poll:
            report(.polling)
            beginPoll(timing.pollSeconds, now)
        case .shortPoll(let seconds):
            report(.shortPolling)
            beginPoll(seconds, now)
        }
    }

    private mutating func beginPoll(_ seconds: Int, _ now: ConnectionInstant) {
        phase = .polling(begin(.poll(seconds: seconds)), seconds: seconds, began: now.uptime)
    }

    mutating func remember(_ means: RememberedMeans) {
        if let network = ladder.network { actions.append(.remember(means, network: network)) }
    }

    // MARK: Failing

    mutating func connectionFailed(_ failure: SyncFailure, _ now: ConnectionInstant) {
        ladder.acquit()
        stumbles = 0
        if case .loggedOut(let soft) = failure {
            phase = .loggedOut
            return report(.loggedOut(soft: soft))
        }
        failures += 1
        let since = offlineSince ?? now.wall
        offlineSince = since
        if failure.needsSomebody {
            phase = .offline
            return report(.offline(since: since, problem: failure.problem, retryAt: nil))
        }
        let delay = max(backOff(failures), failure.retryAfter)
        phase = .waiting(until: now.uptime + delay)
        report(.offline(since: since, problem: failure.problem, retryAt: now.wall + delay))
    }

    /// Exponential, and somewhere between half of it and all, so that a server that comes back is not met by everybody
    /// at once.
    func backOff(_ failures: Int) -> Int64 {
        let longest = timing.longestRetry.wholeMilliseconds
        let first = timing.firstRetry.wholeMilliseconds
        let whole = failures > 20 ? longest : min(longest, first << Int64(failures - 1))
        return Int64(Double(whole) * (0.5 + 0.5 * random()))
    }

    // MARK: The timer

    private func deadline(_ now: ConnectionInstant) -> Int64? {
        switch phase {
        case .waiting(let until): until
        case .resting(let until): now.uptime + max(0, until - now.wall)
        case .streaming(_, let began, nil, false): began + timing.streamOpening.wholeMilliseconds
        case .streaming(_, _, let heard?, false): heard + timing.streamSilence.wholeMilliseconds
        default: nil
        }
    }

    private mutating func timerFired(_ now: ConnectionInstant) {
        let delay = wake.map { now.uptime - $0 } ?? 0
        wake = nil
        switch phase {
        case .waiting: connect()
        case .resting:
            report(.connecting)
            connect()
        case .streaming(_, let began, let heard, _):
            // Its connection may be one that nobody knows any more, and must not serve for the question.
            actions += [.cancel, .renewTransport]
            // Somebody on the way keeps what was sent, unless this stream has lived long, or the computer slept.
            let hasLived = heard.map { $0 - began >= timing.streamWorthwhile.wholeMilliseconds } ?? false
            if hasLived || delay > Self.sleepDelay { ladder.acquit() } else { ladder.suspect(.streamHeldBack) }
            catchUp(leaving: false)
        default: break
        }
    }

    mutating func report(_ state: ConnectionState) {
        guard state != reported else { return }
        reported = state
        actions.append(.report(state))
    }
}
