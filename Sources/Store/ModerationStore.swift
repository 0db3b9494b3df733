package import MatrixAPI

package protocol ModerationReading {
    /// The room in which the server writes to a member.
    func noticeRoom(of user: UserID) throws(StoreError) -> RoomID?
    /// Whether an administrator closed the room.
    func isClosed(_ room: RoomID) throws(StoreError) -> Bool
    /// What a member uploaded, behind `after`, ordered by identifier.
    func media(of uploader: UserID, after: MediaID?, limit: Int) throws(StoreError) -> [StoredMedia]
    /// Whether what was uploaded must not be given out.
    func isQuarantined(_ id: MediaID) throws(StoreError) -> Bool
}

package protocol ModerationWriting {
    func setNoticeRoom(_ room: RoomID, of user: UserID) throws(StoreError)
    func setClosed(_ isClosed: Bool, room: RoomID) throws(StoreError)
    /// Counts for everything with the same bytes, and for what will be uploaded with them.
    func setQuarantined(_ isQuarantined: Bool, _ id: MediaID) throws(StoreError)
    /// Deletes events of a room that are no state, behind `after` and older than `time`; never the room's newest event.
    /// Receipts and relations that name them stay.
    /// - Returns: how many, and the position up to which it looked; nil when that was all.
    func purgeEvents(in room: RoomID, after: Int64, before time: Int64, limit: Int)
        throws(StoreError) -> (deleted: Int, next: Int64?)
}

/// A device that is nowhere yet: its keys are kept for another one of the member's to take up.
package struct StoredDehydratedDevice: Hashable, Sendable {
    package let user: UserID
    package let device: DeviceID
    /// What the client needs to take it up, as JSON.
    package let data: [UInt8]

    package init(user: UserID, device: DeviceID, data: [UInt8]) {
        self.user = user
        self.device = device
        self.data = data
    }
}

package protocol DehydratedDeviceReading {
    func dehydratedDevice(of user: UserID) throws(StoreError) -> StoredDehydratedDevice?
}

package protocol DehydratedDeviceWriting {
    /// Takes the place of the one before. It goes with its device.
    func setDehydratedDevice(_ device: StoredDehydratedDevice) throws(StoreError)
}
