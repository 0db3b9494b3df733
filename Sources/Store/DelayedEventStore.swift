package import MatrixAPI

/// An event that is sent at a time to come.
package struct StoredDelayedEvent: Hashable, Sendable {
    /// Nobody can guess it: whoever knows it may restart, send or cancel the event.
    package let id: String
    package let sender: UserID
    package let room: RoomID
    package let type: String
    /// nil for an event that is no state.
    package let stateKey: String?
    /// JSON.
    package let content: [UInt8]
    /// Milliseconds between `started` and when it is due.
    package let delay: Int64
    /// When the delay began (milliseconds since 1970, UTC).
    package var started: Int64

    package init(
        id: String, sender: UserID, room: RoomID, type: String, stateKey: String?, content: [UInt8], delay: Int64,
        started: Int64
    ) {
        self.id = id
        self.sender = sender
        self.room = room
        self.type = type
        self.stateKey = stateKey
        self.content = content
        self.delay = delay
        self.started = started
    }

    /// When it is to be sent (milliseconds since 1970, UTC).
    package var due: Int64 { started + delay }
}

package protocol DelayedEventReading {
    func delayedEvent(_ id: String) throws(StoreError) -> StoredDelayedEvent?
    /// Those of a sender, the first that is due first.
    func delayedEvents(of sender: UserID) throws(StoreError) -> [StoredDelayedEvent]
    /// The first that are due, at most `limit`.
    func delayedEvents(limit: Int) throws(StoreError) -> [StoredDelayedEvent]
    /// The pieces of state that delayed events would set.
    func delayedStates() throws(StoreError) -> [(room: RoomID, key: StateKey)]
}

package protocol DelayedEventWriting {
    /// ``StoreError/constraint(_:)`` when the identifier is taken.
    func insertDelayedEvent(_ event: StoredDelayedEvent) throws(StoreError)
    /// Has the delay begin at `time`. Does nothing when there is no such event.
    func restartDelayedEvent(_ id: String, at time: Int64) throws(StoreError)
    /// Whether it was there.
    @discardableResult
    func deleteDelayedEvent(_ id: String) throws(StoreError) -> Bool
    /// Deletes those that would set a piece of state, of all senders but one.
    func deleteDelayedStates(_ key: StateKey, in room: RoomID, exceptOf sender: UserID) throws(StoreError)
}
