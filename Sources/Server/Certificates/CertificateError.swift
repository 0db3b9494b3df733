import COpenSSL

/// What is wrong with a certificate or key.
package enum CertificateError: Error, CustomStringConvertible {
    /// A file could not be read or written.
    case file(SystemError)
    /// The file holds no certificate or key in PEM form that OpenSSL can read.
    case unreadable(path: String, reason: String)
    /// A call of OpenSSL failed that does not fail on good input.
    case openSSL(call: String, reason: String)

    package var description: String {
        switch self {
        case .file(let error): error.description
        case .unreadable(let path, let reason): "\(path): \(reason)"
        case .openSSL(let call, let reason): "\(call): \(reason)"
        }
    }

    /// Takes what OpenSSL left in the calling thread's error queue, and empties it.
    static func takeReason() -> String {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        guard code != 0, let reason = ERR_reason_error_string(code) else { return "unknown reason" }
        return String(cString: reason)
    }
}
