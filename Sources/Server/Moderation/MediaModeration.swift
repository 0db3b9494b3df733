package import MatrixAPI
import Store

/// What administrators do to files that members uploaded.
package struct MediaModeration: Sendable {
    /// Which files are meant.
    package enum Subject: Sendable {
        case file(MediaID)
        /// All that a member uploaded.
        case uploads(UserID)
    }

    private static let atOnce = 100

    private let journal: Journal
    private let storage: any MediaStorage

    package init(journal: Journal, storage: any MediaStorage) {
        self.journal = journal
        self.storage = storage
    }

    /// Has files not given out any more, nor others with the same bytes, now or later; or gives them out again.
    /// - Returns: how many files were meant.
    /// - Throws: `M_NOT_FOUND` when there is no such file.
    package func setQuarantined(_ isQuarantined: Bool, _ subject: Subject) async throws -> Int {
        try await forEach(subject) { id, transaction in
            guard try transaction.store.media(id) != nil else { return false }
            try transaction.store.setQuarantined(isQuarantined, id)
            return true
        }
    }

    /// Deletes files for good; the bytes stay as long as another file has the same.
    /// - Returns, throws: as `setQuarantined`.
    package func remove(_ subject: Subject) async throws -> Int {
        try await forEach(subject) { [storage] id, transaction in
            let digest = try transaction.store.media(id)?.content?.digest
            guard try transaction.store.deleteMedia(id) else { return false }
            // On the journal's thread, so that an upload of the same bytes comes before or after.
            if let digest, try !transaction.store.isContentUsed(digest) { storage.remove(digest) }
            return true
        }
    }

    private func forEach(
        _ subject: Subject, _ body: @escaping @Sendable (MediaID, JournalTransaction) throws -> Bool
    ) async throws -> Int {
        switch subject {
        case .file(let id):
            guard try await journal.write({ try body(id, $0) }) else {
                throw MatrixError.notFound("There is no such file")
            }
            return 1
        case .uploads(let user):
            var count = 0
            var last: MediaID?
            while true {
                let page = try await journal.store.read { [last] in
                    try $0.media(of: user, after: last, limit: Self.atOnce)
                }
                guard let end = page.last else { return count }
                count += try await journal.write { transaction in
                    try page.count { try body($0.id, transaction) }
                }
                last = end.id
            }
        }
    }
}
