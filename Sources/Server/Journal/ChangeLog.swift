package import MatrixAPI
import Synchronization

/// The journal's recent part in memory: what nearly every sync asks for.
///
/// Forgetting is spread over what is appended: letting go of ten thousand events at once takes ten milliseconds, for which
/// all who send and all who ask would wait.
package final class ChangeLog: Sendable {
    private struct Recent {
        /// Every change after this position is in `changes`.
        var start: Int64
        var changes: ChangeQueue
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
    private let maximumBytes: Int
    private let recent: Mutex<Recent>

    /// - Parameters:
    ///   - start: the journal's position at the start of the process.
    ///   - capacity: how many changes are kept, at least, where they are no larger than `maximumBytes`.
    ///   - maximumBytes: what the changes hold, at most; those of the newest piece are kept whatever they hold.
    package init(after start: Int64, capacity: Int = 24_576, maximumBytes: Int = 256 << 20) {
        self.capacity = capacity
        self.maximumBytes = maximumBytes
        let changes = ChangeQueue(pieceLength: min(128, max(1, capacity / 8)))
        recent = Mutex(Recent(start: start, changes: changes))
    }

    /// Appends what was committed; positions ascend.
    func append(_ changes: [Change]) {
        recent.withLock { recent in
            for change in changes {
                recent.changes.append(change)
                switch change.kind {
                case .event(let event):
                    recent.rooms[event.roomID, default: RoomPositions()].append(event, at: change.position)
                case .redaction(of: let event): Self.replace(event, in: &recent.changes)
                default: break
                }
                while isFull(recent.changes) { Self.dropOldest(of: &recent) }
            }
        }
    }

    private func isFull(_ changes: ChangeQueue) -> Bool {
        let others = changes.count - changes.oldest.count
        return others >= capacity || (others > 0 && changes.bytes > maximumBytes)
    }

    /// The changes with `position` in (since, upTo], in order; nil when they are not all in memory.
    package func changes(since: Int64, upTo: Int64) -> [Change]? {
        recent.withLock { recent in
            guard since >= recent.start else { return nil }
            let first = recent.changes.firstIndex(after: since)
            return recent.changes[first..<max(first, recent.changes.firstIndex(after: upTo))]
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
                if case .event(let event) = recent.changes[recent.changes.firstIndex(after: position - 1)].kind {
                    events.append(event)
                }
            }
            return events.reversed()
        }
    }

    /// Drops what is at or before a position: for a process that is short of memory, and for tests of what follows.
    func forgetAll(before position: Int64) {
        recent.withLock { recent in
            let start = max(recent.start, position)
            let kept = recent.changes[recent.changes.firstIndex(after: position)..<recent.changes.count]
            while recent.changes.count > 0 { Self.dropOldest(of: &recent) }
            for change in kept {
                recent.changes.append(change)
                guard case .event(let event) = change.kind else { continue }
                recent.rooms[event.roomID, default: RoomPositions()].append(event, at: change.position)
            }
            recent.start = start
        }
    }

    private static func dropOldest(of recent: inout Recent) {
        guard let last = recent.changes.oldest.last?.position else { return }
        var touched: Set<RoomID> = []
        for change in recent.changes.oldest {
            if case .event(let event) = change.kind { touched.insert(event.roomID) }
        }
        for room in touched {
            recent.rooms[room]?.drop(upTo: last)
            if recent.rooms[room]?.all.isEmpty == true { recent.rooms[room] = nil }
        }
        recent.start = last
        recent.changes.removeOldest()
    }

    private static func replace(_ event: Event, in changes: inout ChangeQueue) {
        var index = changes.firstIndex(after: event.position - 1)
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
}
