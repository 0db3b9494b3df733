package import MatrixAPI
package import Store

/// A member's devices: each is where one access token is used, and may have keys.
///
/// Source: Client-Server API, "Device Management".
package final class Devices: Sendable {
    /// In characters.
    static let maximumNameLength = 255

    private let journal: Journal
    let sessions: Sessions
    let authentication: InteractiveAuthentication

    package init(journal: Journal, sessions: Sessions, authentication: InteractiveAuthentication) {
        self.journal = journal
        self.sessions = sessions
        self.authentication = authentication
    }

    /// The member's devices, ordered by identifier.
    package func all(of user: UserID) async throws -> [StoredDevice] {
        try await journal.store.read { try $0.devices(of: user) }.map(sessions.current)
    }

    /// - Throws: `M_NOT_FOUND` when the member has no such device.
    package func device(_ id: DeviceID, of user: UserID) async throws -> StoredDevice {
        guard let device = try await journal.store.read({ try $0.device(id, of: user) }) else { throw Self.notFound() }
        return sessions.current(device)
    }

    /// Names a device. Others see the name, so that the change goes to all who share a room.
    /// - Throws: `M_NOT_FOUND` when the member has no such device, `M_INVALID_PARAM` when the name is too long.
    package func rename(_ id: DeviceID, of user: UserID, to name: String) async throws {
        guard name.count <= Self.maximumNameLength else {
            throw MatrixError.invalidParam("A device's name has at most \(Self.maximumNameLength) characters")
        }
        try await journal.write { transaction in
            guard var device = try transaction.store.device(id, of: user) else { throw Self.notFound() }
            if device.displayName == name { return }
            device.displayName = name
            try transaction.store.setDevice(device)
            try transaction.recordDeviceListChange(of: user)
        }
    }

    /// Makes a device that has no token of its own, or names it: for application services.
    /// - Throws: `M_INVALID_PARAM` when the name is too long.
    func make(_ id: DeviceID, of user: UserID, named name: String?) async throws {
        guard name?.count ?? 0 <= Self.maximumNameLength else {
            throw MatrixError.invalidParam("A device's name has at most \(Self.maximumNameLength) characters")
        }
        try await journal.write { transaction in
            var device =
                try transaction.store.device(id, of: user)
                ?? StoredDevice(user: user, id: id, displayName: nil, created: transaction.now)
            if let name { device.displayName = name }
            try transaction.store.setDevice(device)
            try transaction.recordDeviceListChange(of: user)
        }
    }

    /// Deletes devices with their tokens, keys and messages; those that are not there do not matter.
    package func delete(_ ids: [DeviceID], of user: UserID) async throws {
        let deleted = try await journal.write { try $0.deleteDevices(ids, of: user) }
        sessions.ended(user, devices: deleted)
    }

    /// Deletes all the member's devices.
    package func deleteAll(of user: UserID) async throws {
        _ = try await journal.write { transaction in
            // Tokens first: there is none without a device, but none must survive either.
            try transaction.store.deleteTokens(of: user, device: nil)
            return try transaction.deleteDevices(try transaction.store.devices(of: user).map(\.id), of: user)
        }
        sessions.ended(user, devices: nil)
    }

    private static func notFound() -> MatrixError { MatrixError.notFound("There is no such device") }
}
