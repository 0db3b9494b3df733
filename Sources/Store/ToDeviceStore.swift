package import MatrixAPI

/// A message that waits for a device. A device gets at most one with the same position.
///
/// Source: Client-Server API, "Send-to-Device messaging".
package struct StoredToDeviceMessage: Hashable, Sendable {
    package let position: Int64
    package let user: UserID
    package let device: DeviceID
    package let sender: UserID
    package let type: String
    /// The content.
    package let json: [UInt8]

    package init(position: Int64, user: UserID, device: DeviceID, sender: UserID, type: String, json: [UInt8]) {
        self.position = position
        self.user = user
        self.device = device
        self.sender = sender
        self.type = type
        self.json = json
    }
}

package protocol ToDeviceReading {
    /// Messages with a position in (`after`, `through`], oldest first.
    func toDeviceMessages(for user: UserID, device: DeviceID, after: Int64, through: Int64, limit: Int)
        throws(StoreError) -> [StoredToDeviceMessage]
}

package protocol ToDeviceWriting {
    func insertToDeviceMessage(_ message: StoredToDeviceMessage) throws(StoreError)

    /// Deletes what the device acknowledged: messages at or before `through`.
    func deleteToDeviceMessages(for user: UserID, device: DeviceID, through: Int64) throws(StoreError)
}
