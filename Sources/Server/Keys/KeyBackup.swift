import JSON
import MatrixAPI
import Store

/// Backups of the keys of encrypted messages, themselves encrypted by the client.
///
/// Source: Client-Server API, "Server-side key backups".
package final class KeyBackup: Sendable {
    let journal: Journal

    package init(journal: Journal) { self.journal = journal }

    /// What a change of the sessions led to.
    struct Result: Sendable {
        let etag: Int64
        let count: Int
    }

    // MARK: Versions

    func create(_ algorithm: String, _ authData: [UInt8], of user: UserID) async throws -> Int64 {
        try await journal.write {
            try $0.store.insertKeyBackupVersion(of: user, algorithm: algorithm, authData: authData)
        }
    }

    /// - Parameter version: nil for the newest.
    /// - Throws: `M_NOT_FOUND` when there is no such version.
    func version(_ version: Int64?, of user: UserID) async throws -> StoredKeyBackupVersion {
        guard let found = try await journal.store.read({ try $0.keyBackupVersion(version, of: user) }) else {
            throw MatrixError.notFound("There is no such backup")
        }
        return found
    }

    /// - Throws: `M_NOT_FOUND`; `M_INVALID_PARAM` when the algorithm is not the version's.
    func update(_ version: Int64, _ algorithm: String, _ authData: [UInt8], of user: UserID) async throws {
        try await journal.write { transaction in
            guard let known = try transaction.store.keyBackupVersion(version, of: user) else {
                throw MatrixError.notFound("There is no such backup")
            }
            guard known.algorithm == algorithm else {
                throw MatrixError.invalidParam("The algorithm of a backup cannot be changed")
            }
            try transaction.store.setKeyBackupAuthData(authData, of: user, version: version)
        }
    }

    /// - Throws: `M_NOT_FOUND`.
    func delete(_ version: Int64, of user: UserID) async throws {
        let wasThere = try await journal.write { try $0.store.deleteKeyBackupVersion(version, of: user) }
        guard wasThere else { throw MatrixError.notFound("There is no such backup") }
    }

    // MARK: Sessions

    /// Keeps sessions, each only if it is better than what is there.
    ///
    /// - Throws: `M_NOT_FOUND` when there is no such version; `M_WRONG_ROOM_KEYS_VERSION` when it is not the newest.
    func put(_ sessions: [StoredBackupSession], of user: UserID, version: Int64) async throws -> Result {
        try await journal.write { transaction in
            let store = transaction.store
            try Self.requireNewest(version, of: user, store)
            let better = try sessions.filter { session in
                let known = try store.backupSessions(
                    .session(session.room, session.session), of: user, version: version)
                guard let known = known.first else { return true }
                return try BackupQuality(session.json) > BackupQuality(known.json)
            }
            if !better.isEmpty { try store.setBackupSessions(better, of: user, version: version) }
            return try Self.result(of: user, version: version, store)
        }
    }

    /// - Throws: `M_NOT_FOUND` when there is no such version.
    func sessions(_ scope: KeyBackupScope, of user: UserID, version: Int64) async throws -> [StoredBackupSession] {
        try await journal.store.read { reader in
            guard try reader.keyBackupVersion(version, of: user) != nil else {
                throw MatrixError.notFound("There is no such backup")
            }
            return try reader.backupSessions(scope, of: user, version: version)
        }
    }

    /// - Throws: as `put`.
    func delete(_ scope: KeyBackupScope, of user: UserID, version: Int64) async throws -> Result {
        try await journal.write { transaction in
            try Self.requireNewest(version, of: user, transaction.store)
            try transaction.store.deleteBackupSessions(scope, of: user, version: version)
            return try Self.result(of: user, version: version, transaction.store)
        }
    }

    private static func requireNewest(_ version: Int64, of user: UserID, _ store: any StoreWriter) throws {
        guard let newest = try store.keyBackupVersion(nil, of: user) else {
            throw MatrixError.notFound("There is no backup")
        }
        guard newest.version == version else {
            throw MatrixError(
                403, .wrongRoomKeysVersion, "This is not the newest backup",
                extra: [("current_version", RawJSON(Array("\"\(newest.version)\"".utf8)))])
        }
    }

    private static func result(of user: UserID, version: Int64, _ store: any StoreWriter) throws -> Result {
        guard let now = try store.keyBackupVersion(version, of: user) else {
            throw MatrixError.notFound("There is no such backup")
        }
        return Result(etag: now.etag, count: now.count)
    }
}

/// How good a backed-up key is: verified, then from an earlier message, then forwarded less often.
///
/// Source: Client-Server API, `PUT /room_keys/keys`, which of two keys is kept.
private struct BackupQuality: Comparable {
    private let isVerified: Bool
    private let firstMessage: Int64
    private let forwarded: Int64

    init(_ json: [UInt8]) throws {
        let value = try JSONValue.parse(json, limits: .stored)
        isVerified = value["is_verified"]?.bool ?? false
        firstMessage = value["first_message_index"]?.int ?? .max
        forwarded = value["forwarded_count"]?.int ?? .max
    }

    static func < (left: BackupQuality, right: BackupQuality) -> Bool {
        if left.isVerified != right.isVerified { return right.isVerified }
        if left.firstMessage != right.firstMessage { return left.firstMessage > right.firstMessage }
        return left.forwarded > right.forwarded
    }
}
