/// Why the authorisation rules of a room refuse an event.
///
/// The number in each comment is the rule in Room Version 11, "Authorisation rules"; version 12 counts one more from
/// its rule 2 on.
package enum AuthorisationError: Error, Hashable, Sendable {
    /// 1.1: the room has events already.
    case createIsNotFirst
    /// 1.2: the room's server is not the sender's; in version 12, the create event has a `room_id`.
    case createRoomID
    /// 1.3
    case unknownRoomVersion(String)
    /// 1.4 of version 10.
    case noCreator
    /// 1.4 of version 12.
    case malformedAdditionalCreators
    /// 2.4, and 2 of version 12: no create event, or not that of the event's room.
    case noCreateEvent
    /// 3: `m.federate` is false, and the sender is on another server.
    case notFederated
    /// 4.1
    case malformedMembership
    /// 4.2: `join_authorised_via_users_server` without that server's word for it.
    case joinNotVouchedFor
    /// 4.3.2, 4.7.2: only oneself can join or knock.
    case actsForAnother
    /// 4.3.3, 4.4.1.1, 4.4.3, 4.7.4
    case banned
    /// 4.3.4
    case notInvited
    /// 4.3.5.2
    case authorisingUserMayNotInvite
    /// 4.3.7, 4.7.1
    case joinRuleForbids(String)
    /// 4.4.1.2 to 4.4.1.8
    case thirdPartyInvite(ThirdPartyInviteFault)
    /// 4.4.2, 4.5.2, 4.6.1, 5
    case senderNotJoined
    /// 4.4.3, 4.7.4: the user is in the room, or invited, already.
    case alreadyMember(Membership)
    /// 4.5.1: nothing to leave.
    case notMember
    /// 4.4.5, 4.5.3, 4.5.5, 4.6.3, 6, 7
    case insufficientLevel(required: PowerLevel, actual: PowerLevel)
    /// 4.5.4, 4.6.2: the other's level is not below the sender's.
    case targetNotBelow
    /// 4.8
    case unknownMembership(String)
    /// 8: a state key that is another user's identifier.
    case stateKeyOfAnother
    /// 9.1 to 9.3: the member of the content that is wrong.
    case malformedPowerLevels(String)
    /// 10.4 of version 12
    case creatorInPowerLevels
    /// 9.5 to 9.7, 9.9: a level that is above the sender's own, now or after the change.
    case levelAboveOwn(String)
    /// 9.8: the level of somebody who is not below the sender.
    case levelOfEqual(String)

    /// What is wrong with an invite that came from an invitation of a third-party address.
    package enum ThirdPartyInviteFault: Hashable, Sendable {
        case unsigned, incomplete, otherUser, unknownToken, otherSender, invalidSignature
    }
}

extension AuthorisationError: CustomStringConvertible {
    /// A sentence for people.
    package var description: String {
        switch self {
        case .createIsNotFirst: "The room exists already"
        case .createRoomID: "The room's identifier does not fit its creator"
        case .unknownRoomVersion(let version): "Room version \(version) is not supported"
        case .noCreator: "The create event names no creator"
        case .malformedAdditionalCreators: "additional_creators must be an array of user IDs"
        case .noCreateEvent: "The room does not exist"
        case .notFederated: "The room is not open to other servers"
        case .malformedMembership: "A membership event needs a state key that is a user ID, and a membership"
        case .joinNotVouchedFor: "No server vouches for this join"
        case .actsForAnother: "Nobody can join or knock for somebody else"
        case .banned: "The user is banned from the room"
        case .notInvited: "You are not invited to this room"
        case .authorisingUserMayNotInvite: "The member who vouches for this join may not invite"
        case .joinRuleForbids(let rule): "The room's join rule (\(rule)) does not allow this"
        case .thirdPartyInvite(let fault): "The third-party invite is not valid (\(fault))"
        case .senderNotJoined: "You are not in the room"
        case .alreadyMember(let membership): "The user's membership is \(membership.rawValue) already"
        case .notMember: "You are not in the room, nor invited, nor waiting"
        case .insufficientLevel(let required, let actual):
            "You need power level \(required) for this and have \(actual)"
        case .targetNotBelow: "The other's power level is not below yours"
        case .unknownMembership(let membership): "There is no membership \(membership)"
        case .stateKeyOfAnother: "This state belongs to another user"
        case .malformedPowerLevels(let member): "\(member) of the power levels is not what it must be"
        case .creatorInPowerLevels: "Creators of the room cannot be given a power level"
        case .levelAboveOwn(let member): "You cannot set or change a power level above your own (\(member))"
        case .levelOfEqual(let user): "You cannot change the power level of \(user), who is not below you"
        }
    }

    /// The answer to the client whose request this was.
    package var matrixError: MatrixError {
        switch self {
        case .unknownRoomVersion: MatrixError(400, .unsupportedRoomVersion, description)
        case .malformedMembership, .unknownMembership, .malformedPowerLevels, .malformedAdditionalCreators,
            .creatorInPowerLevels, .noCreator:
            MatrixError.badJSON(description)
        default: MatrixError.forbidden(description)
        }
    }
}
