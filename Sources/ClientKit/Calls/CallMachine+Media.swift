/// What the media of a call say of the way between both.
package enum MediaPath: Sendable, Equatable { case connecting, connected, disconnected, failed }

extension CallMachine {
    /// The session description that was asked for is there.
    package mutating func described(_ sdp: String, streams: CallStreams, now: Int64) -> [Action] {
        let description = SessionDescription(sdp)
        self.streams = streams
        switch state {
        case .preparing:
            localDescription = description
            invitedStreams = streams
            state = .inviting
            deadline = now + Timing.invitation
            foundDue = now + Timing.firstBatch
            return [
                .send(
                    .invite(
                        CallEvent.Invitation(
                            sdp: sdp, lifetime: Timing.invitation, invitee: invitee, streams: streams,
                            isFurther: isFurther)))
            ]
        case .answering:
            localDescription = description
            state = .connecting
            deadline = now + Timing.connecting
            foundDue = now + Timing.firstBatch
            return [.send(.answer(sdp: sdp, streams))] + agreeOnHold(now)
        case .connecting, .connected, .reconnecting:
            guard let negotiation else { return [] }
            let isOffer = !negotiation.isAnswering
            if isOffer { replacedDescription = localDescription }
            localDescription = description
            toldHold = false
            foundDue = now + Timing.firstBatch
            self.negotiation = isOffer ? .offering(until: now + Timing.negotiation) : nil
            return [.send(.negotiate(isOffer: isOffer, sdp: sdp, lifetime: Timing.negotiation, streams))]
                + agreeOnHold(now)
        case .inviting, .ringing, .ended: return []
        }
    }

    /// A way was found by which this side can be reached; the empty one says that it was the last.
    package mutating func found(_ candidate: ICECandidate, now: Int64) -> [Action] {
        guard end == nil, state != .ringing, found.count < 2 * CallEvent.Limit.candidates else { return [] }
        found.append(candidate)
        guard state != .preparing, state != .answering else { return [] }
        if candidate.isEnd {
            foundDue = foundDue ?? now
        } else if foundDue == nil {
            foundDue = now + Timing.batch
        }
        return []
    }

    /// Those that were found meanwhile.
    mutating func tellCandidates() -> [Action] {
        foundDue = nil
        guard !found.isEmpty else { return [] }
        let candidates = Array(found.prefix(CallEvent.Limit.candidates / 2))
        found.removeFirst(candidates.count)
        return [.send(.candidates(candidates))]
    }

    package mutating func pathChanged(_ path: MediaPath, now: Int64) -> [Action] {
        switch (path, state) {
        case (.connected, .connecting), (.connected, .reconnecting):
            state = .connected
            wasConnected = true
            deadline = nil
            if !needsAnother { restartDue = nil }
        case (.disconnected, .connected):
            state = .reconnecting
            deadline = now + Timing.reconnecting
            // Another one may be on its way already.
            restartDue = restartDue ?? now + (isOutgoing ? Timing.patience.caller : Timing.patience.callee)
        case (.failed, .connecting) where !wasConnected:
            return finish(.noPath, sending: .hangUp(.iceFailed))
        case (.failed, .connected), (.failed, .reconnecting):
            if state == .connected { deadline = now + Timing.reconnecting }
            state = .reconnecting
            restartDue = restartDue ?? now + (isOutgoing ? 0 : Timing.patience.callee)
        default: break
        }
        return []
    }

    /// Another connection is needed: the computer came into another network, or there are other media. Whether the one that
    /// is there still works shows by itself.
    package mutating func renew(_ now: Int64) -> [Action] {
        guard version == .one, state == .connected || state == .reconnecting else { return [] }
        needsAnother = true
        return restart(now)
    }

    /// Makes another connection. Version 0 has no way to say so. Tried again for as long as it is needed.
    mutating func restart(_ now: Int64) -> [Action] {
        guard version == .one, state == .reconnecting || state == .connected && needsAnother else {
            restartDue = nil
            return []
        }
        restartDue = now + Timing.negotiation
        guard negotiation == nil else { return [] }
        negotiation = .offering(until: now + Timing.negotiation)
        found = []
        foundDue = nil
        return [.makeOffer]
    }

    /// The connection that was made anew carries the call from now on.
    package mutating func renewed() -> [Action] {
        needsAnother = false
        restartDue = nil
        return []
    }

    /// The connection that was made anew came to nothing, and the one before goes on.
    package mutating func notRenewed(now: Int64) -> [Action] {
        if negotiation?.isAnswering == true { negotiation = nil }
        if needsAnother { restartDue = restartDue ?? now + Timing.negotiation }
        return []
    }

    /// Holds the call, or goes on with it. What is sent stops at once; the other side is told as soon as that can be.
    package mutating func setOnHold(_ isOn: Bool, now: Int64) -> [Action] {
        guard end == nil, isOnHold != isOn else { return [] }
        isOnHold = isOn
        // Nobody is connected with whom one does not talk yet.
        guard state != .ringing else { return [] }
        return [.setSending(!isOn && !isHeldByOther)] + agreeOnHold(now)
    }

    /// Tells whether this side holds, where that is not known and nothing else is being negotiated; called after each
    /// negotiation. A new connection is always described with all directions, for the media of the other side make theirs
    /// by that description; that it is held follows.
    mutating func agreeOnHold(_ now: Int64) -> [Action] {
        guard isAgreed, state != .answering, isOnHold != toldHold, version == .one, let before = localDescription else {
            return []
        }
        switch negotiation {
        // A later offer of directions takes the place of the one that is not answered yet.
        case nil, .holding: break
        case .offering, .answering: return []
        }
        toldHold = isOnHold
        negotiation = .holding(until: now + Timing.negotiation)
        revision += 1
        let offer = before.restricted(
            isReceiving: !isOnHold, isSending: !isOnHold && !isHeldByOther, revision: revision)
        return [.send(.negotiate(isOffer: true, sdp: offer.text, lifetime: Timing.negotiation, streams))]
    }

    /// The connection that was offered is given up; the one before goes on.
    mutating func keepReplaced() {
        localDescription = replacedDescription ?? localDescription
        replacedDescription = nil
    }

    /// Tells what of the own streams is switched off.
    package mutating func tell(_ streams: CallStreams) -> [Action] {
        self.streams = streams
        guard isAgreed, state != .answering, version == .one else { return [] }
        return [.send(.streamsChanged(streams))]
    }
}
