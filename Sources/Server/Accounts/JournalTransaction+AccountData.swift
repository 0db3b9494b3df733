package import MatrixAPI
import Store

extension JournalTransaction {
    /// Sets a piece of account data and tells the member's devices.
    ///
    /// - Parameters:
    ///   - room: nil for global account data.
    ///   - content: the text of an object.
    package func setAccountData(_ type: String, room: RoomID?, content: [UInt8], of user: UserID) throws {
        let position = record(.accountData(user: user, room: room, type: type, content: content))
        try store.setAccountData(
            StoredAccountData(user: user, room: room, type: type, json: content, position: position))
    }
}
