package import EventLoop
import JSON
import MatrixAPI
import Synchronization

/// What the server knows of calls: members in one are busy to the others, and share an active session.
///
/// Signalling in rooms that are not encrypted is read as it is written. Of other calls, and of long ones, the client says
/// itself that they go on (`PUT /_mado/v1/calls/{callId}`). Nothing of it is kept over a restart.
package final class CallDirectory: Sendable {
    private struct State {
        var list = CallList()
        var shown: Set<UserID> = []
        var expiry: (at: Int64, timer: LoopTimer)?
    }

    let journal: Journal
    private let presence: Presence
    private let loop: EventLoop
    private let clock: WallClock
    private let state = Mutex(State())

    package init(journal: Journal, presence: Presence, loop: EventLoop, clock: WallClock) {
        self.journal = journal
        self.presence = presence
        self.loop = loop
        self.clock = clock
        presence.addObserver { [weak self] users in self?.presenceChanged(of: users) }
    }

    /// With whom the member is in a call, and in which room.
    func shared(by user: UserID) -> [CallList.Shared] { state.withLock { $0.list.shared(by: user) } }

    func isInCall(_ user: UserID) -> Bool { state.withLock { $0.list.isInCall(user) } }

    /// The member is in the call for so long, unless that is said again.
    func report(_ key: CallList.Key, by user: UserID, for lifetime: Duration) {
        update { list, now in list.reported(key, by: user, until: now + lifetime.milliseconds) }
    }

    /// The member has left the calls of that name.
    func leave(_ call: String, by user: UserID) { update { list, _ in list.left(call, by: user) } }

    private func presenceChanged(of users: [UserID]) {
        let gone = zip(users, presence.states(of: users)).filter { $0.1.availability == .offline }.map(\.0)
        guard !gone.isEmpty, state.withLock({ state in gone.contains(where: state.list.isInCall) }) else { return }
        update { list, _ in for user in gone { list.vanished(user) } }
    }

    private func update(_ change: (inout CallList, Int64) -> Void) {
        let now = clock.now
        state.withLock { state in
            change(&state.list, now)
            if let deadline = state.list.nextDeadline { planExpiry(&state, deadline, now) }
            let members = state.list.members
            // With the lock held, so that presence hears it in the order in which it happened.
            for user in members.symmetricDifference(state.shown) { presence.setInCall(user, members.contains(user)) }
            state.shown = members
        }
    }

    private func planExpiry(_ state: inout State, _ deadline: Int64, _ now: Int64) {
        // One that is due earlier looks for itself what comes next.
        if let planned = state.expiry, planned.at <= deadline { return }
        state.expiry?.timer.cancel()
        let timer = loop.schedule(after: .milliseconds(max(1000, deadline - now))) { [weak self] in self?.expire() }
        state.expiry = (deadline, timer)
    }

    private func expire() {
        state.withLock { $0.expiry = nil }
        update { list, now in list.expire(now: now) }
    }
}

extension CallDirectory: JournalObserver {
    package func published(_ publication: Publication) {
        for change in publication.changes {
            guard case .event(let event) = change.kind, event.type.hasPrefix("m.call.") else { continue }
            update { list, now in Self.take(event, &list, now) }
        }
    }

    /// Source: Client-Server API, "VoIP".
    private static func take(_ event: Event, _ list: inout CallList, _ now: Int64) {
        guard event.stateKey == nil, let call = event.content["call_id"]?.string else { return }
        let key = CallList.Key(room: event.roomID, call: call)
        switch event.type {
        case "m.call.invite":
            list.invited(key, by: event.sender, lifetime: event.content["lifetime"]?.int ?? 60_000, now: now)
        case "m.call.answer": list.answered(key, by: event.sender, now: now)
        case "m.call.hangup", "m.call.reject": list.ended(key, by: event.sender)
        default: break
        }
    }
}
