package import EventLoop
import Store

/// Removes what nothing refers to: identifiers that were never used, files whose upload did not get as far as the
/// database, and, where the administrator wants it, files that nothing names any more.
package final class MediaCleaning: Sendable {
    /// How often it looks.
    private static let interval = Duration.seconds(3600)
    /// Files younger than this are left alone, in seconds.
    private static let leastAge: Int64 = 3600
    /// Identifiers forgotten in one proposal.
    private static let limit = 1000

    /// How long is kept what nothing names; nil for ever.
    package struct Retention: Sendable {
        package var unused: Duration?
        /// Files that encrypted messages may name: the server cannot see whether they do.
        package var unreadable: Duration?
        /// Pictures of previews, which can be fetched again.
        package var preview: Duration? = .seconds(7 * 86_400)
        package init() {}
    }

    let journal: Journal
    private let retention: Retention
    private let storage: any MediaStorage
    private let clock: WallClock
    private let thread = BlockingPool(threads: 1, name: "media-clean")

    package init(
        journal: Journal, storage: any MediaStorage, retention: Retention = Retention(), clock: WallClock = .system
    ) {
        self.journal = journal
        self.retention = retention
        self.storage = storage
        self.clock = clock
    }

    /// Begins; goes on as long as this object is there.
    /// - Parameter loop: where its timer runs.
    package func start(on loop: EventLoop) {
        _ = loop.schedule(after: Self.interval) { [weak self] in
            guard let self else { return }
            Task { [weak self] in try? await self?.clean() }
            start(on: loop)
        }
    }

    /// Looks once.
    /// - Returns: how many files were removed.
    /// - Throws: `StoreError`.
    @discardableResult
    package func clean() async throws -> Int {
        try await journal.write { transaction in
            try transaction.store.deleteUnusedMedia(expiredBefore: transaction.now, limit: Self.limit)
        }
        try await purge(retention, of: nil)
        return try await removeContents(keptBefore: oldestUpload)
    }

    /// When an upload that is still under way may have begun, in seconds since 1970.
    var oldestUpload: Int64 { clock.now / 1000 - Self.leastAge }

    /// Removes bytes that no row has.
    func removeContents(keptBefore before: Int64) async throws -> Int {
        let digests = try await thread.run { [storage] in storage.digests(keptBefore: before) }
        var removed = 0
        for batch in digests.batches(of: 500) {
            let orphans = try await journal.store.read(isBulk: true) { reader in
                try batch.filter { try !reader.isContentUsed($0) }
            }
            for digest in orphans where try await remove(digest) { removed += 1 }
        }
        return removed
    }

    /// On the journal's thread, so that an upload of the same bytes comes before or after.
    private func remove(_ digest: ContentDigest) async throws -> Bool {
        try await journal.write { [storage] transaction in
            guard try !transaction.store.isContentUsed(digest) else { return false }
            storage.remove(digest)
            return true
        }
    }
}
