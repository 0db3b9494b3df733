import MatrixAPI
import Store
import Synchronization

/// What was said in rooms lately, as it counts for those who have not read it: when all members of a room come back at once,
/// after a restart, all but those with rules of their own count the same events, which are read and judged once for all of them.
final class RoomTalk: Sendable {
    /// What verdicts depend on besides the event.
    private struct Basis: Equatable {
        /// What the rules that ask for the number of members make of it.
        let memberCount: UInt32
        /// Where the power levels changed last.
        let levels: Int64

        init(_ room: RoomSnapshot) {
            memberCount = DefaultPushVerdict.memberCountAnswers(room.joinedCount)
            levels = room.stateEvent("m.room.power_levels")?.position ?? 0
        }
    }

    /// An event was redacted at a position of the journal: who read the store or the log as of an earlier one has it without
    /// the mark.
    private struct Redaction {
        let position: Int64
        let room: RoomID
        let event: Int64
    }

    private struct Room {
        let basis: Basis
        /// All of (after, through] that are no memberships, ascending; of the newest `depth` events.
        var events: [JudgedEvent]
        var after: Int64
        var through: Int64

        func events(after: Int64, through: Int64) -> ArraySlice<JudgedEvent> {
            events[Self.firstIndex(after: after, in: events)..<Self.firstIndex(after: through, in: events)]
        }

        static func firstIndex(after position: Int64, in events: [JudgedEvent]) -> Int {
            var (low, high) = (0, events.count)
            while low < high {
                let middle = (low + high) / 2
                if events[middle].position <= position { low = middle + 1 } else { high = middle }
            }
            return low
        }

        /// Marks an event as redacted, if it is here.
        mutating func redact(eventAt position: Int64) {
            let index = Self.firstIndex(after: position - 1, in: events)
            if index < events.count, events[index].position == position { events[index].isRedacted = true }
        }
    }

    /// From so many members on memberships are not read only to be left out: there may be as many of them as of members.
    static let largeRoom = 100
    /// Redactions that are remembered, of all rooms, at least: who reads meanwhile misses no more than happen while they do.
    private static let redactionCapacity = 1_024

    private struct Rooms {
        var rooms: [RoomID: Room] = [:]
        var count = 0
        /// The latest ones, by position.
        var redactions: [Redaction] = []
        /// The position of the latest that is not among them any more.
        var redactionsForgotten: Int64 = 0

        mutating func remember(_ redaction: Redaction) {
            redactions.append(redaction)
            // Dropping half at a time keeps the cost of a redaction constant.
            guard redactions.count > RoomTalk.redactionCapacity * 2 else { return }
            redactions.removeFirst(RoomTalk.redactionCapacity)
            redactionsForgotten = redactions[0].position
        }
    }

    private let depth: Int
    private let capacity: Int
    private let rooms = Mutex(Rooms())

    /// - Parameters:
    ///   - depth: a room's older events than this many are not asked for.
    ///   - capacity: events that are remembered, of all rooms, some 200 bytes each; more where one room has more.
    init(depth: Int, capacity: Int = 32_768) {
        self.depth = depth
        self.capacity = capacity
    }

    /// How many events are remembered now.
    var count: Int { rooms.withLock { $0.count } }

    /// The events of a room in (after, through] that are no memberships, in order, of its newest ones.
    /// - Returns: nil when they are not in memory and there is no reader.
    func events(
        in room: RoomSnapshot, after: Int64, through: Int64, log: ChangeLog, _ reader: (any StoreReader)?
    ) throws -> ArraySlice<JudgedEvent>? {
        let basis = Basis(room)
        // Who reads as of before what is known began does not see what lies between.
        let known = rooms.withLock { $0.rooms[room.id] }.flatMap {
            $0.basis == basis && $0.after <= through ? $0 : nil
        }
        guard let known else {
            guard let (events, reached) = try read(room, after: after, through: through, log, reader) else {
                return nil
            }
            var made = Room(
                basis: basis, events: events.map { JudgedEvent($0, in: room) }, after: reached, through: through)
            keep(&made, room.id, asOf: through)
            return made.events[...]
        }
        if known.after <= after, through <= known.through { return known.events(after: after, through: through) }
        var grown = known
        if through > known.through {
            guard let (events, reached) = try read(room, after: known.through, through: through, log, reader) else {
                return nil
            }
            if reached < known.through { (grown.events, grown.after) = ([], reached) }
            grown.events += events.map { JudgedEvent($0, in: room) }
            grown.through = through
            if grown.events.count > depth { grown.events.removeFirst(grown.events.count - depth) }
        }
        if after < grown.after {
            guard let (events, reached) = try read(room, after: after, through: grown.after, log, reader) else {
                return nil
            }
            grown.events.insert(contentsOf: events.map { JudgedEvent($0, in: room) }, at: 0)
            grown.after = reached
        }
        keep(&grown, room.id, asOf: through)
        return grown.events(after: after, through: through)
    }

