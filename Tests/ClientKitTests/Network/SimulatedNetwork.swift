@testable import ClientKit

/// A `SyncMachine` in a network that behaves as a test says, with a clock that jumps from event to event.
struct SimulatedNetwork {
    /// What the network does to exchanges. Times in milliseconds.
    struct Behaviour {
        var isReachable = true
        var failure = SyncFailure.transport(.cannotConnect(host: "server"))
        var holdsStreamsBack = false
        /// Everything that takes longer is cut.
        var cutsAfter: Int64?
        /// What is silent for longer is cut; a stream's comments keep it alive.
        var cutsSilenceAfter: Int64?
        var streamFailure: SyncFailure?
        var name = "home"
    }

    private static let trip: Int64 = 50
    private static let heartbeat: Int64 = 15_000

    var behaviour = Behaviour()
    private(set) var now: Int64 = 0
    /// Milliseconds since 1970 at the start: a midnight in UTC.
    let epoch: Int64 = 1_767_225_600_000
    private(set) var machine: SyncMachine
    private var events: [(at: Int64, input: SyncMachine.Input)] = []
    private var timer: Int64?
    private(set) var memory: [String: RememberedMeans] = [:]

    private(set) var reports: [(at: Int64, state: ConnectionState)] = []
    private(set) var exchanges: [(at: Int64, exchange: SyncMachine.Exchange)] = []
    private(set) var announced: [Int?] = []
    private(set) var drains: [Int64] = []
    private(set) var renewals = 0

    var state: ConnectionState? { reports.last?.state }
    var states: [ConnectionState] { reports.map(\.state) }

    init(
        isMado: Bool = true, mode: ConnectionMode = .continuous, timing: SyncTiming = SyncTiming(),
        memory: [String: RememberedMeans] = [:]
    ) {
        machine = SyncMachine(
            isMado: isMado, mode: mode, timing: timing, random: { 0.5 },
            nextTime: { minutes, wall in
                let day = wall / 86_400_000 * 86_400_000
                return minutes.flatMap { [day + Int64($0) * 60_000, day + Int64($0 + 1440) * 60_000] }
                    .filter { $0 > wall }.min()!
            })
        self.memory = memory
    }

    mutating func put(_ input: SyncMachine.Input) {
        for action in machine.handle(input, at: ConnectionInstant(uptime: now, wall: epoch + now)) { perform(action) }
    }

    mutating func run(seconds: Int64) { run(until: now + seconds * 1000) }

    mutating func run(until end: Int64) {
        while let (at, input) = takeEvent(until: end) {
            now = max(now, at)
            put(input)
        }
        now = end
    }

    /// The next of what happens by then.
    private mutating func takeEvent(until end: Int64) -> (at: Int64, input: SyncMachine.Input)? {
        let index = events.indices.min { events[$0].at < events[$1].at }
        if let timer, timer <= end, index.map({ events[$0].at > timer }) ?? true {
            self.timer = nil
            return (timer, .timer)
        }
        guard let index, events[index].at <= end else { return nil }
        return events.remove(at: index)
    }

    private mutating func perform(_ action: SyncMachine.Action) {
        switch action {
        case .lookUpNetwork: events.append((now, .network(name: behaviour.name, memory[behaviour.name])))
        case .begin(let id, let exchange):
            exchanges.append((now, exchange))
            begin(id, exchange)
        case .cancel: events.removeAll { $0.input.isOfExchange }
        case .wake(let at): timer = at
        case .report(let state): reports.append((now, state))
        case .remember(let means, let network): memory[network] = means
        case .drain:
            drains.append(now)
            events.append((now + Self.trip, .drained))
        case .announce(let seconds):
            announced.append(seconds)
            events.append((now + Self.trip, .announced(true)))
        case .renewTransport: renewals += 1
        }
    }

    private mutating func begin(_ id: Int, _ exchange: SyncMachine.Exchange) {
        guard behaviour.isReachable else {
            events.append((now + Self.trip, .failed(id, behaviour.failure)))
            return
        }
        switch exchange {
        case .catchUp: events.append((now + Self.trip, .done(id)))
        case .poll(let seconds):
            let cut = [behaviour.cutsAfter, behaviour.cutsSilenceAfter].compactMap { $0 }.min() ?? .max
            let wait = Int64(seconds) * 1000
            events.append(wait < cut ? (now + wait, .done(id)) : (now + cut, .failed(id, .transport(.cut))))
        case .stream: beginStream(id)
        }
    }

    private mutating func beginStream(_ id: Int) {
        if let failure = behaviour.streamFailure {
            events.append((now + Self.trip, .failed(id, failure)))
            return
        }
        let end = behaviour.cutsAfter ?? 86_400_000
        if !behaviour.holdsStreamsBack {
            events.append((now + Self.trip, .received(id)))
            events += stride(from: Self.heartbeat, to: end, by: Int(Self.heartbeat)).map { (now + $0, .received(id)) }
        }
        events.append((now + end, .failed(id, .transport(.cut))))
    }

    /// The computer sleeps; its connections are forgotten meanwhile.
    mutating func sleep(seconds: Int64) {
        loseConnection(isCut: false)
        now += seconds * 1000
    }

    /// What is under way gets no further.
    mutating func loseConnection(isCut: Bool) {
        let under = events.first { $0.input.isOfExchange }?.input.id
        events.removeAll { $0.input.isOfExchange }
        if isCut, let under { events.append((now, .failed(under, .transport(.cut)))) }
    }
}

extension SyncMachine.Input {
    fileprivate var isOfExchange: Bool { id != nil }

    fileprivate var id: Int? {
        switch self {
        case .received(let id), .applying(let id), .applied(let id), .done(let id), .failed(let id, _): id
        default: nil
        }
    }
}
