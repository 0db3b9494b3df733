package import MatrixAPI
import Synchronization

/// The journal's recent part in memory: what nearly every sync asks for.
package final class ChangeLog: Sendable {
    private struct Recent {
        /// Every change after this position is in `changes`.
        var start: Int64
        var changes: [Change] = []
        var rooms: [RoomID: RoomPositions] = [:]
    }

    /// Where in the journal a room's events are, in order.
    private struct RoomPositions {
        var all: [Int64] = []
        /// Without membership events, of which a large room has as many as members.
        var withoutMembers: [Int64] = []

        mutating func append(_ event: Event, at position: Int64) {
            all.append(position)
            if event.type != "m.room.member" { withoutMembers.append(position) }
        }

        /// Drops what is at or before a position.
        mutating func drop(upTo position: Int64) {
            all.removeFirst(all.firstIndex { $0 > position } ?? all.count)
            withoutMembers.removeFirst(withoutMembers.firstIndex { $0 > position } ?? withoutMembers.count)
        }
    }

    private let capacity: Int
    private let recent: Mutex<Recent>

    /// - Parameters:
    ///   - start: the journal's position at the start of the process.
    ///   - capacity: how many changes are kept, at least.
    package init(after start: Int64, capacity: Int = 16_384) {
        self.capacity = capacity
        recent = Mutex(Recent(start: start))
    }

    /// Appends what was committed; positions ascend.
    func append(_ changes: [Change]) {
        recent.withLock { recent in
            recent.changes.append(contentsOf: changes)
            for change in changes {
                switch change.kind {
                case .event(let event):
                    recent.rooms[event.roomID, default: RoomPositions()].append(event, at: change.position)
                case .redaction(of: let event): Self.replace(event, in: &recent.changes)
                default: break
                }
            }
            // Dropping half at a time keeps the cost of a change constant.
            if recent.changes.count > capacity * 2 {
                Self.drop(recent.changes.count - capacity, of: &recent)
            }
        }
    }

    /// The changes with `position` in (since, upTo], in order; nil when they are not all in memory.
    package func changes(since: Int64, upTo: Int64) -> ArraySlice<Change>? {
        recent.withLock { recent in
            guard since >= recent.start else { return nil }
            let first = Self.firstIndex(after: since, in: recent.changes)
            let end = Self.firstIndex(after: upTo, in: recent.changes)
            return recent.changes[first..<max(first, end)]
        }
    }

    /// The events of a room with `position` in (since, upTo], in order; nil when they are not all in memory. Costs
    /// nothing for the changes of other rooms.
    /// - Parameter withoutMembers: leaves out membership events, which then cost nothing either.
    package func events(in room: RoomID, since: Int64, upTo: Int64, withoutMembers: Bool = false) -> [Event]? {
        recent.withLock { recent in
            guard since >= recent.start else { return nil }
            guard let room = recent.rooms[room] else { return [] }
            let positions = withoutMembers ? room.withoutMembers : room.all
            var events: [Event] = []
            for position in positions.reversed() {
                if position <= since { break }
                if position > upTo { continue }
                let index = Self.firstIndex(after: position - 1, in: recent.changes)
                if case .event(let event) = recent.changes[index].kind { events.append(event) }
            }
            return events.reversed()
        }
    }

    /// Drops what is at or before a position: for a process that is short of memory, and for tests of what follows.
    func forgetAll(before position: Int64) {
        recent.withLock { recent in
            Self.drop(Self.firstIndex(after: position, in: recent.changes), of: &recent)
            recent.start = max(recent.start, position)
        }
    }

    private static func drop(_ count: Int, of recent: inout Recent) {
        guard count > 0 else { return }
        let last = recent.changes[count - 1].position
        var touched: Set<RoomID> = []
        for change in recent.changes.prefix(count) {
            if case .event(let event) = change.kind { touched.insert(event.roomID) }
        }
        for room in touched {
            recent.rooms[room]?.drop(upTo: last)
            if recent.rooms[room]?.all.isEmpty == true { recent.rooms[room] = nil }
        }
        recent.start = last
        recent.changes.removeFirst(count)
    }

    private static func replace(_ event: Event, in changes: inout [Change]) {
        var index = firstIndex(after: event.position - 1, in: changes)
        if index < changes.count, changes[index].position == event.position {
            changes[index] = Change(position: event.position, kind: .event(event))
            index += 1
        }
        guard event.isState else { return }
        // What replaced it must not show what it said.
        while index < changes.count {
            if case .event(let next) = changes[index].kind, next.replaces == event.position {
                changes[index] = Change(position: next.position, kind: .event(next.withoutPreviousContent))
                return
            }
            index += 1
        }
    }

    private static func firstIndex(after position: Int64, in changes: [Change]) -> Int {
        var low = 0
        var high = changes.count
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].position <= position { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
