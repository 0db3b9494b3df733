import Synchronization

/// Keeps an account in step with its server: streams, polls, or connects at intervals, whatever the network lets
/// through and the user chose. `SyncMachine` decides; this carries it out. Any thread.
package final class SyncConnection: Sendable {
    private struct State {
        var inbox: AsyncStream<SyncMachine.Input>.Continuation?
        var running: Task<Void, Never>?
        var mode: ConnectionMode
        var presence = "online"
    }

    private let baseURL: String
    private let accessToken: String
    private let isMado: Bool
    private let filter: String?
    private let transport: any ClientTransport
    private let sink: any SyncSink
    private let memory: any NetworkMemory
    private let clock: any ConnectionClock
    private let timing: SyncTiming
    private let networkName: @Sendable () -> String
    private let onReport: @Sendable (ConnectionReport) -> Void
    private let state: Mutex<State>

    /// - Parameters:
    ///   - baseURL: of the server, without a slash at the end.
    ///   - isMado: whether the server has Mado's own endpoints.
    ///   - filter: for `/sync`: an identifier, or the filter itself as JSON.
    ///   - networkName: where the computer is connected, the same for the same network.
    ///   - onReport: called on any thread, in order, whenever the state changes.
    package init(
        baseURL: String, accessToken: String, isMado: Bool, transport: any ClientTransport, sink: any SyncSink,
        memory: any NetworkMemory, clock: any ConnectionClock = SystemConnectionClock(),
        mode: ConnectionMode = .continuous, filter: String? = nil, timing: SyncTiming = SyncTiming(),
        networkName: @escaping @Sendable () -> String = NetworkIdentity.current,
        onReport: @escaping @Sendable (ConnectionReport) -> Void
    ) {
        self.baseURL = baseURL
        self.accessToken = accessToken
        self.isMado = isMado
        self.filter = filter
        self.transport = transport
        self.sink = sink
        self.memory = memory
        self.clock = clock
        self.timing = timing
        self.networkName = networkName
        self.onReport = onReport
        state = Mutex(State(mode: mode))
    }

    // MARK: Commands

    /// Does nothing while it runs.
    package func start() {
        state.withLock { state in
            guard state.running == nil else { return }
            let (inputs, inbox) = AsyncStream<SyncMachine.Input>.makeStream()
            state.inbox = inbox
            let mode = state.mode
            state.running = Task { await self.run(inputs, inbox, mode) }
            inbox.yield(.start)
        }
    }

    /// Returns when nothing of it runs any more: what it received is applied or was never taken.
    package func stop() async {
        let running = state.withLock { state in
            state.inbox?.yield(.stop)
            state.inbox?.finish()
            state.inbox = nil
            return state.running
        }
        await running?.value
        state.withLock { state in
            if state.inbox == nil { state.running = nil }
        }
    }

    package func setMode(_ mode: ConnectionMode) {
        state.withLock { state in
            state.mode = mode
            state.inbox?.yield(.mode(mode))
        }
    }

    /// The computer's addresses or routes are others now.
    package func networkChanged() { put(.networkChanged) }

    /// Does not wait for the next try; in interval mode, connects once out of turn. To be called after the transport
    /// has other settings.
    package func reconnectNow() { put(.reconnectNow) }

    /// What requests say of the member's presence: `online`, `unavailable` or `offline`.
    package func setPresence(_ presence: String) {
        state.withLock { state in
            guard state.presence != presence else { return }
            state.presence = presence
            state.inbox?.yield(.presenceChanged)
        }
    }

    private func put(_ input: SyncMachine.Input) {
        state.withLock { _ = $0.inbox?.yield(input) }
    }

    // MARK: Carrying out

    /// What runs for the machine. Confined to the task of `run`.
    private struct Work {
        var exchange: Task<Void, Never>?
        var timer: Task<Void, Never>?
        /// Calls of the sink that the machine does not wait for, or only in interval mode.
        var calls: [Int: Task<Void, Never>] = [:]
        var lastCall = 0
        var network = ""
        var proxy: String?
    }

    private func run(
        _ inputs: AsyncStream<SyncMachine.Input>, _ inbox: AsyncStream<SyncMachine.Input>.Continuation,
        _ mode: ConnectionMode
    ) async {
        let clock = clock
        var machine = SyncMachine(
            isMado: isMado, mode: mode, timing: timing, random: { Double.random(in: 0...1) },
            nextTime: TimeOfDay.next)
        var work = Work()
        for await input in inputs {
            if case .network(let name, _) = input { work.network = name }
            for action in machine.handle(input, at: clock.now()) {
                await perform(action, &work, inbox)
            }
        }
        work.timer?.cancel()
        work.exchange?.cancel()
        await work.exchange?.value
        for call in work.calls.values {
            call.cancel()
            await call.value
        }
    }

    private func perform(
        _ action: SyncMachine.Action, _ work: inout Work, _ inbox: AsyncStream<SyncMachine.Input>.Continuation
    ) async {
        switch action {
        case .lookUpNetwork:
            work.proxy = await transport.proxy(for: baseURL)
            let name = [work.proxy, networkName()].compactMap { $0 }.joined(separator: " ")
            inbox.yield(.network(name: name, await memory.means(in: name)))
        case .begin(let id, let exchange): await begin(id, exchange, &work, inbox)
        case .cancel: work.exchange?.cancel()
        case .wake(let uptime):
            work.timer?.cancel()
            work.timer = uptime.map { setTimer($0, inbox) }
        case .report(let state): onReport(ConnectionReport(state: state, proxy: work.proxy))
        case .remember(let means, let network): await memory.remember(means, in: network)
        case .drain:
            call(&work, inbox) { [sink] in
                await sink.drainOutbox()
                return .drained
            }
        case .announce(let seconds):
            call(&work, inbox) { [sink] in
                do {
                    try await sink.announce(connectsEvery: seconds)
                    return .announced(true)
                } catch {
                    return .announced(false)
                }
            }
        case .renewTransport: transport.networkChanged()
        }
    }

    private func begin(
        _ id: Int, _ exchange: SyncMachine.Exchange, _ work: inout Work,
        _ inbox: AsyncStream<SyncMachine.Input>.Continuation
    ) async {
        let previous = work.exchange
        let runner = SyncExchange(
            baseURL: baseURL, accessToken: accessToken, filter: filter, presence: state.withLock { $0.presence },
            timing: timing, transport: transport, sink: sink)
        work.exchange = Task {
            // Two at once could apply an older answer after a newer one.
            await previous?.value
            await runner.run(exchange, id: id) { inbox.yield($0) }
        }
    }

    private func setTimer(_ uptime: Int64, _ inbox: AsyncStream<SyncMachine.Input>.Continuation) -> Task<Void, Never> {
        Task { [clock] in
            let wait = uptime - clock.now().uptime
            do {
                if wait > 0 { try await clock.sleep(milliseconds: wait) }
                inbox.yield(.timer)
            } catch {}
        }
    }

    private func call(
        _ work: inout Work, _ inbox: AsyncStream<SyncMachine.Input>.Continuation,
        _ body: @escaping @Sendable () async -> SyncMachine.Input
    ) {
        work.lastCall += 1
        work.calls = work.calls.filter { $0.key > work.lastCall - 8 }
        work.calls[work.lastCall] = Task { inbox.yield(await body()) }
    }
}
