/// Who may make an account.
package struct RegistrationSettings: Sendable, Equatable {
    package enum Policy: String, Sendable, CaseIterable {
        /// Anybody who reaches the server.
        case open
        /// Who holds a registration token (`mado token create`).
        case token
        /// Nobody: accounts are made by `mado member add`.
        case closed
    }

    package var policy = Policy.closed
    /// Whether guest accounts may be made, whatever `policy` says.
    package var allowsGuests = false
    /// Whether a new account needs an address that was proved by mail.
    package var requiresAddress = false
    /// In characters.
    package var minimumPasswordLength = 8

    package init() {}
}
