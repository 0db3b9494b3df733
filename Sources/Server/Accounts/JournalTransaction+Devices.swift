import MatrixAPI
import Store

extension JournalTransaction {
    /// Records that the member's devices or what is known of them changed, for all who share a room.
    func recordDeviceListChange(of user: UserID) throws {
        let position = record(.deviceList(user))
        try store.insertDeviceListChange(of: user, at: position)
    }

    /// Records that a member signed keys of another one, or of their own: what is signed of others' only the signer sees.
    func recordKeySignature(of user: UserID, by signer: UserID) throws {
        guard user != signer else { return try recordDeviceListChange(of: user) }
        let position = record(.keySignature(of: user, by: signer))
        try store.insertDeviceListChange(of: user, at: position, onlyFor: signer)
    }

    /// Deletes devices with their tokens, keys and messages.
    /// - Returns: those that were there.
    func deleteDevices(_ ids: some Sequence<DeviceID>, of user: UserID) throws -> Set<DeviceID> {
        var deleted: Set<DeviceID> = []
        for id in ids where try store.deleteDevice(id, of: user) { deleted.insert(id) }
        if !deleted.isEmpty { try recordDeviceListChange(of: user) }
        return deleted
    }
}
