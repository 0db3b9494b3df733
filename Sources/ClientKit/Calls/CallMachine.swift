/// One call between this device and one other person, without clock, network and media: it is told what happened and says
/// what to do. A call of several people is several of these (``Call``).
///
/// States: an outgoing call is being prepared, then rings at the other's; an incoming one rings here, then its answer is
/// being made; both then connect, are connected, connect again when the way broke, and end. Nothing leaves `ended`.
///
/// Invariants: once `remote` is set, events of other parties change nothing. What waits for time has a deadline: an
/// invitation its lifetime, connecting ``Timing/connecting``, connecting again ``Timing/reconnecting``, or a
/// ``Timing/negotiation`` after the last answer, a negotiation ``Timing/negotiation``.
///
/// The media's connection is never renegotiated, except when another program asks for it: what needs another session
/// description gets another connection (`isFresh`), and holding needs only other directions in the text. The connection that
/// is there goes on until the other one stands, however long the server takes to tell of it.
///
/// Source: Client-Server API, "Voice over IP".
package struct CallMachine: Sendable {
    package enum State: Sendable, Equatable {
        case preparing, inviting, ringing, answering, connecting, connected, reconnecting
        case ended(CallEnd)
    }

    package enum Action: Sendable, Equatable {
        case send(CallEvent.Content)
        /// To be answered by `described`.
        case makeOffer
        /// Nobody has answered it: the connection that was made for it is given up.
        case dropOffer
        /// To be answered by `described`. `isFresh`: by a new connection.
        case makeAnswer(to: String, isFresh: Bool)
        case accept(answer: String)
        case add([ICECandidate])
        /// Whether the others may get sound and picture.
        case setSending(Bool)
        case ended(CallEnd)
    }

    /// Milliseconds.
    package enum Timing {
        package static let invitation: Int64 = 90_000
        package static let connecting: Int64 = 30_000
        package static let reconnecting: Int64 = 45_000
        package static let negotiation: Int64 = 20_000
        /// How long an interruption may last before a new way is looked for: shorter for the one who called, so that not
        /// both do it.
        static let patience: (caller: Int64, callee: Int64) = (2500, 9000)
        /// Candidates of this long go together.
        static let firstBatch: Int64 = 100
        static let batch: Int64 = 400
        /// An invitation that is valid for less does not ring.
        static let shortest: Int64 = 2000
    }

    package let callID: String
    package let roomID: String
    package let own: CallParty
    package let isOutgoing: Bool
    package let groupID: String?
    let isFurther: Bool
    /// Who is called; nil for anybody of the room.
    package let invitee: String?
    package internal(set) var remote: CallParty?
    package internal(set) var version = CallVersion.one
    package internal(set) var state: State
    package internal(set) var remoteStreams = CallStreams()
    /// This side holds the call, or will once that can be agreed on; nothing is sent from then on.
    package internal(set) var isOnHold = false
    /// The other side does.
    package internal(set) var isHeldByOther = false
    /// Whether the other side sends pictures.
    package internal(set) var hasRemoteVideo = false
    /// Whether the invitation is one for pictures.
    package internal(set) var isVideo = false

    var deadline: Int64?
    /// As the media made it; what only holds is not kept.
    var localDescription: SessionDescription?
    /// Of the connection that goes on while another one is offered.
    var replacedDescription: SessionDescription?
    /// Whether the other side was told last that this one holds. A new connection's description tells the opposite.
    var toldHold = false
    /// How often other directions were told.
    var revision: UInt64 = 0
    var remoteDescription: SessionDescription?
    /// Of the own side, as told last.
    var streams = CallStreams()
    /// As the invitation told them: until it is answered, nobody hears of others.
    var invitedStreams = CallStreams()
    /// Own candidates that were not told yet.
    var found: [ICECandidate] = []
    var foundDue: Int64?
    /// The other side's, until the call is accepted.
    var waiting: [ICECandidate] = []
    var negotiation: Negotiation?
    var restartDue: Int64?
    /// Another connection is needed even if this one works: for another network, or other media.
    var needsAnother = false
    var wasConnected = false

    enum Negotiation: Sendable, Equatable {
        /// A new connection's offer is being made or was sent.
        case offering(until: Int64)
        /// Other directions were offered.
        case holding(until: Int64)
        /// An answer is being made.
        case answering(until: Int64)

        var isAnswering: Bool {
            if case .answering = self { true } else { false }
        }
    }

    /// - Parameter invitee: nil calls anybody of the room.
    package init(
        calling invitee: String?, in roomID: String, callID: String, own: CallParty, groupID: String? = nil,
        isFurther: Bool = false
    ) {
        self.callID = callID
        self.roomID = roomID
        self.own = own
        self.invitee = invitee
        self.groupID = groupID
        self.isFurther = isFurther
        isOutgoing = true
        state = .preparing
    }

    /// nil for what is no invitation to this member, or one that is over.
    package init?(invitation event: CallEvent, own: CallParty, now: Int64) {
        guard case .invite(let invitation) = event.content, event.party != own, event.sender != own.userID,
            invitation.invitee == nil || invitation.invitee == own.userID,
            invitation.lifetime - event.age >= Timing.shortest
        else { return nil }
        callID = event.callID
        roomID = event.roomID
        self.own = own
        invitee = invitation.invitee
        groupID = event.groupID
        isFurther = false
        isOutgoing = false
        remote = event.party
        version = event.version
        remoteStreams = invitation.streams
        let description = SessionDescription(invitation.sdp)
        remoteDescription = description
        hasRemoteVideo = description.sendsVideo
        isVideo = description.hasVideo
        state = .ringing
        deadline = now + invitation.lifetime - event.age
    }

    /// Who is on the other side, as far as it is known.
    package var otherUser: String? { remote?.userID ?? invitee }

    package var end: CallEnd? {
        if case .ended(let end) = state { return end }
        return nil
    }

    /// Whether both sides have agreed to talk.
    package var isAgreed: Bool {
        switch state {
        case .answering, .connecting, .connected, .reconnecting: true
        case .preparing, .inviting, .ringing, .ended: false
        }
    }

    /// An event to be sent.
    package func event(_ content: CallEvent.Content) -> CallEvent {
        CallEvent(
            roomID: roomID, sender: own.userID, callID: callID, partyID: version == .one ? own.partyID : nil,
            version: version, groupID: groupID, content: content)
    }

    mutating func finish(_ end: CallEnd) -> [Action] {
        state = .ended(end)
        deadline = nil
        foundDue = nil
        restartDue = nil
        negotiation = nil
        return [.ended(end)]
    }

    mutating func finish(_ end: CallEnd, sending content: CallEvent.Content) -> [Action] {
        [.send(content)] + finish(end)
    }

    // MARK: What this side's member does

    package mutating func start() -> [Action] { state == .preparing ? held + [.makeOffer] : [] }

    /// What comes before the first connection where the call is held already.
    private var held: [Action] { isOnHold ? [.setSending(false)] : [] }

    package mutating func accept() -> [Action] {
        guard state == .ringing, let offer = remoteDescription else { return [] }
        state = .answering
        deadline = nil
        let candidates = waiting
        waiting = []
        return held + [.makeAnswer(to: offer.text, isFresh: true)] + (candidates.isEmpty ? [] : [.add(candidates)])
    }

    package mutating func decline() -> [Action] {
        guard state == .ringing else { return [] }
        return finish(.declinedHere, sending: version == .one ? .reject : .hangUp(.userHangUp))
    }

    /// Rings no more, and says nothing of it.
    package mutating func giveWay() -> [Action] { state == .ringing ? finish(.replaced) : [] }

    /// Says that this member talks with somebody else.
    package mutating func sayBusy() -> [Action] {
        guard state == .ringing else { return [] }
        return finish(.declinedHere, sending: .hangUp(.userBusy))
    }

    /// - Parameter end: why, if it is not that the member wants it.
    package mutating func hangUp(_ end: CallEnd = .hungUp) -> [Action] {
        switch state {
        case .ended: return []
        case .ringing where end == .hungUp: return decline()
        case .preparing: return finish(end)
        case .ringing, .inviting, .answering, .connecting, .connected, .reconnecting:
            let reason: CallEvent.Reason =
                switch end {
                case .mediaFailed: .userMediaFailed
                case .noPath: .iceFailed
                case .lost: .iceTimeout
                case .replaced: .replaced
                default: .userHangUp
                }
            return finish(end, sending: .hangUp(reason))
        }
    }

    /// What could not be sent ends the call where it matters.
    package mutating func couldNotSend() -> [Action] {
        switch state {
        case .inviting, .answering, .connecting: finish(.cannotSend)
        default: []
        }
    }

    /// Somebody has left the room.
    package mutating func left(_ userID: String) -> [Action] {
        guard end == nil, userID == otherUser else { return [] }
        switch state {
        case .ringing: return finish(.missed)
        case .preparing, .inviting: return finish(.declined)
        default: return finish(.hungUpByOther)
        }
    }

    // MARK: Time

    /// When `tick` has something to do, in the clock's milliseconds.
    package var nextDeadline: Int64? {
        let negotiated: Int64? =
            switch negotiation {
            case .offering(let until), .holding(let until), .answering(let until): until
            case nil: nil
            }
        return [deadline, foundDue, negotiated, restartDue].compactMap { $0 }.min()
    }

    package mutating func tick(_ now: Int64) -> [Action] {
        if let deadline, now >= deadline {
            switch state {
            case .inviting: return finish(.noAnswer, sending: .hangUp(.inviteTimeout))
            case .ringing: return finish(.missed)
            case .connecting: return finish(.noPath, sending: .hangUp(.iceFailed))
            case .reconnecting: return finish(.lost, sending: .hangUp(.iceTimeout))
            default: self.deadline = nil
            }
        }
        var actions: [Action] = []
        switch negotiation {
        case .offering(let until) where now >= until:
            negotiation = nil
            keepReplaced()
            actions.append(.dropOffer)
            if restartDue != nil { restartDue = now }
        case .holding(let until) where now >= until: negotiation = nil
        case .answering(let until) where now >= until:
            // Nothing came of it, and the other side may offer something else.
            negotiation = nil
            if restartDue != nil { restartDue = now }
        default: break
        }
        if let due = restartDue, now >= due { actions += restart(now) }
        actions += agreeOnHold(now)
        if let due = foundDue, now >= due { actions += tellCandidates() }
        return actions
    }
}
