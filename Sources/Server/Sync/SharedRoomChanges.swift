import JSON
import MatrixAPI
import Synchronization

/// What happened in a room in a range of the journal, and what its members get of it alike.
final class SharedRoomChanges: Sendable {
    /// Oldest first.
    let events: [Event]
    let receipts: [Receipt]
    /// Whether no state changed: who was a member still is one, and sees what all of them see.
    let isTalk: Bool
    /// Whose own messages or read marks are among it.
    private let authors: Set<UserID>
    private let parts = Mutex<[ObjectIdentifier: Part]>([:])
    private let judged = Mutex<[JudgedEvent]?>(nil)

    /// What one filter lets through, as of a moment.
    private struct Part {
        /// Kept, so that no other one gets its identity.
        let filter: SharedFilter
        /// Milliseconds since 1970.
        let time: Int64
        let text: SharedRoomText?
    }

    init(events: [Event], receipts: [Receipt]) {
        self.events = events
        self.receipts = receipts
        isTalk = events.allSatisfy { !$0.isState }
        authors = Set(events.map(\.sender)).union(receipts.map(\.user))
    }

    /// Whether something of it is the member's own, which they get in another form than others.
    func isOwn(of user: UserID) -> Bool { authors.contains(user) }

    /// The text that all get who have this filter and are no `isOwn`; nil when there is none for all of them.
    ///
    /// - Parameters:
    ///   - now: milliseconds since 1970. The age of events is in the text, so that it is made anew each second.
    ///   - encode: makes the text.
    func text(for filter: SharedFilter, now: Int64, encode: () throws -> SharedRoomText?) rethrows -> SharedRoomText? {
        let known = parts.withLock { $0[ObjectIdentifier(filter)] }
        if let known, now - known.time < 1_000 { return known.text }
        let text = try encode()
        parts.withLock { $0[ObjectIdentifier(filter)] = Part(filter: filter, time: now, text: text) }
        return text
    }

    /// The events as `judge` sees them, who is asked once.
    func judgedEvents(judge: ([Event]) throws -> [JudgedEvent]) rethrows -> [JudgedEvent] {
        if let known = judged.withLock(\.self) { return known }
        let events = try judge(events)
        judged.withLock { $0 = events }
        return events
    }
}

/// The parts of a joined room in an answer of sync that are the same for many; all are there, however empty.
struct SharedRoomText: Sendable {
    let timeline: RawJSON
    let state: RawJSON
    let ephemeral: RawJSON
    /// Whether there is nothing to tell.
    let isEmpty: Bool
}
