/// How large the journal's batches are and how long each takes to reach the disk.
package struct JournalMetrics: Sendable {
    let proposals: Histogram
    let duration: Histogram

    package init(_ metrics: Metrics) {
        proposals = metrics.histogram(
            "mado_journal_batch_proposals", "Proposals in a transaction.", buckets: Histogram.counts)
        duration = metrics.histogram(
            "mado_journal_batch_seconds", "From a transaction's begin to its commit on the disk.",
            buckets: Histogram.seconds)
    }
}
