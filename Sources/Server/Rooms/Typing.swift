package import EventLoop
package import MatrixAPI
import Synchronization

/// Who types where: in memory only, each with a deadline after which it is over.
///
/// State: for each room the members who type, with the timer that ends it. A change takes a number of the ephemeral
/// sequence and then tells `onChange`, outside of the lock.
///
/// Source: Client-Server API, "Typing Notifications".
package final class Typing: TypingSource {
    private struct Entry {
        let timer: LoopTimer
        /// Tells the timer of this entry from those of entries that it replaced.
        let generation: UInt64
    }

    private struct Room {
        var members: [UserID: Entry] = [:]
        /// The number of the newest change.
        var sequence: Int64
    }

    private struct State {
        var rooms: [RoomID: Room] = [:]
        var generation: UInt64 = 0
    }

    /// The longest time that a client can ask for.
    package static let maximumTimeout = Duration.seconds(120)
    /// What counts when a client does not say.
    package static let defaultTimeout = Duration.seconds(30)

    private let journal: Journal
    private let sequence: EphemeralSequence
    private let onChange: @Sendable (RoomID) -> Void
    private let state = Mutex(State())

    /// - Parameter onChange: called after each change, on the loop that made it; wakes those who wait.
    package init(journal: Journal, sequence: EphemeralSequence, onChange: @escaping @Sendable (RoomID) -> Void) {
        self.journal = journal
        self.sequence = sequence
        self.onChange = onChange
    }

    /// - Throws: `M_FORBIDDEN` when the user is not in the room.
    package func start(_ user: UserID, in id: RoomID, for timeout: Duration, on loop: EventLoop) async throws {
        try await requireMember(user, id)
        let timeout = min(timeout, Self.maximumTimeout)
        let isNew: Bool = state.withLock { state in
            state.generation += 1
            let generation = state.generation
            let timer = loop.schedule(after: timeout) { [weak self] in self?.end(user, in: id, generation) }
            var room = state.rooms[id] ?? Room(sequence: 0)
            let before = room.members.updateValue(Entry(timer: timer, generation: generation), forKey: user)
            before?.timer.cancel()
            if before == nil { room.sequence = sequence.next() }
            state.rooms[id] = room
            return before == nil
        }
        if isNew { onChange(id) }
    }

    /// - Throws: `M_FORBIDDEN` when the user is not in the room.
    package func stop(_ user: UserID, in id: RoomID) async throws {
        try await requireMember(user, id)
        end(user, in: id, nil)
    }

    /// Ends it: at the deadline of one entry, or of whichever there is.
    private func end(_ user: UserID, in id: RoomID, _ generation: UInt64?) {
        let ended: Bool = state.withLock { state in
            guard let entry = state.rooms[id]?.members[user], generation == nil || entry.generation == generation
            else { return false }
            entry.timer.cancel()
            state.rooms[id]?.members[user] = nil
            // The room stays with its number: who waits learns that nobody types any more.
            state.rooms[id]?.sequence = sequence.next()
            return true
        }
        if ended { onChange(id) }
    }

    private func requireMember(_ user: UserID, _ id: RoomID) async throws {
        guard try await journal.room(id)?.isJoined(user) ?? false else { throw Rooms.notInRoom }
    }

    // MARK: TypingSource

    package func rooms(changedAfter sequence: Int64) -> [RoomID] {
        state.withLock { state in state.rooms.filter { $0.value.sequence > sequence }.map(\.key) }
    }

    package func typing(in room: RoomID) -> [UserID] {
        let users = state.withLock { state in state.rooms[room]?.members.keys.sorted() ?? [] }
        // One who left types no more, whatever the deadline.
        guard !users.isEmpty, let snapshot = journal.rooms.value(room) else { return users }
        return users.filter(snapshot.isJoined)
    }
}
