package import MatrixAPI

package struct StoredDevice: Hashable, Sendable {
    package let user: UserID
    package let id: DeviceID
    package var displayName: String?
    /// The address from which it was last seen.
    package var lastSeenAddress: String?
    /// Milliseconds since 1970, UTC.
    package var lastSeen: Int64?
    /// Milliseconds since 1970, UTC.
    package let created: Int64

    package init(
        user: UserID, id: DeviceID, displayName: String?, lastSeenAddress: String? = nil, lastSeen: Int64? = nil,
        created: Int64
    ) {
        self.user = user
        self.id = id
        self.displayName = displayName
        self.lastSeenAddress = lastSeenAddress
        self.lastSeen = lastSeen
        self.created = created
    }
}

package protocol DeviceReading {
    func device(_ id: DeviceID, of user: UserID) throws(StoreError) -> StoredDevice?
    /// Ordered by identifier.
    func devices(of user: UserID) throws(StoreError) -> [StoredDevice]
}

package protocol DeviceWriting {
    /// Adds the device or replaces everything but its time of creation.
    func setDevice(_ device: StoredDevice) throws(StoreError)

    /// Notes when and from where a device was last seen. Does nothing when there is no such device.
    func setLastSeen(_ time: Int64, address: String?, device: DeviceID, of user: UserID) throws(StoreError)

    /// Deletes the device and all that is its own: access and refresh tokens, messages that wait for it, its keys and
    /// their signatures. Its transactions go with their age. Whether it was there.
    @discardableResult
    func deleteDevice(_ id: DeviceID, of user: UserID) throws(StoreError) -> Bool
}
