package import MatrixAPI

/// Where a member's notifications go when no client is connected.
///
/// Source: Client-Server API, "Push Notifications".
package struct StoredPusher: Hashable, Sendable {
    /// Given out by the store, and never again.
    package var id: Int64
    package let user: UserID
    package let appID: String
    /// Where to, in the gateway's terms; an address of mail for mail.
    package let pushkey: String
    /// `http` or `email`.
    package let kind: String
    package let appDisplayName: String
    package let deviceDisplayName: String
    package let profileTag: String?
    package let language: String
    /// JSON.
    package let data: [UInt8]
    /// The device that asked for it, and with which it ends; nil for one that ends with the account.
    package let device: DeviceID?
    /// Milliseconds since 1970, UTC.
    package let created: Int64
    /// Events up to here are none of its business.
    package let since: Int64
    /// When mail was sent last (milliseconds since 1970, UTC), and how many times since the member read anything.
    package var mailed: Int64
    package var mailCount: Int

    package init(
        id: Int64 = 0, user: UserID, appID: String, pushkey: String, kind: String, appDisplayName: String,
        deviceDisplayName: String, profileTag: String?, language: String, data: [UInt8], device: DeviceID?,
        created: Int64, since: Int64, mailed: Int64 = 0, mailCount: Int = 0
    ) {
        self.id = id
        self.user = user
        self.appID = appID
        self.pushkey = pushkey
        self.kind = kind
        self.appDisplayName = appDisplayName
        self.deviceDisplayName = deviceDisplayName
        self.profileTag = profileTag
        self.language = language
        self.data = data
        self.device = device
        self.created = created
        self.since = since
        self.mailed = mailed
        self.mailCount = mailCount
    }
}

/// A notification that waits to be sent.
package struct QueuedPush: Hashable, Sendable {
    /// Counts up; given out by the store.
    package var id: Int64
    package let pusher: Int64
    /// The event's place in the journal.
    package let position: Int64
    /// What the push rules say of it, JSON.
    package let actions: [UInt8]
    /// Milliseconds since 1970, UTC.
    package let created: Int64

    package init(id: Int64 = 0, pusher: Int64, position: Int64, actions: [UInt8], created: Int64) {
        self.id = id
        self.pusher = pusher
        self.position = position
        self.actions = actions
        self.created = created
    }
}

package protocol PusherReading {
    /// All of them, in the order of their numbers.
    func pushers() throws(StoreError) -> [StoredPusher]
    func pushers(of user: UserID) throws(StoreError) -> [StoredPusher]
    func pusher(_ id: Int64) throws(StoreError) -> StoredPusher?
    /// Oldest first.
    func queuedPushes(of pusher: Int64, limit: Int) throws(StoreError) -> [QueuedPush]
    /// The pushers for which something waits.
    func pushersWithQueue() throws(StoreError) -> [Int64]
    /// Up to which position events were looked at for pushers.
    func pushedPosition() throws(StoreError) -> Int64
}

package protocol PusherWriting {
    /// Adds it, or replaces the member's with the same app and key, which keeps its number and what waits for it.
    func setPusher(_ pusher: StoredPusher) throws(StoreError)
    /// With what waits for it. Whether it was there.
    func deletePusher(_ id: Int64) throws(StoreError) -> Bool
    /// The other members' pushers with this app and key.
    func deletePushers(appID: String, pushkey: String, exceptOf user: UserID) throws(StoreError)
    func setMailed(_ time: Int64, count: Int, of pusher: Int64) throws(StoreError)
    /// Adds it with a number of the store's.
    func enqueuePush(_ push: QueuedPush) throws(StoreError)
    func deleteQueuedPushes(of pusher: Int64, through id: Int64) throws(StoreError)
    func setPushedPosition(_ position: Int64) throws(StoreError)
}
