extension CallMachine {
    /// An event of this call that arrived; what does not belong to it changes nothing.
    package mutating func receive(_ event: CallEvent, now: Int64) -> [Action] {
        guard event.callID == callID, event.roomID == roomID, event.party != own, !event.isEcho, end == nil else {
            return []
        }
        if event.sender == own.userID { return receiveFromOwnDevice(event) }
        switch event.content {
        case .invite: return []
        case .answer(let sdp, let streams): return receiveAnswer(event, sdp, streams, now)
        case .reject: return receiveReject(event)
        case .hangUp(let reason): return receiveHangUp(event, reason)
        case .selectAnswer(let partyID):
            guard !isOutgoing, event.party == remote else { return [] }
            return partyID == own.partyID ? [] : finish(.answeredElsewhere)
        case .candidates(let candidates): return receiveCandidates(event, candidates)
        case .negotiate(let isOffer, let sdp, let lifetime, let streams):
            guard event.party == remote, isAgreed, state != .answering, event.age < lifetime else { return [] }
            remoteStreams = streams
            return isOffer ? receiveOffer(sdp, now) : receiveNegotiated(sdp, now)
        case .streamsChanged(let streams):
            if event.party == remote { remoteStreams = streams }
            return []
        }
    }

    /// Another device of this member has dealt with an incoming call.
    private mutating func receiveFromOwnDevice(_ event: CallEvent) -> [Action] {
        guard !isOutgoing, state == .ringing else { return [] }
        switch event.content {
        case .answer: return finish(.answeredElsewhere)
        case .reject, .hangUp: return finish(.declinedElsewhere)
        default: return []
        }
    }

    private func isInvited(_ event: CallEvent) -> Bool { invitee == nil || event.sender == invitee }

    private mutating func receiveAnswer(
        _ event: CallEvent, _ sdp: String, _ streams: CallStreams, _ now: Int64
    ) -> [Action] {
        // The first answer counts; those of other devices come too late.
        guard isOutgoing, state == .inviting, isInvited(event) else { return [] }
        remote = event.party
        version = event.version
        remoteStreams = streams
        let description = SessionDescription(sdp)
        remoteDescription = description
        hasRemoteVideo = description.sendsVideo
        state = .connecting
        deadline = now + Timing.connecting
        var actions: [Action] = [.accept(answer: sdp)]
        if version == .one, let partyID = event.partyID { actions.append(.send(.selectAnswer(partyID: partyID))) }
        // Something was switched while it rang.
        if version == .one, self.streams != invitedStreams { actions.append(.send(.streamsChanged(self.streams))) }
        return actions + agreeOnHold(now)
    }

    private mutating func receiveReject(_ event: CallEvent) -> [Action] {
        guard isOutgoing, state == .inviting, isInvited(event) else { return [] }
        remote = event.party
        guard let partyID = event.partyID else { return finish(.declined) }
        return finish(.declined, sending: .selectAnswer(partyID: partyID))
    }

    private mutating func receiveHangUp(_ event: CallEvent, _ reason: CallEvent.Reason) -> [Action] {
        switch state {
        case .inviting:
            guard isInvited(event) else { return [] }
            return finish(reason == .userBusy ? .busy : .declined)
        case .ringing:
            guard event.party == remote else { return [] }
            // Another device of this member has called back at the same moment.
            return finish(reason == .replaced ? .replaced : .missed)
        case .answering, .connecting, .connected, .reconnecting:
            guard event.party == remote else { return [] }
            switch reason {
            case .iceFailed: return finish(.noPath)
            case .iceTimeout: return finish(.lost)
            default: return finish(.hungUpByOther)
            }
        case .preparing, .ended: return []
        }
    }

    private mutating func receiveCandidates(_ event: CallEvent, _ candidates: [ICECandidate]) -> [Action] {
        guard event.party == remote else { return [] }
        // Those that come while an own offer is not answered belong to the connection that it gives up.
        if case .offering = negotiation { return [] }
        guard state == .ringing else { return [.add(candidates)] }
        // More than any computer has ways are not kept.
        waiting += candidates.prefix(max(0, 2 * CallEvent.Limit.candidates - waiting.count))
        return []
    }

    private mutating func receiveOffer(_ sdp: String, _ now: Int64) -> [Action] {
        let offer = SessionDescription(sdp)
        // Both offered at once: the one who was called gives way.
        if let negotiation, !negotiation.isAnswering, isOutgoing { return [] }
        if case .offering = negotiation { keepReplaced() }
        // It does not hear the offer that gives way.
        if case .holding = negotiation { toldHold = !isOnHold }
        guard let before = remoteDescription, let own = localDescription else { return [] }
        let isSame = offer.identity == before.identity
        remoteDescription = offer
        if !offer.holds { hasRemoteVideo = offer.sendsVideo }
        var actions = heard(offer)
        if isSame, offer.mediaCount == before.mediaCount {
            negotiation = nil
            revision += 1
            let answer = own.restricted(
                isReceiving: !isOnHold && offer.sends, isSending: !isOnHold && !isHeldByOther, revision: revision)
            actions.append(
                .send(.negotiate(isOffer: false, sdp: answer.text, lifetime: Timing.negotiation, streams)))
            return actions + agreeOnHold(now)
        }
        negotiation = .answering(until: now + Timing.negotiation)
        found = []
        foundDue = nil
        return actions + [.makeAnswer(to: sdp, isFresh: !isSame)]
    }

    private mutating func receiveNegotiated(_ sdp: String, _ now: Int64) -> [Action] {
        let answer = SessionDescription(sdp)
        switch negotiation {
        case .holding:
            negotiation = nil
            remoteDescription = answer
            // Another connection has waited for this.
            if restartDue != nil { restartDue = now }
            // Where both held it, only this answer tells that pictures come again.
            if !isOnHold, !isHeldByOther { hasRemoteVideo = answer.sendsVideo }
            return []
        case .offering:
            negotiation = nil
            remoteDescription = answer
            hasRemoteVideo = answer.sendsVideo
            // Time for this one to stand, but not for one after the other that does not.
            if state == .reconnecting { deadline = max(deadline ?? 0, now + Timing.negotiation) }
            restartDue = now + Timing.negotiation
            replacedDescription = nil
            return [.accept(answer: sdp)] + agreeOnHold(now)
        case .answering, nil: return []
        }
    }

    /// Takes from the other side's description whether it holds.
    private mutating func heard(_ offer: SessionDescription) -> [Action] {
        let holds = offer.holds
        guard holds != isHeldByOther else { return [] }
        isHeldByOther = holds
        return [.setSending(!holds && !isOnHold)]
    }
}
