package import MatrixAPI
import Synchronization

/// The journal's recent part in memory: what nearly every sync asks for.
package final class ChangeLog: Sendable {
    private struct Recent {
        /// Every change after this position is in `changes`.
        var start: Int64
        var changes: [Change] = []
        /// Where in the journal the events of each room are, in order.
        var events: [RoomID: [Int64]] = [:]
        /// The same without membership events, of which a large room has as many as members.
        var matters: [RoomID: [Int64]] = [:]
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
                    recent.events[event.roomID, default: []].append(change.position)
                    if event.type != "m.room.member" {
                        recent.matters[event.roomID, default: []].append(change.position)
                    }
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
            guard let positions = (withoutMembers ? recent.matters : recent.events)[room] else { return [] }
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
        var dropped: [RoomID: (events: Int, matters: Int)] = [:]
        for change in recent.changes.prefix(count) {
            guard case .event(let event) = change.kind else { continue }
            dropped[event.roomID, default: (0, 0)].events += 1
            if event.type != "m.room.member" { dropped[event.roomID]?.matters += 1 }
        }
        for (room, counts) in dropped {
            Self.drop(counts.events, of: &recent.events[room])
            Self.drop(counts.matters, of: &recent.matters[room])
        }
        recent.start = recent.changes[count - 1].position
        recent.changes.removeFirst(count)
    }

    private static func drop(_ count: Int, of positions: inout [Int64]?) {
        positions?.removeFirst(count)
        if positions?.isEmpty == true { positions = nil }
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
