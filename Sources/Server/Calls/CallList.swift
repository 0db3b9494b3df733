package import MatrixAPI

/// Who is in a call, and with whom: a state machine without I/O, made from the signalling in rooms (`m.call.*`) and from
/// what clients say of calls whose signalling nobody but they can read.
///
/// A call rings from its invite, for as long as that says; it takes place from the answer on; it is over with a hang-up or a
/// rejection, when one of two says that they left, or when nothing is heard of it any more. Times are milliseconds since
/// 1970; the caller asks `nextDeadline` and calls `expire`.
package struct CallList: Sendable {
    /// A call as its room and its clients name it.
    package struct Key: Hashable, Sendable {
        let room: RoomID
        let call: String

        package init(room: RoomID, call: String) {
            self.room = room
            self.call = call
        }
    }

    /// A call that is going on.
    package struct Shared: Sendable, Equatable {
        package let room: RoomID
        package let partner: UserID
    }

    private struct Call {
        /// Who rings, until when.
        var ringing: (caller: UserID, until: Int64)?
        /// Who is in it, until when that is believed.
        var members: [UserID: Int64] = [:]
        /// Who called and who answered: without one of them the other talks to nobody.
        var pair: Set<UserID> = []
    }

    /// How long an answered call is believed without anybody saying that it still goes on.
    package static let longest: Int64 = 4 * 3_600_000
    /// Bounds on what events may claim.
    private static let longestRing: Int64 = 300_000
    private static let maximumCalls = 100_000
    private static let maximumName = 255

    private var calls: [Key: Call] = [:]
    /// Calls that each member is in.
    private var byMember: [UserID: Set<Key>] = [:]

    package init() {}

    // MARK: What happens

    package mutating func invited(_ key: Key, by user: UserID, lifetime: Int64, now: Int64) {
        guard isNew(key), calls[key]?.members.isEmpty != false else { return }
        calls[key, default: Call()].ringing = (user, now + min(max(0, lifetime), Self.longestRing))
    }

    /// The caller and the one who answers are in it from now on. An answer to a call that does not ring is none.
    package mutating func answered(_ key: Key, by user: UserID, now: Int64) {
        guard var call = calls[key], let ringing = call.ringing, ringing.until >= now, ringing.caller != user else {
            return
        }
        call.ringing = nil
        call.pair = [ringing.caller, user]
        calls[key] = call
        for member in [ringing.caller, user] { enter(member, key, until: now + Self.longest) }
    }

    /// Either of the two ends it for both; nobody else can.
    package mutating func ended(_ key: Key, by user: UserID) {
        guard let call = calls[key] else { return }
        if call.members[user] != nil || call.members.isEmpty || call.pair.contains(user) { remove(key) }
    }

    /// The client says that it is in the call.
    package mutating func reported(_ key: Key, by user: UserID, until: Int64) {
        guard isNew(key) else { return }
        enter(user, key, until: until)
    }

    /// The client says that it has left the calls of that name. The hang-up of one may come after that.
    package mutating func left(_ call: String, by user: UserID) {
        for key in byMember[user] ?? [] where key.call == call {
            if calls[key]?.pair.contains(user) == true { remove(key) } else { leave(user, key) }
        }
    }

    /// The member is not connected any more.
    package mutating func vanished(_ user: UserID) {
        for key in byMember[user] ?? [] { leave(user, key) }
    }

    /// Lets time pass.
    package mutating func expire(now: Int64) {
        for (key, call) in calls {
            for (user, until) in call.members where until <= now { leave(user, key) }
            if let ringing = calls[key]?.ringing, ringing.until <= now {
                calls[key]?.ringing = nil
                if calls[key]?.members.isEmpty == true { calls[key] = nil }
            }
        }
    }

    package var nextDeadline: Int64? {
        calls.values.compactMap { call in
            [call.members.values.min(), call.ringing?.until].compactMap { $0 }.min()
        }.min()
    }

    private func isNew(_ key: Key) -> Bool {
        key.call.utf8.count <= Self.maximumName && (calls[key] != nil || calls.count < Self.maximumCalls)
    }

    private mutating func enter(_ user: UserID, _ key: Key, until: Int64) {
        calls[key, default: Call()].members[user] = until
        byMember[user, default: []].insert(key)
    }

    private mutating func leave(_ user: UserID, _ key: Key) {
        guard calls[key]?.members.removeValue(forKey: user) != nil else { return }
        byMember[user]?.remove(key)
        if byMember[user]?.isEmpty == true { byMember[user] = nil }
        if calls[key]?.members.isEmpty == true, calls[key]?.ringing == nil { calls[key] = nil }
    }

    private mutating func remove(_ key: Key) {
        for user in calls[key]?.members.keys.map({ $0 }) ?? [] { leave(user, key) }
        calls[key] = nil
    }

    // MARK: Reading

    package func isInCall(_ user: UserID) -> Bool { byMember[user] != nil }

    package var members: Set<UserID> { Set(byMember.keys) }

    /// With whom the member is in a call, and in which room.
    package func shared(by user: UserID) -> [Shared] {
        (byMember[user] ?? []).flatMap { key in
            (calls[key]?.members.keys ?? [:].keys).filter { $0 != user }.map { Shared(room: key.room, partner: $0) }
        }
    }
}
