import JSON

/// Where an account's connection brings what it receives: into the store, and from there into the models.
struct AccountSync: SyncSink {
    let engine: AccountEngine
    let sender: OutboxSender

    /// A first answer of somebody with many rooms is long.
    private static let limits = JSONLimits(
        maximumDepth: JSONLimits.largestDepth, maximumBytes: 512 << 20, maximumNodes: 64 << 20)

    func nextBatch() async -> String? { try? await engine.store.read { try $0.value(SyncApplication.token) } }

    func apply(_ answer: [UInt8]) async throws {
        let value = try JSONValue.parse(answer: answer, limits: Self.limits)
        let (owner, now) = (engine.owner, engine.clock.now().wall)
        let sendsContacts = try await engine.change { database, changes in
            var application = try SyncApplication(database: database, owner: owner, now: now)
            try application.apply(value)
            changes = application.changes
            return changes.contacts ? try database.hasUnsentContacts : false
        }
        if sendsContacts { Task { await sender.drain() } }
    }

    func drainOutbox() async {
        engine.forgetRefusals()
        await engine.sendOwnPresence()
        await engine.sendReadMarks()
        await engine.sendOutcomes()
        await sender.drain()
    }

    func announce(connectsEvery seconds: Int?) async throws {
        guard engine.isMado else { return }
        try await engine.store.write { database in
            try database.setValue(seconds.map { String($0) }, for: OwnPresence.interval)
        }
        try await engine.putPresence()
    }
}
