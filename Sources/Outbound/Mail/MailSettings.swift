/// How the server sends mail.
package struct MailSettings: Sendable, Equatable {
    package enum Security: String, Sendable, CaseIterable {
        /// TLS after `STARTTLS`; nothing is sent where the server does not offer it.
        case startTLS = "starttls"
        /// TLS from the first byte.
        case tls
        /// In plain text: for a mail server on the same machine.
        case none
    }

    /// Host, or `host:port`; nil when the server sends no mail.
    package var server: String?
    package var security = Security.startTLS
    /// nil for a server that wants nobody to log in.
    package var user: String?
    package var password: String?
    /// A file with the password, so that it does not stand in the configuration; read at each start.
    package var passwordFile: String?
    /// The address that mail comes from, with or without a name: `Mado <mado@example.org>`.
    package var from: String?
    /// How long an unread notification waits before it goes out by mail.
    package var digestDelay = Duration.seconds(600)
    /// Whether what a member missed is mailed to every address that a member adds, without asking for it.
    package var sendsDigests = true

    package init() {}
}
