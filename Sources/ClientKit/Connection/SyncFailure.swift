/// Why an exchange of the sync ended without what it was for.
enum SyncFailure: Sendable, Equatable {
    case transport(TransportError)
    /// - Parameter retryAfter: what the server asks to wait, in milliseconds.
    case server(status: Int, errcode: String?, message: String?, retryAfter: Int64?)
    /// The server does not know the access token any more.
    case loggedOut(soft: Bool)
    case store(String)

    var problem: ConnectionProblem {
        switch self {
        case .transport(let error): .transport(error)
        case .server(let status, let errcode, let message, _):
            .server(status: status, errcode: errcode, message: message)
        case .loggedOut: .server(status: 401, errcode: "M_UNKNOWN_TOKEN", message: nil)
        case .store(let text): .store(text)
        }
    }

    /// The way was there, and something on it ended the exchange.
    var isCut: Bool {
        switch self {
        case .transport(.cut), .transport(.timedOut): true
        case .server(let status, let errcode, _, _): errcode == nil && [408, 502, 504].contains(status)
        default: false
        }
    }

    /// Trying again changes nothing, and may lock the member's account at the proxy.
    var needsSomebody: Bool {
        if case .transport(.proxyAuthenticationRequired) = self { true } else { false }
    }

    var retryAfter: Int64 {
        if case .server(_, _, _, let wait?) = self { min(wait, 3_600_000) } else { 0 }
    }
}
