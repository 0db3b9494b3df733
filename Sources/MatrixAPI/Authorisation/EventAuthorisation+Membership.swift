internal import JSON

/// Rule 4 (5 in room version 12): memberships.
extension EventAuthorisation {
    func checkMembership() throws(AuthorisationError) {
        guard let key = event.stateKey, let target = UserID(key), let name = event.content["membership"]?.string
        else { throw .malformedMembership }
        if event.content["join_authorised_via_users_server"] != nil, !context.allowed { throw .joinNotVouchedFor }
        switch Membership(rawValue: name) {
        case .join: try checkJoin(target)
        case .invite: try checkInvite(target)
        case .leave: try checkLeave(target)
        case .ban: try checkBan(target)
        case .knock: try checkKnock(target)
        case nil: throw .unknownMembership(name)
        }
    }

    private func checkJoin(_ target: UserID) throws(AuthorisationError) {
        // The rules let anybody put the creator into the new room; only the creator ever does.
        guard event.sender == target else { throw .actsForAnother }
        if context.previousEvents == .createOnly, target == levels.creators.creator { return }
        let current = state.membership(of: target)
        if current == .ban { throw .banned }
        let rule = state.joinRule
        switch rule {
        case "public": return
        case "invite", "knock":
            guard current == .invite || current == .join else { throw .notInvited }
        case "restricted", "knock_restricted":
            if current == .invite || current == .join { return }
            try checkAuthorisingUser()
        default: throw .joinRuleForbids(rule)
        }
    }

    private func checkAuthorisingUser() throws(AuthorisationError) {
        guard let name = event.content["join_authorised_via_users_server"]?.string, let user = UserID(name) else {
            throw .notInvited
        }
        guard state.membership(of: user) == .join, levels.allows(user, to: .invite) else {
            throw .authorisingUserMayNotInvite
        }
    }

    private func checkInvite(_ target: UserID) throws(AuthorisationError) {
        if let invite = event.content["third_party_invite"] { return try checkThirdPartyInvite(invite, target) }
        guard state.membership(of: event.sender) == .join else { throw .senderNotJoined }
        switch state.membership(of: target) {
        case .join: throw .alreadyMember(.join)
        case .ban: throw .banned
        case .invite, .knock, .leave, nil: try require(levels.required(to: .invite))
        }
    }

    private func checkThirdPartyInvite(_ invite: JSONValue, _ target: UserID) throws(AuthorisationError) {
        if state.membership(of: target) == .ban { throw .banned }
        guard let signed = invite["signed"] else { throw .thirdPartyInvite(.unsigned) }
        guard let user = signed["mxid"]?.string, let token = signed["token"]?.string else {
            throw .thirdPartyInvite(.incomplete)
        }
        guard user == target.string else { throw .thirdPartyInvite(.otherUser) }
        guard let original = state.stateEvent("m.room.third_party_invite", token) else {
            throw .thirdPartyInvite(.unknownToken)
        }
        guard original.sender == event.sender else { throw .thirdPartyInvite(.otherSender) }
        guard context.thirdPartySignatureIsValid else { throw .thirdPartyInvite(.invalidSignature) }
    }

    private func checkLeave(_ target: UserID) throws(AuthorisationError) {
        let senders = state.membership(of: event.sender)
        guard event.sender != target else {
            switch senders {
            case .invite, .join, .knock: return
            case .ban: throw .banned
            case .leave, nil: throw .notMember
            }
        }
        guard senders == .join else { throw .senderNotJoined }
        if state.membership(of: target) == .ban { try require(levels.required(to: .ban)) }
        try require(levels.required(to: .kick))
        try requireAbove(target)
    }

    private func checkBan(_ target: UserID) throws(AuthorisationError) {
        guard state.membership(of: event.sender) == .join else { throw .senderNotJoined }
        try require(levels.required(to: .ban))
        try requireAbove(target)
    }

    private func checkKnock(_ target: UserID) throws(AuthorisationError) {
        let rule = state.joinRule
        guard rule == "knock" || rule == "knock_restricted" else { throw .joinRuleForbids(rule) }
        guard event.sender == target else { throw .actsForAnother }
        switch state.membership(of: target) {
        case .ban: throw .banned
        case .invite: throw .alreadyMember(.invite)
        case .join: throw .alreadyMember(.join)
        case .knock, .leave, nil: return
        }
    }

    private func requireAbove(_ target: UserID) throws(AuthorisationError) {
        guard levels.level(of: target) < levels.level(of: event.sender) else { throw .targetNotBelow }
    }
}
