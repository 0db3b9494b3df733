package import MatrixAPI

package protocol DeviceListReading {
    /// Users whose devices or identity keys changed in (`after`, `through`] as `viewer` sees them, each once, ordered.
    ///
    /// Source: Client-Server API, "Tracking the device list for a user".
    func usersWithChangedDevices(after: Int64, through: Int64, seenBy viewer: UserID) throws(StoreError) -> [UserID]
}

package protocol DeviceListWriting {
    /// - Parameter viewer: the only one who sees the change; nil: everybody does.
    func insertDeviceListChange(of user: UserID, at position: Int64, onlyFor viewer: UserID?) throws(StoreError)
}

extension DeviceListWriting {
    /// A change that everybody sees.
    package func insertDeviceListChange(of user: UserID, at position: Int64) throws(StoreError) {
        try insertDeviceListChange(of: user, at: position, onlyFor: nil)
    }
}
