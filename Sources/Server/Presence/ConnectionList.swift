package import MatrixAPI

/// Who is connected and what that makes of them: the state machine behind presence, without I/O.
///
/// A device is connected while it polls or streams, and for `grace` after a poll was answered, so that the pause
/// between two polls is not an absence. A member's availability is the best of their devices': ready before busy
/// before away. What the member chose (busy, invisible) stands above what the devices say, and being in a call, which is
/// busy, between the two. A member who did nothing
/// for `awayAfter` is away. Times are milliseconds since 1970; the caller asks `nextDeadline` and calls `expire`.
package struct ConnectionList: Sendable {
    package struct Settings: Sendable {
        /// How long after its last poll a device still counts as connected.
        package var grace: Duration = .seconds(30)
        /// How long a connected member may do nothing before counting as away.
        package var awayAfter: Duration = .seconds(600)
        package init() {}
    }

    private struct Device {
        var open = 0
        /// When it stops to count as connected; nil while a poll is open.
        var connectedUntil: Int64?
        /// What its client says of the member; nil: nothing.
        var declared: Availability?
    }

    private struct Member {
        var devices: [DeviceID: Device] = [:]
        /// What the member set; offline is invisible.
        var chosen: Availability?
        var isInCall = false
        var state = PresenceState()
        var sequence: Int64 = 0
    }

    private let grace: Int64
    private let awayAfter: Int64
    private var members: [UserID: Member] = [:]
    /// Members in the order of their last change; entries that a later one replaced stay until there are too many.
    private var order: [(sequence: Int64, user: UserID)] = []

    package init(_ settings: Settings = Settings()) {
        grace = settings.grace.milliseconds
        awayAfter = settings.awayAfter.milliseconds
    }

    // MARK: What happens

    /// A poll or stream begins. Returns whether others see a change.
    package mutating func began(
        _ user: UserID, _ device: DeviceID, declared: Availability?, now: Int64, _ next: () -> Int64
    ) -> Bool {
        change(user, now, next) { member in
            var entry = member.devices[device] ?? Device()
            // A client that comes back is somebody who sits down at the desk, unless it says otherwise.
            if entry.open == 0, entry.connectedUntil == nil, declared ?? .ready == .ready {
                member.state.lastActive = now
            }
            if declared == .ready, entry.declared == .away { member.state.lastActive = now }
            entry.open += 1
            entry.connectedUntil = nil
            entry.declared = declared
            member.devices[device] = entry
            member.state.lastConnected = now
        }
    }

    /// A poll was answered or a stream is over.
    package mutating func ended(_ user: UserID, _ device: DeviceID, now: Int64, _ next: () -> Int64) -> Bool {
        let until = now + grace
        return change(user, now, next) { member in
            guard var entry = member.devices[device] else { return }
            entry.open = max(0, entry.open - 1)
            if entry.open == 0 { entry.connectedUntil = until }
            member.devices[device] = entry
        }
    }

    /// These devices, or all of the member's (nil), were logged out: they are gone at once.
    package mutating func removed(
        _ user: UserID, _ devices: Set<DeviceID>?, now: Int64, _ next: () -> Int64
    ) -> Bool {
        change(user, now, next) { member in
            if let devices { devices.forEach { member.devices[$0] = nil } } else { member.devices = [:] }
        }
    }

    /// The member did something: wrote, read, typed.
    package mutating func acted(_ user: UserID, now: Int64, _ next: () -> Int64) -> Bool {
        guard members[user] != nil else { return false }
        return change(user, now, next) { $0.state.lastActive = now }
    }

    /// The member says how they want to be seen. `nil` leaves it to the connections.
    package mutating func chose(
        _ user: UserID, _ availability: Availability?, message: String?, connectsEvery: Int64?, now: Int64,
        _ next: () -> Int64
    ) -> Bool {
        change(user, now, next) { member in
            member.chosen = availability == .ready ? nil : availability
            member.state.statusMessage = message
            member.state.connectsEvery = connectsEvery
            member.state.lastActive = now
        }
    }

    /// A call begins or is over.
    package mutating func inCall(_ user: UserID, _ isInCall: Bool, now: Int64, _ next: () -> Int64) -> Bool {
        change(user, now, next) { member in
            member.isInCall = isInCall
            // Whoever talks is at the desk.
            member.state.lastActive = now
        }
    }

    /// Takes in what was kept over a restart, before anything else happens.
    package mutating func restore(_ user: UserID, _ state: PresenceState, chosen: Availability?) {
        var member = Member()
        member.state = state
        member.state.availability = .offline
        member.chosen = chosen
        members[user] = member
    }

    /// Lets time pass. Returns whether others see a change.
    package mutating func expire(now: Int64, _ next: () -> Int64) -> Bool {
        var isChanged = false
        let due = members.filter { !$0.value.devices.isEmpty && deadline(of: $0.value).map { $0 <= now } == true }
        for user in due.keys where change(user, now, next, { _ in }) { isChanged = true }
        return isChanged
    }

    /// When time alone changes something next, of all members; nil when it never does. Looks at every member.
    package var nextDeadline: Int64? {
        members.values.compactMap { $0.devices.isEmpty ? nil : deadline(of: $0) }.min()
    }

    /// The same for one member.
    package func nextDeadline(of user: UserID) -> Int64? {
        members[user].flatMap { $0.devices.isEmpty ? nil : deadline(of: $0) }
    }

    private func deadline(of member: Member) -> Int64? {
        var deadlines = member.devices.values.compactMap(\.connectedUntil)
        if member.state.availability == .ready, let active = member.state.lastActive {
            deadlines.append(active + awayAfter)
        }
        return deadlines.min()
    }

    private mutating func change(
        _ user: UserID, _ now: Int64, _ next: () -> Int64, _ body: (inout Member) -> Void
    ) -> Bool {
        var member = members[user] ?? Member()
        let before = member.state
        body(&member)
        member.devices = member.devices.filter { $0.value.open > 0 || ($0.value.connectedUntil ?? 0) > now }
        member.state.availability = availability(of: member, now)
        member.state.isInCall = member.isInCall && member.chosen == nil && member.state.availability == .busy
        let declaresOffline = !member.devices.isEmpty && member.devices.values.allSatisfy { $0.declared == .offline }
        if member.chosen == .offline || declaresOffline {
            // Who stays invisible leaves no trace: neither what they do nor when they connect.
            member.state.lastActive = before.lastActive
            member.state.lastConnected = before.lastConnected
        }
        let isChanged = before.isSeenDifferent(from: member.state)
        if isChanged {
            member.sequence = next()
            order.append((member.sequence, user))
        }
        members[user] = member
        return isChanged
    }

    private func availability(of member: Member, _ now: Int64) -> Availability {
        guard !member.devices.isEmpty, member.chosen != .offline else { return .offline }
        let declared = member.devices.values.map { $0.declared ?? .ready }
        guard declared.contains(where: { $0 != .offline }) else { return .offline }
        if let chosen = member.chosen { return chosen }
        if member.isInCall { return .busy }
        if declared.contains(.ready) {
            return now - (member.state.lastActive ?? now) >= awayAfter ? .away : .ready
        }
        return declared.contains(.busy) ? .busy : .away
    }

    // MARK: Reading

    /// What is known of a member; nil when nothing is.
    package func state(of user: UserID) -> PresenceState? { members[user]?.state }

    /// What the member chose, to be kept.
    package func choice(of user: UserID) -> Availability? { members[user]?.chosen }

    package var knownUsers: [UserID] { Array(members.keys) }

    /// Members who are connected now.
    package var connectedCount: Int { members.values.count { !$0.devices.isEmpty } }

    /// Members whose presence changed after `sequence`, each once.
    package mutating func users(changedAfter sequence: Int64) -> [UserID] {
        if order.count > 2 * members.count + 64 {
            order = order.filter { members[$0.user]?.sequence == $0.sequence }
        }
        return order[firstChange(after: sequence)...].filter { members[$0.user]?.sequence == $0.sequence }.map(\.user)
    }

    /// The same of some members, in their order; with nil, those of whom something is known.
    package func users(among candidates: [UserID], changedAfter sequence: Int64?) -> [UserID] {
        candidates.filter { candidate in
            guard let member = members[candidate] else { return false }
            return sequence.map { member.sequence > $0 } ?? true
        }
    }

    /// How many changes there were after `sequence`, those included that a later one replaced; with nil, how many
    /// members are known.
    package func changeCount(after sequence: Int64?) -> Int {
        guard let sequence else { return members.count }
        return order.count - firstChange(after: sequence)
    }

    /// The place in `order` of the first change after `sequence`.
    private func firstChange(after sequence: Int64) -> Int {
        var low = 0
        var high = order.count
        while low < high {
            let middle = (low + high) / 2
            if order[middle].sequence <= sequence { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension PresenceState {
    /// Whether others should be told. That somebody is still active is not news.
    func isSeenDifferent(from other: PresenceState) -> Bool {
        availability != other.availability || isInCall != other.isInCall || statusMessage != other.statusMessage
            || connectsEvery != other.connectsEvery
            || (connectsEvery != nil && lastConnected != other.lastConnected)
    }
}

extension Duration {
    package var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
