import JSON
package import MatrixAPI
package import Store
import Synchronization

/// What tells sync a member's push rules. Implemented by PushRules.
package protocol PushRuleSource: Sendable {
    /// nil when only the store knows and `reader` is nil.
    func ruleset(of user: UserID, _ reader: (any StoreReader)?) throws -> PushRuleset?
}

/// How many events a member has not read in a room. Source: Client-Server API, "Receiving notifications".
package struct UnreadCount: Sendable, Equatable {
    package struct Pair: Sendable, Equatable {
        package var notifications = 0
        package var highlights = 0
    }

    /// Outside of threads.
    package var main = Pair()
    /// By root of the thread.
    package var threads: [EventID: Pair] = [:]

    func write(to body: inout JSONWriter, byThread: Bool) {
        func write(_ pair: Pair, to object: inout JSONWriter) {
            object.member("notification_count", pair.notifications)
            object.member("highlight_count", pair.highlights)
        }
        if byThread {
            body.object("unread_notifications") { write(main, to: &$0) }
            body.object("unread_thread_notifications") { object in
                for (root, pair) in threads.sorted(by: { $0.key < $1.key }) {
                    object.object(root.string) { write(pair, to: &$0) }
                }
            }
        } else {
            body.object("unread_notifications") { write(total, to: &$0) }
        }
    }

    /// Threads included.
    var total: Pair {
        threads.values.reduce(into: main) { total, pair in
            total.notifications += pair.notifications
            total.highlights += pair.highlights
        }
    }
}

