package import MatrixAPI

/// A one-time or fallback key of a device.
///
/// Source: Client-Server API, "One-time and fallback keys".
package struct StoredDeviceKey: Hashable, Sendable {
    /// The first part of `signed_curve25519:AAAAHQ`.
    package let algorithm: String
    /// The second part.
    package let keyID: String
    /// The key's value: an object or a string.
    package let json: [UInt8]

    package init(algorithm: String, keyID: String, json: [UInt8]) {
        self.algorithm = algorithm
        self.keyID = keyID
        self.json = json
    }
}

package protocol DeviceKeyReading {
    /// The identity keys of a device: a `DeviceKeys` object as it was uploaded.
    func deviceKeys(of user: UserID, device: DeviceID) throws(StoreError) -> [UInt8]?
    /// The identity keys of all devices of a user that uploaded some.
    func deviceKeys(of user: UserID) throws(StoreError) -> [DeviceID: [UInt8]]

    func oneTimeKey(_ keyID: String, algorithm: String, of user: UserID, device: DeviceID)
        throws(StoreError) -> StoredDeviceKey?
    /// One-time keys that are left, by algorithm.
    func oneTimeKeyCounts(of user: UserID, device: DeviceID) throws(StoreError) -> [String: Int]

    func fallbackKey(algorithm: String, of user: UserID, device: DeviceID) throws(StoreError) -> StoredDeviceKey?
    /// Algorithms whose fallback key nobody got yet, ordered.
    func unusedFallbackKeyTypes(of user: UserID, device: DeviceID) throws(StoreError) -> [String]
}

package protocol DeviceKeyWriting {
    func setDeviceKeys(_ json: [UInt8], of user: UserID, device: DeviceID) throws(StoreError)

    /// ``StoreError/constraint(_:)`` when the device has a key with that algorithm and identifier.
    func insertOneTimeKey(_ key: StoredDeviceKey, of user: UserID, device: DeviceID) throws(StoreError)
    /// Takes the oldest key of the algorithm: it is deleted, and given to nobody else.
    func claimOneTimeKey(algorithm: String, of user: UserID, device: DeviceID) throws(StoreError) -> StoredDeviceKey?

    /// Sets or replaces the fallback key of its algorithm, unused.
    func setFallbackKey(_ key: StoredDeviceKey, of user: UserID, device: DeviceID) throws(StoreError)
    /// Gives the fallback key out and notes that it is used; it stays.
    func claimFallbackKey(algorithm: String, of user: UserID, device: DeviceID) throws(StoreError) -> StoredDeviceKey?
}
