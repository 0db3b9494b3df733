package import MatrixAPI
package import Store

/// Files that nothing names any more.
extension MediaCleaning {
    /// Files looked at in one proposal.
    private static let batch = 500
    /// What clients say of files whose content only their readers know.
    private static let unreadableType = "application/octet-stream"

    /// What was removed, or would be.
    package struct Purged: Sendable, Equatable {
        package var usage = MediaUsage()
        package var ids: [MediaID] = []
    }

    /// Forgets what is older than its kind is kept and what nothing names. Whether something does is asked in the
    /// proposal that forgets it, so that a message sent meanwhile keeps what it names.
    /// - Parameters:
    ///   - user: only what this member uploaded; nil for everybody's.
    ///   - isTrial: only says what would go.
    /// - Throws: `StoreError`.
    @discardableResult
    package func purge(_ retention: Retention, of user: UserID?, isTrial: Bool = false) async throws -> Purged {
        let ages = [retention.unused, retention.unreadable, retention.preview].compactMap { $0 }
        guard let youngest = ages.min() else { return Purged() }
        var purged = Purged()
        var after: MediaID?
        repeat {
            let start = after
            let (found, last) = try await journal.write { transaction -> ([StoredMedia], MediaID?) in
                let now = transaction.now
                let candidates = try transaction.store.mediaWithoutEvents(
                    createdBefore: now - youngest.milliseconds, after: start, limit: Self.batch)
                let due = candidates.filter { media in
                    (user == nil || media.uploader == user)
                        && Self.lifetime(of: media, retention).map { media.created < now - $0.milliseconds } ?? false
                }
                let named = due.isEmpty ? [] : try transaction.store.mediaNamedOutsideEvents()
                let unnamed = due.filter { !named.contains($0.id) }
                if !isTrial { for media in unnamed { try transaction.store.deleteMedia(media.id) } }
                return (unnamed, candidates.count < Self.batch ? nil : candidates.last?.id)
            }
            for media in found {
                purged.usage.files += 1
                purged.usage.bytes += media.content?.size ?? 0
                purged.ids.append(media.id)
            }
            after = last
        } while after != nil
        return purged
    }

    private static func lifetime(of media: StoredMedia, _ retention: Retention) -> Duration? {
        if media.purpose == .preview { return retention.preview }
        return media.content?.type == unreadableType ? retention.unreadable : retention.unused
    }

    /// `purge`, and the bytes with it at once: for the administrator, who wants the room.
    package func purgeNow(_ retention: Retention, of user: UserID?, isTrial: Bool) async throws -> Purged {
        let purged = try await purge(retention, of: user, isTrial: isTrial)
        // Of files whose upload is under way the row is not there yet: those of the last hour stay for the next time.
        if !isTrial { _ = try await removeContents(keptBefore: oldestUpload) }
        return purged
    }
}
