/// What authorisation has to know and the room's state doesn't say.
package struct AuthorisationContext: Sendable {
    /// What the room holds before the event.
    package enum PreviousEvents: Sendable {
        case none, createOnly, some
    }

    package var previousEvents: PreviousEvents
    /// This server found that the joining user fulfils the join rule's `allow` conditions, and itself chose the user
    /// in `join_authorised_via_users_server`. It takes the place of that server's signature. A value that a client
    /// wrote there is to be removed before.
    package var allowed: Bool
    /// A signature in `content.third_party_invite.signed` was verified with a public key of the invite.
    package var thirdPartySignatureIsValid: Bool

    package init(
        previousEvents: PreviousEvents = .some, allowed: Bool = false, thirdPartySignatureIsValid: Bool = false
    ) {
        self.previousEvents = previousEvents
        self.allowed = allowed
        self.thirdPartySignatureIsValid = thirdPartySignatureIsValid
    }
}
