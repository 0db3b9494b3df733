import JSON
package import MatrixAPI
import Store
import Synchronization

/// Who is logged in where: gives out access tokens, recognises them, and ends them.
///
/// Only the SHA-256 of a token is stored. Recognised tokens are kept in memory, a bounded number of them.
package final class Sessions: Authenticating {
    let journal: Journal
    private let clock: WallClock
    private let table: SessionTable
    private let lastSeen = LastSeenTable()
    private let observers = Mutex<[any SessionObserver]>([])

    /// - Parameter capacity: how many sessions are kept in memory, give or take a factor of two.
    package init(journal: Journal, clock: WallClock = .system, capacity: Int = 16_384) {
        self.journal = journal
        self.clock = clock
        table = SessionTable(capacity: capacity)
    }

    package func addObserver(_ observer: any SessionObserver) { observers.withLock { $0.append(observer) } }

    // MARK: Recognising

    package func cachedSession(forToken token: String) -> Session? { table.session(token, at: clock.now) }

    /// - Throws: `M_UNKNOWN_TOKEN` (401), with `soft_logout` when the token only expired; `M_USER_LOCKED` (401).
    package func session(forToken token: String) async throws -> Session {
        if let known = table.session(token, at: clock.now) { return known }
        let epoch = table.epoch
        let found = try await find(token)
        if found.account.isLocked { throw MatrixError.userLocked() }
        if let expires = found.token.expires, expires <= clock.now { throw MatrixError.unknownToken(isSoft: true) }
        let session = Session(
            user: found.account.user, device: found.token.device, isGuest: found.account.kind == .guest,
            isAdministrator: found.account.kind == .admin, isSuspended: found.account.isSuspended,
            tokenHash: found.token.hash.bytes)
        table.insert(session, token, expires: found.token.expires, epoch: epoch)
        return session
    }

    /// Whose device a token is, also one that expired or whose account is locked: enough for logging out.
    /// - Throws: `M_UNKNOWN_TOKEN` (401).
    func device(forToken token: String) async throws -> (user: UserID, device: DeviceID) {
        let found = try await find(token)
        return (found.account.user, found.token.device)
    }

    private func find(_ token: String) async throws -> (token: StoredAccessToken, account: StoredAccount) {
        let hash = TokenHash(of: token)
        let found = try await journal.store.read { reader -> (token: StoredAccessToken, account: StoredAccount)? in
            guard let token = try reader.accessToken(hash), let account = try reader.account(token.user) else {
                return nil
            }
            return (token, account)
        }
        guard let found, !found.account.isDeactivated else { throw MatrixError.unknownToken() }
        return found
    }

    package func noteUse(of session: Session, from address: String, userAgent: String?) {
        let key = LastSeenTable.Key(user: session.user, device: session.device)
        write(lastSeen.note(key, from: address, now: clock.now))
    }

    /// Writes when devices were last seen, as far as that is not done. For the end of the process.
    package func flush() { write(lastSeen.takeUnwritten()) }

    private func write(_ sightings: [LastSeenTable.Sighting]) {
        if sightings.isEmpty { return }
        journal.writeEventually { transaction in
            for seen in sightings {
                try transaction.store.setLastSeen(
                    seen.time, address: seen.address, device: seen.key.device, of: seen.key.user)
            }
        }
    }

    /// The device with what is known of it since it was written.
    func current(_ device: StoredDevice) -> StoredDevice {
        guard let seen = lastSeen.sighting(LastSeenTable.Key(user: device.user, device: device.id)),
            seen.time >= device.lastSeen ?? 0
        else { return device }
        var device = device
        device.lastSeen = seen.time
        device.lastSeenAddress = seen.address
        return device
    }

    // MARK: Beginning

    /// What a client gets when it logs in.
    package struct Opened: Sendable {
        package let user: UserID
        package let device: DeviceID
        /// Told this once, and never again.
        package let token: String
        /// nil for a token that does not expire.
        let refresh: Refresh?
        /// The device was there, and its former tokens are not valid any more.
        let replacesFormer: Bool
    }

    /// What a client says of the device on which it logs in.
    package struct Wish: Sendable {
        /// nil for a new one.
        package var device: DeviceID?
        /// Of a new device.
        package var name: String?
        /// Whether the access token is to expire and be refreshed.
        package var refreshes = false

        package init(device: DeviceID? = nil, name: String? = nil, refreshes: Bool = false) {
            self.device = device
            self.name = name
            self.refreshes = refreshes
        }
    }

    /// Gives a new token to a device, which is made if it is not there. `opened` must follow when that is durable.
    ///
    /// - Throws: `M_FORBIDDEN` when the device's identifier is that of one of the member's cross-signing keys.
    func open(for user: UserID, on wish: Wish, in transaction: JournalTransaction) throws -> Opened {
        let store = transaction.store
        let id = wish.device ?? .random()
        var isKnown = false
        if wish.device != nil {
            try refuseCrossSigningKey(id, of: user, store)
            isKnown = try store.device(id, of: user) != nil
        }
        if isKnown {
            try store.deleteTokens(of: user, device: id)
        } else {
            let name = wish.name.map { String($0.prefix(Devices.maximumNameLength)) }
            try store.setDevice(StoredDevice(user: user, id: id, displayName: name, created: transaction.now))
        }
        let (token, refresh) = try issueTokens(for: user, device: id, refreshes: wish.refreshes, in: transaction)
        return Opened(user: user, device: id, token: token, refresh: refresh, replacesFormer: isKnown)
    }

    /// To be called when what `open` did is durable.
    func opened(_ opened: Opened) {
        if opened.replacesFormer { ended(opened.user, devices: [opened.device]) }
    }

    private func refuseCrossSigningKey(_ device: DeviceID, of user: UserID, _ store: any StoreWriter) throws {
        for json in try store.crossSigningKeys(of: user).values {
            if try JSONValue.stored(json)["keys"]?["ed25519:\(device)"] != nil {
                throw MatrixError.forbidden("This device ID is that of a cross-signing key")
            }
        }
    }

    // MARK: Ending

    /// To be called when it is durable that these devices (nil: all) have no valid token any more.
    func ended(_ user: UserID, devices: Set<DeviceID>?) {
        table.remove(user, devices: devices)
        if let devices { lastSeen.forget(user, devices) }
        for observer in observers.withLock({ $0 }) { observer.sessionsEnded(of: user, devices: devices) }
    }

    /// To be called when it is durable that tokens of these devices changed; the devices are still logged in.
    func forgetCached(_ user: UserID, _ devices: Set<DeviceID>) { table.remove(user, devices: devices) }

    /// To be called when it is durable that the account is of another kind: its sessions go on as that.
    func changed(_ user: UserID) { table.remove(user, devices: nil) }
}
