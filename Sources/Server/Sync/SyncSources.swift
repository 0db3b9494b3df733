import EventLoop
package import MatrixAPI
import Store

/// What a sync is computed from. One for the whole server.
package final class SyncSources: Sendable {
    package let journal: Journal
    let recent: RecentChanges
    package let unread: UnreadCounts
    package let ignoredUsers: IgnoredUsers
    package let deliveries: Deliveries?
    package let sequence: EphemeralSequence
    package let typing: any TypingSource
    package let presence: any PresenceSource
    package let keys: any DeviceKeySource
    package let clock: WallClock

    package init(
        journal: Journal, unread: UnreadCounts, ignoredUsers: IgnoredUsers, sequence: EphemeralSequence,
        typing: any TypingSource,
        presence: any PresenceSource, keys: any DeviceKeySource, clock: WallClock, deliveries: Deliveries? = nil
    ) {
        self.journal = journal
        recent = RecentChanges(journal.log)
        self.unread = unread
        self.ignoredUsers = ignoredUsers
        self.deliveries = deliveries
        self.sequence = sequence
        self.typing = typing
        self.presence = presence
        self.keys = keys
        self.clock = clock
    }

    /// A token for now: what is computed up to it misses nothing that was published before.
    var now: SyncToken {
        SyncToken(position: journal.position, epoch: sequence.epoch, ephemeral: sequence.current)
    }
}

/// What a member's device asks of sync.
package struct SyncQuery: Sendable {
    package let user: UserID
    package let device: DeviceID
    let sharedFilter: SharedFilter
    package var filter: Filter { sharedFilter.filter }
    /// nil for a first sync.
    package var since: SyncToken?
    /// All state of all rooms, whatever changed.
    package var fullState: Bool
    /// Which messages to the device are asked for.
    var messages = Messages.sinceToken

    enum Messages: Sendable {
        /// Those after `since`.
        case sinceToken
        /// Those after a position of their own; nil for all that wait.
        case after(Int64?)
        case none
    }

    /// nil for all messages that wait for the device.
    var toDeviceSince: Int64? {
        switch messages {
        case .sinceToken: since.map { $0.toDevice ?? $0.position }
        case .after(let position): position
        case .none: .max
        }
    }

    package init(user: UserID, device: DeviceID, filter: SharedFilter, since: SyncToken?, fullState: Bool) {
        self.user = user
        self.device = device
        sharedFilter = filter
        self.since = since
        self.fullState = fullState
    }
}

/// What sync answers.
package struct SyncAnswer: Sendable {
    /// The body, `next_batch` included.
    package let body: [UInt8]
    package let token: SyncToken
    /// Whether there is nothing in it that the client does not know.
    package let isEmpty: Bool
    /// Whether there are messages to the device in it.
    package let hasMessages: Bool
}
