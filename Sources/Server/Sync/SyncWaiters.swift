import EventLoop
import MatrixAPI
import Synchronization

/// Who waits on one loop. Waiting costs an entry here and nothing else.
///
/// `@unchecked Sendable`: confined to `loop`, all but `count`.
final class SyncWaiters: @unchecked Sendable {
    /// Waiters served before the loop looks at its connections again.
    private static let slice = 64

    let loop: EventLoop
    private var waiters: [UserID: [SyncWaiter]] = [:]
    private var isEnding = false
    /// Sessions that ended lately, for requests that were authenticated before and begin to wait after.
    private var endings: [(user: UserID, devices: Set<DeviceID>?, time: MonotonicTime)] = []
    /// Longer than a request takes from its authentication to its waiting.
    private static let endingsLast = Duration.seconds(120)
    private let waiting = Atomic<Int>(0)

    /// How many wait. Any thread.
    var count: Int { waiting.load(ordering: .sequentiallyConsistent) }

    init(loop: EventLoop) { self.loop = loop }

    /// - Parameter received: when the request was, before its token was looked at.
    /// - Returns: false when its session ended since then; it does not wait.
    func add(_ waiter: SyncWaiter, received: MonotonicTime) -> Bool {
        let hasEnded = endings.contains { ending in
            ending.user == waiter.user && ending.devices?.contains(waiter.device) ?? true && ending.time >= received
        }
        if hasEnded { return false }
        waiters[waiter.user, default: []].append(waiter)
        waiting.add(1, ordering: .sequentiallyConsistent)
        // It came while the server was stopping, and would keep it from that.
        if isEnding { loop.execute { [weak self] in self?.endAll() } }
        return true
    }

    func remove(_ waiter: SyncWaiter) {
        guard let index = waiters[waiter.user]?.firstIndex(where: { $0 === waiter }) else { return }
        waiters[waiter.user]?.remove(at: index)
        if waiters[waiter.user]?.isEmpty == true { waiters[waiter.user] = nil }
        waiting.subtract(1, ordering: .relaxed)
    }

    /// Wakes those whom a batch concerns.
    ///
    /// - Parameter deliveries: who need not be woken for items that they do not get now.
    func wake(_ publication: Publication, _ journal: Journal, _ deliveries: Deliveries?) {
        guard count > 0 else { return }
        var due = DueWaiters()
        // Many events of one room make its members due once.
        for room in publication.rooms.values {
            if var concerned = deliveries?.concerned(by: publication.events(in: room.id), in: room.id) {
                collect(&concerned, &due)
            } else {
                collect(membersOf: room, &due)
            }
        }
        for change in publication.changes {
            switch change.kind {
            case .event(let event):
                // Who was invited, or is no longer there.
                if event.type == "m.room.member", let key = event.stateKey {
                    collect(UserID(unchecked: key), &due)
                }
            case .redaction: break
            case .receipt(let receipt):
                if receipt.type == "m.read.private" {
                    collect(receipt.user, &due)
                } else if let room = journal.rooms.value(receipt.room) {
                    collect(membersOf: room, &due)
                }
            case .accountData(let user, _, _, _): collect(user, &due)
            case .toDevice(let user, let device, _): collect(user, &due) { $0.device == device }
            case .delivery(let delivery): collect(delivery.user, &due)
            case .deviceList(let user): collect(sharingRoomsWith: [user], journal, &due)
            case .keySignature(of: _, by: let user): collect(user, &due)
            }
        }
        serve(due.waiters[...])
    }

    /// Wakes the members of rooms, for what is not in the journal (typing).
    func wake(membersOf rooms: [RoomSnapshot]) {
        var due = DueWaiters()
        for room in rooms { collect(membersOf: room, &due) }
        serve(due.waiters.filter(\.wantsTyping)[...])
    }

    /// Wakes whoever shares a room with one of these, for what is not in the journal (presence).
    func wake(sharingRoomsWith users: [UserID], _ journal: Journal) {
        guard count > 0 else { return }
        var due = DueWaiters()
        collect(sharingRoomsWith: users, journal, &due)
        serve(due.waiters.filter(\.wantsPresence)[...])
    }

    /// Ends the waiting of some devices, or of all of a member's (nil).
    func end(_ user: UserID, devices: Set<DeviceID>?) {
        let now = loop.now()
        endings.removeAll { $0.time + Self.endingsLast < now }
        endings.append((user, devices, now))
        for waiter in waiters[user] ?? [] where devices?.contains(waiter.device) ?? true {
            waiter.sessionEnded()
        }
    }

    /// Ends all waiting: the server stops.
    func endAll() {
        isEnding = true
        for waiter in waiters.values.flatMap(\.self) { waiter.end() }
    }

    // MARK: Collecting

    private struct DueWaiters {
        var waiters: [SyncWaiter] = []
        private var seen: Set<ObjectIdentifier> = []
        mutating func insert(_ waiter: SyncWaiter) {
            if seen.insert(ObjectIdentifier(waiter)).inserted { waiters.append(waiter) }
        }
    }

    /// Goes through the smaller of the two: who waits here, or who is in the room.
    private func collect(membersOf room: RoomSnapshot, _ due: inout DueWaiters) {
        if room.members.count < waiters.count {
            room.members.forEach { user, _ in if room.isJoined(user) { collect(user, &due) } }
        } else {
            for (user, list) in waiters where room.isJoined(user) { for waiter in list { due.insert(waiter) } }
        }
    }

    private func collect(_ concerned: inout ConcernedMembers, _ due: inout DueWaiters) {
        if concerned.count < waiters.count {
            concerned.forEach { collect($0, &due) }
        } else {
            for (user, list) in waiters where concerned.contains(user) { for waiter in list { due.insert(waiter) } }
        }
    }

    private func collect(
        _ user: UserID, _ due: inout DueWaiters, where isConcerned: (SyncWaiter) -> Bool = { _ in true }
    ) {
        for waiter in waiters[user] ?? [] where isConcerned(waiter) { due.insert(waiter) }
    }

    /// These members themselves, and whoever is in a room with one of them.
    private func collect(sharingRoomsWith users: [UserID], _ journal: Journal, _ due: inout DueWaiters) {
        var rooms: Set<RoomID> = []
        for user in users {
            collect(user, &due)
            // Who is not in memory is looked for by those who wait.
            guard let memberships = journal.memberships.value(user) else { return collectAll(&due) }
            for (id, membership) in memberships where membership.membership == .join { rooms.insert(id) }
        }
        for id in rooms {
            if due.waiters.count == count { return }
            guard let room = journal.rooms.value(id) else { return collectAll(&due) }
            if room.bringsTogether { collect(membersOf: room, &due) }
        }
    }

    private func collectAll(_ due: inout DueWaiters) {
        for list in waiters.values { for waiter in list { due.insert(waiter) } }
    }

    private func serve(_ due: ArraySlice<SyncWaiter>) {
        for waiter in due.prefix(Self.slice) { waiter.wake() }
        let rest = due.dropFirst(Self.slice)
        guard !rest.isEmpty else { return }
        let later = Rest(waiters: rest)
        loop.execute { [self] in serve(later.waiters) }
    }

    /// `@unchecked Sendable`: made and used on the loop; only its place in the queue is elsewhere.
    private struct Rest: @unchecked Sendable { let waiters: ArraySlice<SyncWaiter> }
}
