/// What one check of the doctor found.
struct Finding: Equatable {
    enum Severity: Equatable {
        case good
        /// It works, and somebody should know.
        case warning
        /// Something does not work, or is not safe.
        case problem
    }

    let severity: Severity
    /// What was looked at: `certificate`, `ports`.
    let subject: String
    let message: String
    /// What to do; nil when nothing needs to be done.
    let advice: String?

    static func good(_ subject: String, _ message: String) -> Finding {
        Finding(severity: .good, subject: subject, message: message, advice: nil)
    }
    static func warning(_ subject: String, _ message: String, do advice: String) -> Finding {
        Finding(severity: .warning, subject: subject, message: message, advice: advice)
    }
    static func problem(_ subject: String, _ message: String, do advice: String) -> Finding {
        Finding(severity: .problem, subject: subject, message: message, advice: advice)
    }
}
