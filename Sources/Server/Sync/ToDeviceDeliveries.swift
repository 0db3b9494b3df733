import MatrixAPI
import Store
import Synchronization

/// Deletes messages to devices once the device shows by its next token that it has them.
final class ToDeviceDeliveries: Sendable {
    private struct Key: Hashable {
        let user: UserID
        let device: DeviceID
    }

    private let journal: Journal
    /// What was given to a device and not yet acknowledged; no entry: not known since the server started.
    private let given = Mutex<[Key: Int64]>([:])

    init(journal: Journal) { self.journal = journal }

    func delivered(upTo position: Int64, to query: SyncQuery) {
        given.withLock { $0[Key(user: query.user, device: query.device)] = position }
    }

    /// A device came with this token: it has everything before it.
    func acknowledge(_ query: SyncQuery) {
        // A token of the future is of a store that was lost: what waits here now the device never had.
        guard let since = query.since, since.position <= journal.position else { return }
        let through = since.toDevice ?? since.position
        let key = Key(user: query.user, device: query.device)
        enum Next { case nothing, delete, look }
        let next: Next = given.withLock { given in
            guard let position = given[key] else {
                given[key] = 0
                return .look
            }
            guard position > 0, position <= through else { return .nothing }
            given[key] = 0
            return .delete
        }
        switch next {
        case .nothing: break
        case .delete: delete(key, through)
        case .look:
            Task { [journal] in
                let waiting = try? await journal.store.read { reader in
                    try reader.toDeviceMessages(
                        for: key.user, device: key.device, after: 0, through: through, limit: 1)
                }
                if waiting?.isEmpty == false { delete(key, through) }
            }
        }
    }

    private func delete(_ key: Key, _ through: Int64) {
        journal.writeEventually { transaction in
            try transaction.store.deleteToDeviceMessages(for: key.user, device: key.device, through: through)
        }
    }
}
