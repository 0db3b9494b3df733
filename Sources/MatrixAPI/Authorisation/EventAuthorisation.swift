internal import JSON

/// The authorisation rules of room versions 10, 11 and 12 on a room that one server keeps.
///
/// Pure: the same event, state and context always give the same answer. What the rules say about `auth_events`,
/// signatures and forks has no place here: a room is one line of events, and each is checked against the state before it.
///
/// Source: Room Versions 10, 11, 12, "Authorisation rules".
package struct EventAuthorisation<State: RoomStateReading> {
    let event: ProposedEvent
    let state: State
    let version: RoomVersion
    let context: AuthorisationContext
    /// The create event of the room; only events other than a create event get this far.
    let create: Event
    let levels: PowerLevels

    /// Returns when `event` may follow `state`.
    /// - Throws: the first rule that refuses it.
    package static func check(
        _ event: ProposedEvent, in state: State, version: RoomVersion,
        context: AuthorisationContext = AuthorisationContext()
    ) throws(AuthorisationError) {
        guard event.type != "m.room.create" else {
            return try CreateEventAuthorisation.check(event, version: version, previous: context.previousEvents)
        }
        guard let create = state.stateEvent("m.room.create"), let levels = state.powerLevels(version) else {
            throw .noCreateEvent
        }
        try EventAuthorisation(
            event: event, state: state, version: version, context: context, create: create, levels: levels
        ).check()
    }

    private func check() throws(AuthorisationError) {
        try checkRoom()
        if event.type == "m.room.member" { return try checkMembership() }
        guard state.membership(of: event.sender) == .join else { throw .senderNotJoined }
        if event.type == "m.room.third_party_invite" { return try require(levels.required(to: .invite)) }
        try require(levels.required(toSend: event.type, asState: event.stateKey != nil))
        if let key = event.stateKey, key.hasPrefix("@"), key != event.sender.string { throw .stateKeyOfAnother }
        if event.type == "m.room.power_levels" { try checkPowerLevels() }
    }

    /// That the event belongs to this room, and that the room is open to its sender's server.
    private func checkRoom() throws(AuthorisationError) {
        if version.roomIDIsCreateEventHash {
            guard let roomID = event.roomID, roomID.string.dropFirst() == create.eventID.string.dropFirst() else {
                throw .noCreateEvent
            }
        }
        if create.content["m.federate"]?.bool == false, event.sender.server != create.sender.server {
            throw .notFederated
        }
    }

    func require(_ required: PowerLevel) throws(AuthorisationError) {
        let actual = levels.level(of: event.sender)
        guard actual >= required else { throw .insufficientLevel(required: required, actual: actual) }
    }
}

/// Whether a redaction that is in a room takes effect on its target.
package enum RedactionAuthorisation {
    /// One's own events, and with the *redact level* everybody's. The rules allow it to all users of the sender's
    /// server; that server has to keep them apart, and this is where it does.
    ///
    /// Source: Room Version 3 on, "Handling redactions"; Client-Server API, "Redactions".
    package static func allows(_ sender: UserID, toRedactEventOf author: UserID, levels: PowerLevels) -> Bool {
        sender == author || levels.allows(sender, to: .redact)
    }
}
