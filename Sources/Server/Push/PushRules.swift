import JSON
package import MatrixAPI
package import Store

/// Members' push rules: kept as account data, ready to be evaluated in memory.
///
/// Learns of changes by observing the journal; to be added as observer before all that count with the rules.
///
/// Source: Client-Server API, "Push Rules".
package final class PushRules: PushRuleSource, JournalObserver {
    static let accountDataType = "m.push_rules"

    private let journal: Journal
    private let rulesets = LoadingCache<UserID, PushRuleset>()

    package init(journal: Journal) { self.journal = journal }

    package func prepare(for publication: Publication) {
        for change in publication.changes {
            guard case .accountData(let user, nil, Self.accountDataType, let content) = change.kind else { continue }
            if let content = try? JSONValue.stored(content) {
                rulesets.publish(user, at: publication.position) { $0 = PushRuleset(owner: user, content: content) }
            } else {
                rulesets.invalidate(user, at: publication.position)
            }
        }
    }

    /// nil when only the store knows and `reader` is nil.
    package func ruleset(of user: UserID, _ reader: (any StoreReader)?) throws -> PushRuleset? {
        if let known = rulesets.value(user) { return known }
        guard let reader else { return nil }
        return try rulesets.value(user, asOf: reader.lastPosition()) { try Self.load(user, reader) }
    }

    /// The rules as they are now.
    package func ruleset(of user: UserID) async throws -> PushRuleset {
        if let known = rulesets.value(user) { return known }
        let loaded = try await journal.store.read { [self] reader in try ruleset(of: user, reader) }
        return loaded ?? PushRuleset(owner: user)
    }

    private static func load(_ user: UserID, _ reader: some AccountDataReading) throws -> PushRuleset {
        let stored = try reader.accountData(of: user, room: nil, type: accountDataType)
        guard let stored, !stored.isDeleted else { return PushRuleset(owner: user) }
        return PushRuleset(owner: user, content: try JSONValue.stored(stored.json))
    }

    /// Changes the rules and tells the member's devices.
    /// - Throws: what `change` throws.
    func change(_ user: UserID, _ change: @escaping @Sendable (inout PushRuleset) throws -> Void) async throws {
        try await journal.write { transaction in
            var ruleset = try Self.load(user, transaction.store)
            try change(&ruleset)
            try transaction.setAccountData(Self.accountDataType, room: nil, content: ruleset.json, of: user)
        }
    }
}
