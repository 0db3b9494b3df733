package import MatrixAPI

package protocol DeviceListReading {
    /// Users whose devices or identity keys changed in (`after`, `through`], each once, ordered.
    ///
    /// Source: Client-Server API, "Tracking the device list for a user".
    func usersWithChangedDevices(after: Int64, through: Int64) throws(StoreError) -> [UserID]
}

package protocol DeviceListWriting {
    func insertDeviceListChange(of user: UserID, at position: Int64) throws(StoreError)
}
