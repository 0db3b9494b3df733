package import EventLoop
import MatrixAPI
package import Outbound
package import Store
import Synchronization

/// The providers: each gives items to a feed of its own. Programs and addresses are run at intervals or on request;
/// those who push come by themselves.
///
/// A provider that fails is asked again after longer and longer times; the administrators are told when it has failed
/// three times in a row, and when it works again.
package final class Providers: Sendable {
    package struct Settings: Sendable {
        /// The folder of programs that are named without one.
        package var folder = "/"
        package var limits = CGIProgram.Limits()
        package var serverName = "localhost"
        /// Runs that are remembered of each provider.
        package var runsKept = 200
        /// Failures in a row that the administrators are told of.
        package var failuresTold = 3
        /// A failing provider is asked at least so often, unless its own interval is longer.
        package var longestBackOff = Duration.seconds(6 * 3600)

        package init() {}
    }

    package static let shortestInterval = 2
    /// When a provider is looked at again of which the store could not be asked or told.
    private static let retry = Duration.seconds(60)

    let feeds: Feeds
    let runner: CGIRunner
    let http: HTTPClient
    let settings: Settings
    let clock: WallClock
    private let journal: Journal
    private let loop: EventLoop
    private let timers = Mutex<[String: LoopTimer]>([:])
    private let running = Mutex<Set<String>>([])
    private let counters = Mutex<(runs: Int64, failures: Int64)>((0, 0))
    private let failing = Mutex<Set<String>>([])
    private let isStarted = Atomic<Bool>(false)

    /// - Parameter loop: where the timers run.
    package init(
        feeds: Feeds, runner: CGIRunner, http: HTTPClient, loop: EventLoop, settings: Settings = Settings(),
        clock: WallClock = .system
    ) {
        self.feeds = feeds
        journal = feeds.journal
        self.runner = runner
        self.http = http
        self.loop = loop
        self.settings = settings
        self.clock = clock
    }

    /// Begins to run providers when they are due.
    package func start() async throws {
        isStarted.store(true, ordering: .relaxed)
        for provider in try await all() { schedule(provider) }
    }

    /// Runs nothing any more; what runs goes on.
    package func stop() {
        isStarted.store(false, ordering: .relaxed)
        for timer in timers.withLock({ $0 }).values { timer.cancel() }
    }

    /// Runs and failed runs since the start, and the providers whose last run failed.
    package var figures: (runs: Int64, failures: Int64, failing: Int) {
        let counted = counters.withLock { $0 }
        return (counted.runs, counted.failures, failing.withLock(\.count))
    }

    // MARK: Reading

    package func all() async throws -> [StoredProvider] { try await journal.store.read { try $0.providers() } }

    /// - Throws: `M_NOT_FOUND`.
    package func provider(_ name: String) async throws -> StoredProvider {
        guard let provider = try await journal.store.read({ try $0.provider(name) }) else { throw Self.unknown(name) }
        return provider
    }

    /// Newest first.
    package func runs(of name: String, limit: Int) async throws -> [StoredProviderRun] {
        _ = try await provider(name)
        return try await journal.store.read { try $0.providerRuns(of: name, limit: limit) }
    }

    static func unknown(_ name: String) -> MatrixError { MatrixError.notFound("There is no provider \(name)") }

    // MARK: Changing

    /// Switches a provider on or off.
    /// - Throws: `M_NOT_FOUND`.
    package func setEnabled(_ isEnabled: Bool, _ name: String) async throws {
        try await change(name) { provider in
            provider.isEnabled = isEnabled
            if isEnabled { provider.failures = 0 }
        }
    }

    /// A new token for pushing; the one before is worthless from now on.
    /// - Throws: `M_NOT_FOUND`.
    package func makeToken(for name: String) async throws -> String {
        let token = "mado_" + RandomBytes.token(32)
        let hash = TokenHash(of: token).bytes
        try await change(name) { $0.tokenHash = hash }
        return token
    }

    /// Takes a provider away; its feed stays unless it is to go too.
    /// - Throws: `M_NOT_FOUND`.
    package func remove(_ name: String, withFeed: Bool) async throws {
        let provider = try await provider(name)
        timers.withLock { $0.removeValue(forKey: name) }?.cancel()
        _ = try await journal.write { try $0.store.deleteProvider(name) }
        _ = failing.withLock { $0.remove(name) }
        if withFeed { try await feeds.portal.removeRoom(provider.room) }
    }

    func store(_ provider: StoredProvider) async throws {
        try await journal.write { transaction in
            guard try transaction.store.provider(provider.name) == nil else {
                throw MatrixError.invalidParam("There is a provider \(provider.name) already")
            }
            try transaction.store.setProvider(provider)
        }
        schedule(provider)
    }

    @discardableResult
    private func change(
        _ name: String, _ change: @escaping @Sendable (inout StoredProvider) -> Void
    ) async throws -> StoredProvider {
        let changed = try await journal.write { transaction in
            guard var provider = try transaction.store.provider(name) else { throw Self.unknown(name) }
            change(&provider)
            try transaction.store.setProvider(provider)
            return provider
        }
        schedule(changed)
        return changed
    }

    // MARK: Running

    private func schedule(_ provider: StoredProvider) {
        timers.withLock { $0.removeValue(forKey: provider.name) }?.cancel()
        guard isStarted.load(ordering: .relaxed), provider.isEnabled, provider.kind != .push, provider.interval > 0
        else {
            return
        }
        let name = provider.name
        setTimer(of: name, after: delay(until: provider)) { _ = try await $0.run(name) }
    }

    /// Calls `action` once, later. What the store refuses is tried again in a while: a provider is scheduled by what
    /// was written of its last run, and would not run any more.
    private func setTimer(
        of name: String, after delay: Duration, _ action: @escaping @Sendable (Providers) async throws -> Void
    ) {
        let new = loop.schedule(after: delay) { [weak self] in
            Task {
                guard let self else { return }
                do {
                    try await action(self)
                } catch is MatrixError {
                    // It was removed, or runs already and is scheduled by that run.
                } catch {
                    self.scheduleAgain(name)
                }
            }
        }
        timers.withLock { timers in
            defer { timers[name] = new }
            return timers[name]
        }?.cancel()
    }

    private func scheduleAgain(_ name: String) {
        guard isStarted.load(ordering: .relaxed) else { return }
        setTimer(of: name, after: Self.retry) { $0.schedule(try await $0.provider(name)) }
    }

    /// How long until a provider is due.
    func delay(until provider: StoredProvider) -> Duration {
        let interval = Int64(provider.interval) * 1000
        let longest = max(interval, settings.longestBackOff.milliseconds)
        let wait = provider.failures == 0 ? interval : min(longest, interval << min(Int64(provider.failures), 12))
        return .milliseconds(max(0, provider.lastRun + wait - clock.now))
    }

    /// Runs a provider now and returns how it went. One that runs already is not run a second time beside it.
    /// - Throws: `M_NOT_FOUND`; `M_INVALID_PARAM` for one that pushes, or runs already.
    @discardableResult
    package func run(_ name: String) async throws -> StoredProviderRun {
        let provider = try await provider(name)
        guard provider.kind != .push else { throw MatrixError.invalidParam("\(name) pushes by itself") }
        guard running.withLock({ $0.insert(name).inserted }) else {
            throw MatrixError.invalidParam("\(name) runs already")
        }
        defer { _ = running.withLock { $0.remove(name) } }
        let started = clock.now
        let begin = ContinuousClock.now
        let outcome = await attempt(provider)
        let duration = Int64((ContinuousClock.now - begin) / .milliseconds(1))
        let run = StoredProviderRun(
            provider: name, started: started, duration: duration, isGood: outcome.isGood, text: outcome.text)
        let (before, after): (StoredProvider, StoredProvider)
        do {
            (before, after) = try await note(run, outcome)
        } catch {
            // The timer may have come meanwhile, for nothing.
            if !(error is MatrixError) { scheduleAgain(name) }
            throw error
        }
        schedule(after)
        await tell(before, after)
        return run
    }

    struct Outcome: Sendable {
        var isGood = true
        /// What the administrator reads.
        var text = ""
        var entityTag: String?
        var lastModified: String?
    }

    private func attempt(_ provider: StoredProvider) async -> Outcome {
        do {
            return try await provider.kind == .program ? runProgram(provider) : fetchAddress(provider)
        } catch let error as MatrixError {
            return Outcome(isGood: false, text: error.message)
        } catch {
            return Outcome(isGood: false, text: "\(error)")
        }
    }

    /// Puts items into the provider's feed and says what became of them.
    func publish(_ items: [FeedItem], of provider: StoredProvider) async throws -> String {
        let receipt = try await feeds.publish(items, to: provider.room, by: provider.name)
        try await feeds.describeSeries(of: items, in: provider.room)
        return "\(receipt.accepted) new, \(receipt.updated) changed, \(receipt.unchanged) known"
    }

    private func note(
        _ run: StoredProviderRun, _ outcome: Outcome
    ) async throws -> (before: StoredProvider, after: StoredProvider) {
        counters.withLock { counters in
            counters.runs += 1
            if !run.isGood { counters.failures += 1 }
        }
        failing.withLock { failing in
            if run.isGood { failing.remove(run.provider) } else { failing.insert(run.provider) }
        }
        let now = clock.now
        return try await journal.write { [settings] transaction in
            guard let before = try transaction.store.provider(run.provider) else { throw Self.unknown(run.provider) }
            var after = before
            after.lastRun = now
            if run.isGood {
                after.failures = 0
                after.lastSuccess = now
                after.lastError = ""
                after.entityTag = outcome.entityTag
                after.lastModified = outcome.lastModified
            } else {
                after.failures += 1
                after.lastError = String(run.text.prefix(500))
            }
            try transaction.store.setProvider(after)
            try transaction.store.insertProviderRun(run, keeping: settings.runsKept)
            return (before, after)
        }
    }

    private func tell(_ before: StoredProvider, _ after: StoredProvider) async {
        let text: String
        if after.failures == settings.failuresTold {
            text = "The provider \(after.name) fails: \(after.lastError)"
        } else if after.failures == 0, before.failures >= settings.failuresTold {
            text = "The provider \(after.name) works again"
        } else {
            return
        }
        // That nobody could be told is no failure of the provider.
        try? await feeds.portal.tellAdministrators(text)
    }
}