    /// An event was redacted: it is nothing to be read any more.
    /// - Parameter position: the journal's, by which it was.
    func redact(_ event: Event, at position: Int64) {
        rooms.withLock { state in
            state.remember(Redaction(position: position, room: event.roomID, event: event.position))
            guard let place = state.rooms.index(forKey: event.roomID) else { return }
            state.rooms.values[place].redact(eventAt: event.position)
        }
    }

    /// - Parameters:
    ///   - room: gets the marks of what was redacted meanwhile.
    ///   - position: what was read is no older than this.
    private func keep(_ room: inout Room, _ id: RoomID, asOf position: Int64) {
        rooms.withLock { state in
            for redaction in state.redactions.reversed() {
                if redaction.position <= position { break }
                if redaction.room == id { room.redact(eventAt: redaction.event) }
            }
            // There may be more that are not known any more.
            if state.redactionsForgotten > position { return }
            // Somebody else may know more by now.
            if let known = state.rooms[id] {
                if known.basis == room.basis, known.through > room.through { return }
                state.count -= known.events.count
            }
            state.rooms[id] = nil
            // One after the other: to let go of all at once takes milliseconds, for which everybody would wait.
            while state.count + room.events.count > capacity, let any = state.rooms.first {
                state.rooms[any.key] = nil
                state.count -= any.value.events.count
            }
            state.rooms[id] = room
            state.count += room.events.count
        }
    }

    /// The events of (after, through] that are no memberships, and from where on they are all there: 0 when what is older is not
    /// to be asked for.
    private func read(
        _ room: RoomSnapshot, after: Int64, through: Int64, _ log: ChangeLog, _ reader: (any StoreReader)?
    ) throws -> (events: [Event], after: Int64)? {
        if let events = log.events(in: room.id, since: after, upTo: through, withoutMembers: true) {
            return (events, after)
        }
        guard let reader else { return nil }
        if room.members.count >= Self.largeRoom {
            let positions = try reader.positionsWithoutMembers(in: room.id, through: through, ofNewest: depth)
            return (try positions.compactMap { try reader.event(at: $0) }, 0)
        }
        let events = try reader.events(in: room.id, after: after, through: through, order: .backward, limit: depth)
        return (events.reversed().filter { $0.type != "m.room.member" }, events.count < depth ? after : 0)
    }
}

/// What counts of an event for those who have not read it.
struct JudgedEvent: Sendable {
    let position: Int64
    let sender: UserID
    let isState: Bool
    /// The root of the thread that it is part of.
    let root: EventID?
    var isRedacted: Bool
    let judgement: Judgement

    enum Judgement: Sendable {
        case verdict(DefaultPushVerdict)
        /// It depends on the member, or the room has no levels yet.
        case open(Event)
    }

    init(_ event: Event, in room: RoomSnapshot) {
        let verdict = room.levels.flatMap { levels in
            DefaultPushVerdict(PushEvent(event, memberCount: room.joinedCount, powerLevels: levels))
        }
        self.init(event, verdict.map { .verdict($0) } ?? .open(event))
    }

    init(_ event: Event, _ judgement: Judgement) {
        position = event.position
        sender = event.sender
        isState = event.isState
        root = event.threadRoot
        isRedacted = event.redactedBecause != nil
        self.judgement = judgement
    }
}
