extension Metrics {
    /// Adds what the journal counts.
    package func observeJournal(_ journal: Journal) {
        func observe(_ name: String, _ help: String, _ value: @escaping @Sendable (Journal.Statistics) -> Int64) {
            self.observe(name, .counter, help) { Double(value(journal.statistics)) }
        }
        observe("mado_journal_batches_total", "Transactions committed.", \.batches)
        observe("mado_journal_proposals_total", "Proposals in these.", \.proposals)
        observe("mado_journal_changes_total", "Changes that clients learn of.", \.changes)
        observe("mado_journal_batches_failed_total", "Transactions that could not be written.", \.failedBatches)
        self.observe("mado_journal_position", .counter, "The newest position.") { Double(journal.position) }
    }
}
