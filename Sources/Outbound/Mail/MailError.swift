/// Why mail was not taken.
package enum MailError: Error, Sendable, Equatable {
    /// The server did not answer, broke off, or refuses for the moment: worth another attempt.
    case temporary(String)
    /// The server will never take it: no such recipient, wrong password, no TLS.
    case permanent(String)

    package var reason: String {
        switch self {
        case .temporary(let reason), .permanent(let reason): reason
        }
    }
}
