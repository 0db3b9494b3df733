import JSON
package import MatrixAPI
package import Store

/// The public keys of members' devices, by which clients encrypt for one another.
///
/// Source: Client-Server API, "Key management API".
package final class DeviceKeys: Sendable, DeviceKeySource {
    /// A member's device.
    struct DeviceIdentity: Hashable, Sendable {
        let user: UserID
        let device: DeviceID

        init(user: UserID, device: DeviceID) {
            self.user = user
            self.device = device
        }

        init(_ session: Session) { self.init(user: session.user, device: session.device) }
    }

    let journal: Journal
    let authentication: InteractiveAuthentication
    let megolmSessions: MegolmSessions
    private let counts = LoadingCache<DeviceIdentity, DeviceKeyCounts>()

    package init(
        journal: Journal, authentication: InteractiveAuthentication, megolmSessions: MegolmSessions = MegolmSessions()
    ) {
        self.megolmSessions = megolmSessions
        self.journal = journal
        self.authentication = authentication
    }

    // MARK: Counts

    package func keyCounts(
        of user: UserID, device: DeviceID, _ reader: (any StoreReader)?
    ) throws -> DeviceKeyCounts? {
        let identity = DeviceIdentity(user: user, device: device)
        if let known = counts.value(identity) { return known }
        guard let reader else { return nil }
        return try counts.value(identity, asOf: reader.lastPosition()) {
            DeviceKeyCounts(
                oneTime: try reader.oneTimeKeyCounts(of: user, device: device),
                unusedFallback: try reader.unusedFallbackKeyTypes(of: user, device: device))
        }
    }

    // MARK: Upload

    /// Keeps what a device publishes.
    ///
    /// - Returns: the one-time keys that are left, by algorithm.
    /// - Throws: `M_INVALID_PARAM` when the keys are another's or not of the form that the specification gives them;
    ///   `M_INVALID_SIGNATURE` when the device did not sign them; `M_UNKNOWN` (400) when a one-time key has the name of
    ///   another one; `M_TOO_LARGE` (400) when there are too many.
    func upload(_ upload: DeviceKeyUpload, of user: UserID, device: DeviceID) async throws -> [String: Int] {
        if let key = try await signingKey(upload, of: user, device: device) {
            try upload.requireSignatures(by: device, of: user, key: key)
        }
        let (left, position) = try await journal.write { transaction in
            (try Self.keep(upload, of: user, device: device, in: transaction), transaction.advance())
        }
        forgetCounts(of: user, device: device, at: position)
        return left
    }

    /// The device's public Ed25519 key: of the upload, or as it was published before; nil when it never was.
    private func signingKey(_ upload: DeviceKeyUpload, of user: UserID, device: DeviceID) async throws -> String? {
        if let key = upload.signingKey { return key }
        let keys = try await journal.store.read { try $0.deviceKeys(of: user, device: device) }
        return try keys.flatMap { DeviceKeyUpload.signingKey(of: device, try JSONValue.stored($0)) }
    }

    /// To be called when keys that were kept are durable.
    /// - Parameter position: of the journal, with them.
    func forgetCounts(of user: UserID, device: DeviceID, at position: Int64) {
        counts.invalidate(DeviceIdentity(user: user, device: device), at: position)
    }

    /// Keeps what a device publishes. `forgetCounts` must follow when that is durable.
    /// - Returns, throws: as `upload`.
    static func keep(
        _ upload: DeviceKeyUpload, of user: UserID, device: DeviceID, in transaction: JournalTransaction
    ) throws -> [String: Int] {
        let store = transaction.store
        if let keys = upload.deviceKeys { try keep(keys, of: user, device: device, transaction) }
        for key in upload.oneTimeKeys {
            let known = try store.oneTimeKey(key.keyID, algorithm: key.algorithm, of: user, device: device)
            if let known {
                guard known.json == key.json else {
                    throw MatrixError(400, .unknown, "One-time key \(key.algorithm):\(key.keyID) exists already")
                }
                continue
            }
            try store.insertOneTimeKey(key, of: user, device: device)
        }
        for key in upload.fallbackKeys {
            let known = try store.fallbackKey(algorithm: key.algorithm, of: user, device: device)
            if known != key { try store.setFallbackKey(key, of: user, device: device) }
        }
        let left = try store.oneTimeKeyCounts(of: user, device: device)
        guard left.values.allSatisfy({ $0 <= DeviceKeyUpload.maximumKeys }) else {
            throw MatrixError(400, .tooLarge, "A device keeps at most \(DeviceKeyUpload.maximumKeys) keys of a kind")
        }
        return left
    }

    private static func keep(
        _ keys: [UInt8], of user: UserID, device: DeviceID, _ transaction: JournalTransaction
    ) throws {
        let store = transaction.store
        let before = try store.deviceKeys(of: user, device: device)
        guard before != keys else { return }
        // What was signed was the device with the keys that it had.
        if before != nil { try store.deleteKeySignatures(of: user, targetKey: device.string) }
        try store.setDeviceKeys(keys, of: user, device: device)
        try transaction.recordDeviceListChange(of: user)
    }

    // MARK: Claim

    /// One key that was claimed.
    struct ClaimedKey: Sendable {
        let user: UserID
        let device: DeviceID
        let key: StoredDeviceKey
    }

    /// How many keys are taken in one go: all who write wait meanwhile.
    static let claimsAtOnce = 200

    /// Takes a one-time key of each device, or its fallback key when none is left.
    func claim(_ wanted: [(user: UserID, device: DeviceID, algorithm: String)]) async throws -> [ClaimedKey] {
        var claimed: [ClaimedKey] = []
        for start in stride(from: 0, to: wanted.count, by: Self.claimsAtOnce) {
            let end = min(wanted.count, start + Self.claimsAtOnce)
            claimed += try await claimAtOnce(Array(wanted[start..<end]))
        }
        return claimed
    }

    private func claimAtOnce(
        _ wanted: [(user: UserID, device: DeviceID, algorithm: String)]
    ) async throws -> [ClaimedKey] {
        let (claimed, position) = try await journal.write { transaction in
            let claimed: [ClaimedKey] = try wanted.compactMap { user, device, algorithm in
                let store = transaction.store
                let key =
                    try store.claimOneTimeKey(algorithm: algorithm, of: user, device: device)
                    ?? store.claimFallbackKey(algorithm: algorithm, of: user, device: device)
                return key.map { ClaimedKey(user: user, device: device, key: $0) }
            }
            return (claimed, claimed.isEmpty ? transaction.position : transaction.advance())
        }
        for claim in claimed {
            counts.invalidate(DeviceIdentity(user: claim.user, device: claim.device), at: position)
        }
        return claimed
    }

    // MARK: Query

    /// The keys of one member, as another one sees them.
    struct MemberKeys: Sendable {
        let user: UserID
        var devices: [(id: DeviceID, keys: [UInt8])] = []
        var crossSigning: [String: [UInt8]] = [:]
    }

    /// - Parameters:
    ///   - wanted: members with the devices that are asked for; all when there are none.
    ///   - viewer: sees their own user-signing key, and the signatures that they made on others' keys.
    func query(_ wanted: [UserID: [DeviceID]], viewer: UserID) async throws -> [MemberKeys] {
        try await journal.store.read { reader in
            try wanted.sorted { $0.key < $1.key }.map { user, devices in
                try Self.keys(of: user, devices: devices, viewer: viewer, reader)
            }
        }
    }

    private static func keys(
        of user: UserID, devices: [DeviceID], viewer: UserID, _ reader: any StoreReader
    ) throws -> MemberKeys {
        var member = MemberKeys(user: user)
        let signatures = try reader.keySignatures(of: user).filter { $0.signer == user || $0.signer == viewer }
        let names = try reader.devices(of: user).reduce(into: [DeviceID: String]()) { $0[$1.id] = $1.displayName }
        for (device, keys) in try reader.deviceKeys(of: user).sorted(by: { $0.key < $1.key })
        where devices.isEmpty || devices.contains(device) {
            let own = signatures.filter { $0.targetKey == device.string }
            member.devices.append((device, try SignedKey.merge(keys, own, deviceName: names[device])))
        }
        for (usage, key) in try reader.crossSigningKeys(of: user) where usage != "user_signing" || user == viewer {
            let value = try JSONValue.parse(key, limits: .stored)
            let publicPart = SignedKey.publicPart(of: value) ?? ""
            let own = signatures.filter { $0.targetKey == publicPart }
            member.crossSigning[usage] = try SignedKey.merge(key, own, deviceName: nil)
        }
        return member
    }
}
