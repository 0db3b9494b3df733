extension CallDesk {
    /// What one answer of the server brought, all of it: a call that is over already does not ring.
    func take(_ events: [CallEvent], _ account: AccountModel) {
        // Of an account that has stopped nothing rings: it may be gone before the call is.
        guard !events.isEmpty, account.parts != nil else { return }
        var new: [Call] = []
        for event in events {
            noteAnswer(event, account)
            if case .invite = event.content { receiveInvitation(event, account, &new) }
            for call in all + new where call.account === account && call.roomID == event.roomID {
                receive(event, call)
            }
        }
        for call in new where !call.isEnded { ring(call) }
        schedule()
    }

    /// Somebody has left a room.
    func left(_ userID: String, roomID: String, _ account: AccountModel) {
        for call in all where call.account === account && call.roomID == roomID {
            if userID == account.userID {
                hangUp(call)
            } else {
                change(userID, of: call) { $0.left(userID) }
            }
        }
    }

    private func receive(_ event: CallEvent, _ call: Call) {
        let now = now
        for user in call.people where call.legs[user]?.machine.callID == event.callID {
            change(user, of: call) { $0.receive(event, now: now) }
        }
        if call.isGroup, call.isAccepted { meet(call) }
    }

    // MARK: Invitations

    private func receiveInvitation(_ event: CallEvent, _ account: AccountModel, _ new: inout [Call]) {
        guard !event.isOfPublicRoom, !known.contains(event.callID),
            let machine = CallMachine(invitation: event, own: party(of: account), now: now),
            account.conversation(event.roomID) != nil
        else { return }
        known.append(event.callID)
        if let current, current.account === account, current.roomID == event.roomID {
            if current.isGroup, event.groupID == current.id { return join(machine, current) }
            if meetsOwnCall(machine, current) { return }
        }
        if let groupID = event.groupID, settled.contains(settledKey(groupID, event.roomID, account)) { return }
        let call: Call
        if let groupID = event.groupID,
            let ringing = (ringing + new).first(where: {
                $0.account === account && $0.roomID == event.roomID && $0.isGroup && $0.id == groupID
            })
        {
            call = ringing
        } else {
            call = Call(
                account: account, roomID: event.roomID, id: event.groupID ?? event.callID,
                kind: machine.isVideo ? .video : .voice, isIncoming: true, isGroup: event.groupID != nil)
            new.append(call)
        }
        // More than a mesh has do not come together.
        guard call.present.count < Call.meshLimit - 1 else { return }
        add(machine, to: call)
        call.joined.insert(event.sender)
    }

    private func ring(_ call: Call) {
        guard !ringing.contains(where: { $0 === call }), current !== call else { return }
        // Somebody who calls again gives the call before up, whether or not that is told.
        for other in ringing
        where other.account === call.account && other.roomID == call.roomID && !other.isGroup && !call.isGroup
            && other.people == call.people
        {
            forEachLeg(of: other) { $0.giveWay() }
        }
        guard ringing.count < Self.ringingLimit else { return forEachLeg(of: call) { $0.giveWay() } }
        ringing.append(call)
        changes.notify(.calls)
    }

    /// Both called each other ("glare"): the call with the lesser id goes on, and what is prepared only gives way.
    /// - Returns: whether the invitation is dealt with.
    private func meetsOwnCall(_ machine: CallMachine, _ call: Call) -> Bool {
        guard !call.isGroup, machine.groupID == nil, let user = machine.otherUser, let own = call.legs[user]?.machine
        else { return false }
        switch own.state {
        case .preparing: break
        case .inviting where machine.callID < own.callID: break
        // The other side gives its call up by itself.
        case .inviting: return true
        default: return false
        }
        var ended = own
        if own.state == .inviting {
            for action in ended.hangUp(.replaced) { if case .send = action { perform(action, user, ended, call) } }
        }
        closePeer(user, call)
        add(machine, to: call)
        if call.media != nil { change(user, of: call) { $0.accept() } }
        return true
    }

    // MARK: Several people

    func settledKey(_ groupID: String, _ roomID: String, _ account: AccountModel) -> String {
        account.userID + " " + groupKey(groupID, roomID)
    }

    func groupKey(_ groupID: String, _ roomID: String) -> String { "\(roomID) \(groupID)" }

    /// Everybody of a room sees who answers whom.
    private func noteAnswer(_ event: CallEvent, _ account: AccountModel) {
        guard let groupID = event.groupID, event.sender != account.userID else { return }
        let key = groupKey(groupID, event.roomID)
        switch event.content {
        case .answer:
            if answered.count > 50 { answered = [:] }
            if (answered[key]?.count ?? 0) < 20 { answered[key, default: []].insert(event.sender) }
        case .hangUp: answered[key]?.remove(event.sender)
        default: break
        }
    }

    /// Somebody of the same call wants a connection: taken without asking once more.
    private func join(_ machine: CallMachine, _ call: Call) {
        guard let user = machine.otherUser, call.present.count < Call.meshLimit - 1 || call.present.contains(user)
        else {
            return
        }
        // Each pair has one call; that of the lesser id stays.
        if let known = call.legs[user]?.machine, known.end == nil {
            guard known.state == .preparing || known.state == .inviting, machine.callID < known.callID else { return }
            closePeer(user, call)
        }
        add(machine, to: call)
        if call.media != nil { change(user, of: call) { $0.accept() } }
    }

    /// Calls those who are in it and were not called by anybody yet.
    func meet(_ call: Call) {
        guard call.isGroup, call.media != nil, !call.isEnded else { return }
        let own = call.account.userID
        call.joined.formUnion(answered[groupKey(call.id, call.roomID)] ?? [])
        for user in call.joined.sorted() where user != own && own < user && call.legs[user] == nil {
            guard call.present.count < Call.meshLimit - 1, call.conversation?.hasMember(user) == true else { continue }
            let machine = CallMachine(
                calling: user, in: call.roomID, callID: Self.newID(), own: party(of: call.account), groupID: call.id,
                isFurther: true)
            add(machine, to: call)
            known.append(machine.callID)
            change(user, of: call) { $0.start() }
        }
    }
}

extension ConversationModel {
    fileprivate func hasMember(_ userID: String) -> Bool { members.contains { $0.userID == userID } }
}
