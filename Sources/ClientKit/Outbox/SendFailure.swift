/// Why something that was entered is not taken, as one text that begins with a code: Matrix's or one of these.
package enum SendFailure {
    /// What it answers, changes or takes back was never sent.
    package static let targetNeverSent = "MADO_TARGET_NEVER_SENT"
    /// The copy of a file that was to be sent is gone or cannot be read.
    package static let fileMissing = "MADO_FILE_MISSING"

    static func reason(_ error: MatrixClientError) -> String {
        let code = error.errcode ?? (error.status == 413 ? "M_TOO_LARGE" : "M_UNKNOWN")
        return "\(code) \(error.message)"
    }

    /// The code and the server's own words.
    package static func parts(_ reason: String) -> (code: String, message: String) {
        let end = reason.firstIndex(of: " ") ?? reason.endIndex
        let code = reason[..<end]
        guard code.hasPrefix("M_") || code.hasPrefix("MADO_") else { return ("", reason) }
        return (String(code), String(reason[end...].dropFirst()))
    }
}
