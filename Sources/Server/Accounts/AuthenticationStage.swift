/// One step of interactive authentication; the raw value is its name on the wire.
///
/// Source: Client-Server API, "Authentication types".
package enum AuthenticationStage: String, Sendable, Hashable {
    case password = "m.login.password"
    /// Always succeeds, for what needs no more than asking twice.
    case dummy = "m.login.dummy"
    case registrationToken = "m.login.registration_token"
    /// An address of mail that was proved.
    case emailIdentity = "m.login.email.identity"
}
