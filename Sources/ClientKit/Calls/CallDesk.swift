/// All calls of this program, over all accounts: one that goes on at most, and those that ring.
///
/// Call events go out at once, in their order, and are not kept in the Outbox: a call that is told of an hour later helps
/// nobody. What cannot be sent within ``sendingTime`` ends the call.
@MainActor package final class CallDesk {
    /// The call that this member makes or has accepted.
    package internal(set) var current: Call?
    /// Calls that wait for an answer of this member, oldest first.
    package internal(set) var ringing: [Call] = []
    package let changes = Observers<CallDeskChange>()
    /// Gives camera, microphone and connections for a call.
    /// - Throws: why there are none.
    package var makeMedia: @MainActor (Call) throws -> any CallMedia = { _ in throw ClientError.notRunning }

    /// Milliseconds that sending an event may be tried again.
    static let sendingTime: Int64 = 15_000
    /// Calls that rang or were made here, newest last: an invitation that comes once more does not ring.
    var known: [String] = []
    /// Calls of a group that this member has declined, or answered on another device, newest last: those of the others who
    /// are in it do not ring.
    var settled: [String] = []
    /// As many ring at once, at most.
    static let ringingLimit = 4
    /// Who answered calls of a group, before this member has: by group and room.
    var answered: [String: Set<String>] = [:]
    let clock: any ConnectionClock
    var sending: [String: Task<Void, Never>] = [:]
    private var timer: Task<Void, Never>?
    private var timerDue: Int64?

    init(clock: any ConnectionClock) { self.clock = clock }

    var now: Int64 { clock.now().uptime }

    /// All calls that are not over.
    var all: [Call] { ringing + (current.map { [$0] } ?? []) }

    // MARK: What the member does

    /// Calls the others of a conversation.
    /// - Parameter people: user ids; nil for all of it.
    /// - Throws: ``CallError``.
    @discardableResult
    package func call(_ conversation: ConversationModel, _ kind: CallKind, people: [String]? = nil) throws(CallError)
        -> Call
    {
        guard current == nil else { throw .busy }
        let account = conversation.account
        guard account.connection.state.isContinuous else { throw .notConnected }
        guard !conversation.isReadOnly else { throw .notAllowed }
        let others = (people ?? conversation.others.map(\.userID)).filter { $0 != account.userID }
        guard !others.isEmpty else { throw .nobody }
        // Who rings already is answered.
        if others.count == 1,
            let waiting = ringing.first(where: {
                $0.account === account && $0.roomID == conversation.roomID && !$0.isGroup && $0.people == others
            })
        {
            accept(waiting, kind)
            return waiting
        }
        guard others.count < Call.meshLimit else { throw .tooMany(Call.meshLimit) }
        let isGroup = others.count > 1 || !conversation.isDirect && conversation.memberCount > 2
        let id = Self.newID()
        let call = Call(
            account: account, roomID: conversation.roomID, id: id, kind: kind, isIncoming: false, isGroup: isGroup)
        call.joined = [account.userID]
        current = call
        for (index, other) in others.enumerated() {
            add(
                CallMachine(
                    calling: other, in: call.roomID, callID: isGroup ? Self.newID() : id, own: party(of: account),
                    groupID: isGroup ? id : nil, isFurther: index > 0), to: call)
        }
        remember(call)
        changes.notify(.calls)
        begin(call)
        return call
    }

    /// Takes a call that rings. One that goes on is ended.
    /// - Parameter kind: with picture, or by voice only.
    package func accept(_ call: Call, _ kind: CallKind) {
        guard ringing.contains(where: { $0 === call }) else { return }
        if let current { hangUp(current) }
        ringing.removeAll { $0 === call }
        current = call
        call.isAccepted = true
        call.isCameraOn = kind == .video
        call.joined.insert(call.account.userID)
        for user in call.people { call.legs[user]?.acceptedAt = now }
        changes.notify(.calls)
        begin(call)
    }

    package func decline(_ call: Call) { forEachLeg(of: call) { $0.decline() } }

    /// Declines because of another call.
    package func sayBusy(_ call: Call) { forEachLeg(of: call) { $0.sayBusy() } }

    package func hangUp(_ call: Call) {
        if call.conference != nil { return finish(call, .hungUp) }
        forEachLeg(of: call) { $0.hangUp() }
    }

    package func setMuted(_ isMuted: Bool, _ call: Call) {
        call.isMuted = isMuted
        call.media?.setMuted(isMuted)
        tellStreams(call)
    }

    /// Shows the own picture or not. Where the call had none, the connections are made anew with one.
    package func setCamera(_ isOn: Bool, _ call: Call) {
        call.isCameraOn = isOn
        call.media?.setCamera(isOn)
        tellStreams(call)
    }

    package func setOnHold(_ isOn: Bool, _ call: Call) {
        call.isOnHold = isOn
        let now = now
        forEachLeg(of: call) { $0.setOnHold(isOn, now: now) }
        call.changes.notify(.own)
    }

    /// Makes all connections anew: for another network, or because what is sent has changed in kind.
    package func renew(_ call: Call) {
        if let conference = call.conference { return conference.publish() }
        let now = now
        forEachLeg(of: call) { $0.renew(now) }
    }

    /// To be told when something of the computer's network has changed. Connections are made anew where an address is gone
    /// that they may use, once there is another one; what only comes in addition leaves them alone.
    func networkChanged(_ addresses: Set<String> = LocalAddresses.current()) {
        guard let current, !addresses.isEmpty, !current.addresses.isSubset(of: addresses) else { return }
        current.addresses = addresses
        if let conference = current.conference { return conference.rejoin() }
        let now = now
        forEachLeg(of: current) { $0.renew(now) }
    }

    private func tellStreams(_ call: Call) {
        call.conference?.tellMuted()
        if let streams = call.media?.streams { forEachLeg(of: call) { $0.tell(streams) } }
        call.changes.notify(.own)
    }

    // MARK: Machines

    func party(of account: AccountModel) -> CallParty { CallParty(userID: account.userID, partyID: account.deviceID) }

    /// Eight letters are recommended; calls are compared by them when two people call each other.
    static func newID() -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        return String((0..<16).compactMap { _ in letters.randomElement() })
    }

    func add(_ machine: CallMachine, to call: Call) {
        guard let user = machine.otherUser else { return }
        var machine = machine
        // Who comes to a call that is held gets nothing either.
        _ = machine.setOnHold(call.isOnHold, now: now)
        call.legs[user] = Call.Leg(machine: machine)
        if !call.people.contains(user) { call.people.append(user) }
    }

    func remember(_ call: Call) {
        known += call.legs.values.map(\.machine.callID)
        if known.count > 500 { known.removeFirst(known.count - 500) }
    }

    func forEachLeg(of call: Call, _ act: (inout CallMachine) -> [CallMachine.Action]) {
        for user in call.people { change(user, of: call, act) }
    }

    /// Lets a machine do something, and does what it says.
    func change(_ user: String, of call: Call, _ act: (inout CallMachine) -> [CallMachine.Action]) {
        guard var leg = call.legs[user] else { return }
        let actions = act(&leg.machine)
        if leg.acceptedAt == nil, leg.machine.isAgreed { leg.acceptedAt = now }
        call.legs[user] = leg
        for action in actions { perform(action, user, leg.machine, call) }
        update(call)
    }

    // MARK: Time

    /// Waits for the next moment at which a call has something to do.
    func schedule() {
        let due = all.flatMap { $0.legs.values.compactMap(\.machine.nextDeadline) }.min()
        guard due != timerDue else { return }
        timer?.cancel()
        timer = nil
        timerDue = due
        guard let due else { return }
        let wait = max(0, due - now)
        timer = Task { [weak self, clock] in
            do { try await clock.sleep(milliseconds: wait) } catch { return }
            self?.tick()
        }
    }

    private func tick() {
        timerDue = nil
        let now = now
        for call in all { forEachLeg(of: call) { $0.tick(now) } }
        schedule()
    }
}

/// What ``CallDesk`` tells its observers.
package enum CallDeskChange: Sendable {
    /// Another call goes on or rings.
    case calls
    /// A call is over.
    case ended(callID: String, roomID: String, userID: String, CallEnd)
}

/// Why a call cannot be made.
package enum CallError: Error, Sendable, Equatable {
    /// There is one already.
    case busy
    /// Calls need a connection that is there all the time.
    case notConnected
    case notAllowed
    case nobody
    /// More people than this.
    case tooMany(Int)
}