/// Counts unread events when somebody asks, and remembers how far it counted: a send costs nothing for the members
/// who are not looking.
package final class UnreadCounts: Sendable, JournalObserver {
    private struct Entry: Sendable {
        var count = UnreadCount()
        var countedTo: Int64
        /// Everything is read up to here.
        var read: Int64 = 0
        /// What is outside of threads is.
        var mainRead: Int64 = 0
        var threadRead: [EventID: Int64] = [:]
    }

    /// What is known of one member.
    private struct Counts {
        var entries: [RoomID: Entry] = [:]
        /// Where receipts and rules changed: what was counted as of an earlier position is not kept.
        var changed: [RoomID: Int64] = [:]
        var allChanged: Int64 = 0
        /// Whether the member has the server's own rules, as of the entries.
        var hasDefaultRules = false
    }

    /// Older unread events than this many are not counted when the counts are made anew.
    private static let depth = 1_000

    private let members = Mutex<[UserID: Counts]>([:])
    private let talk = RoomTalk(depth: depth)
    private let rules: any PushRuleSource
    private let ignoredUsers: IgnoredUsers

    package init(rules: any PushRuleSource, ignoredUsers: IgnoredUsers) {
        self.rules = rules
        self.ignoredUsers = ignoredUsers
    }

    /// A receipt starts the member's count of that room anew, other rules those of all rooms.
    package func prepare(for publication: Publication) {
        for change in publication.changes {
            switch change.kind {
            case .receipt(let receipt):
                members.withLock { members in
                    members[receipt.user, default: Counts()].entries[receipt.room] = nil
                    members[receipt.user]?.changed[receipt.room] = publication.position
                }
            case .redaction(of: let event): talk.redact(event, at: publication.position)
            case .accountData(let user, nil, "m.push_rules", _),
                .accountData(let user, nil, IgnoredUsers.accountDataType, _):
                members.withLock { $0[user] = Counts(allChanged: publication.position) }
            default: break
            }
        }
    }

    /// The counts up to a position; nil when only the store knows and `reader` is nil.
    func counts(
        of user: UserID, in room: RoomSnapshot, upTo: Int64, log: ChangeLog, _ reader: (any StoreReader)?,
        _ window: DeliveryWindow? = nil
    ) throws -> UnreadCount? {
        // What is held is not unread yet.
        let upTo = min(upTo, window?.through ?? upTo)
        guard let ruleset = try rules.ruleset(of: user, reader),
            let ignored = try ignoredUsers.ignored(by: user, reader)
        else { return nil }
        var entry: Entry
        if let known = members.withLock({ $0[user]?.entries[room.id] }) {
            entry = known
        } else {
            guard let reader else { return nil }
            entry = try start(user, room, reader)
        }
        guard entry.countedTo < upTo else { return entry.count }
        let after = entry.countedTo
        if ruleset.isDefault, window == nil {
            guard let events = try talk.events(in: room, after: after, through: upTo, log: log, reader) else {
                return nil
            }
            for event in events where !ignored.hides(event) {
                count(event, &entry, of: user) {
                    switch event.judgement {
                    case .verdict(let verdict): verdict.actions(for: user)
                    case .open(let event): actions(for: event, ruleset, room)
                    }
                }
            }
        } else {
            let events = try events(
                in: room, after: after, through: upTo, withoutMembers: ruleset.isSilentAboutMembers, log, reader)
            guard let events else { return nil }
            for event in events where !ignored.hides(event) && (window?.passes(event) ?? true) {
                count(JudgedEvent(event, .open(event)), &entry, of: user) { actions(for: event, ruleset, room) }
            }
        }
        entry.countedTo = upTo
        keep(entry, of: user, in: room.id, hasDefaultRules: ruleset.isDefault)
        return entry.count
    }

    /// The counts where it takes nothing but to add what happened since the last answer, of which all members with the server's
    /// own rules think alike. For those who ignore nobody.
    ///
    /// - Parameters:
    ///   - changes: all that happened in (since, upTo].
    ///   - room: as it is now.
    /// - Returns: nil when more has to be asked.
    func counts(
        of user: UserID, in id: RoomID, since: Int64, upTo: Int64, _ changes: SharedRoomChanges,
        room: () throws -> RoomSnapshot?
    ) rethrows -> UnreadCount? {
        let judged = try changes.judgedEvents { events in
            guard let room = try room() else { return [] }
            return events.map { JudgedEvent($0, in: room) }
        }
        guard judged.count == changes.events.count else { return nil }
        return members.withLock { members in
            guard let member = members.index(forKey: user), members.values[member].hasDefaultRules,
                let place = members.values[member].entries.index(forKey: id)
            else { return nil }
            func update(_ entry: inout Entry) -> UnreadCount? {
                guard entry.countedTo < upTo else { return entry.count }
                guard entry.countedTo >= since else { return nil }
                for event in judged where event.position > entry.countedTo {
                    guard case .verdict(let verdict) = event.judgement else { return nil }
                    count(event, &entry, of: user) { verdict.actions(for: user) }
                    entry.countedTo = event.position
                }
                entry.countedTo = upTo
                return entry.count
            }
            return update(&members.values[member].entries.values[place])
        }
    }

    private func keep(_ entry: Entry, of user: UserID, in room: RoomID, hasDefaultRules: Bool) {
        members.withLock { members in
            let counts = members[user] ?? Counts()
            guard entry.countedTo >= max(counts.allChanged, counts.changed[room] ?? 0),
                entry.countedTo >= counts.entries[room]?.countedTo ?? 0
            else { return }
            members[user, default: Counts()].entries[room] = entry
            members[user]?.changed[room] = nil
            members[user]?.hasDefaultRules = hasDefaultRules
        }
    }

    private func start(_ user: UserID, _ room: RoomSnapshot, _ reader: any StoreReader) throws -> Entry {
        var entry = Entry(countedTo: 0)
        for receipt in try reader.receipts(of: user, in: room.id) {
            switch receipt.thread {
            case "": entry.read = max(entry.read, receipt.eventPosition)
            case "main": entry.mainRead = max(entry.mainRead, receipt.eventPosition)
            default:
                let root = EventID(unchecked: receipt.thread)
                entry.threadRead[root] = max(entry.threadRead[root] ?? 0, receipt.eventPosition)
            }
        }
        entry.countedTo = max(entry.read, try joinPosition(of: user, room, notBefore: entry.read, reader))
        return entry
    }

    /// Where the member's stay in the room began: changes of their profile are member events too.
    /// - Parameter read: where it began before that, or there, is not looked for; the answer is then no later.
    private func joinPosition(
        of user: UserID, _ room: RoomSnapshot, notBefore read: Int64, _ reader: any StoreReader
    ) throws -> Int64 {
        guard var event = room.members[user] else { return 0 }
        while event.membership == .join, event.position > read, let replaced = event.replaces,
            let previous = try reader.event(at: replaced), previous.membership == .join
        { event = previous }
        return event.position
    }

    private func events(
        in room: RoomSnapshot, after: Int64, through: Int64, withoutMembers: Bool, _ log: ChangeLog,
        _ reader: (any StoreReader)?
    ) throws -> [Event]? {
        if let events = log.events(in: room.id, since: after, upTo: through, withoutMembers: withoutMembers) {
            return events
        }
        guard let reader else { return nil }
        if withoutMembers, room.members.count >= RoomTalk.largeRoom {
            let positions = try talk.events(in: room, after: after, through: through, log: log, reader)?.map(\.position)
            return try (positions ?? []).compactMap { try reader.event(at: $0) }
        }
        return try reader.events(
            in: room.id, after: after, through: through, order: .backward, limit: Self.depth
        ).reversed()
    }

    /// nil when the room has no levels yet.
    private func actions(for event: Event, _ ruleset: PushRuleset, _ room: RoomSnapshot) -> PushActions? {
        guard let levels = room.levels else { return nil }
        return ruleset.evaluate(
            PushEvent(event, memberCount: room.joinedCount, powerLevels: levels),
            displayName: room.members[ruleset.owner]?.content["displayname"]?.string)
    }

    /// - Parameter actions: what the owner's rules say of it; nil when the room has no levels yet.
    private func count(
        _ event: JudgedEvent, _ entry: inout Entry, of owner: UserID, actions: () -> PushActions?
    ) {
        if event.sender == owner {
            // Who writes has read what stands above; a change of the own profile is no writing.
            if event.isState { return }
            if let root = event.root {
                entry.count.threads[root] = nil
            } else {
                entry.count.main = UnreadCount.Pair()
            }
            return
        }
        let root = event.root
        let read = max(entry.read, root.map { entry.threadRead[$0] ?? 0 } ?? entry.mainRead)
        guard event.position > read, !event.isRedacted, let actions = actions(), actions.notify else {
            return
        }
        var pair = root.flatMap { entry.count.threads[$0] } ?? (root == nil ? entry.count.main : UnreadCount.Pair())
        pair.notifications += 1
        if actions.highlight { pair.highlights += 1 }
        if let root { entry.count.threads[root] = pair } else { entry.count.main = pair }
    }
}

extension Event {
    /// The root of the thread that the event is part of. Source: Client-Server API, "Threading".
    var threadRoot: EventID? {
        // Most events relate to nothing, and a look for the bytes is cheaper than parsing.
        guard contentBytes.contains(sequence: "m.thread") else { return nil }
        guard let relates = content["m.relates_to"], relates["rel_type"]?.string == "m.thread" else { return nil }
        return EventID(relates["event_id"]?.string ?? "")
    }
}

extension ArraySlice<UInt8> {
    /// Whether the text stands somewhere in these bytes.
    func contains(sequence text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        let wanted = UnsafeBufferPointer(start: text.utf8Start, count: count)
        var start = startIndex
        while start <= endIndex - count {
            if self[start] == wanted[0], self[start..<start + count].elementsEqual(wanted) { return true }
            start += 1
        }
        return false
    }
}
