/// How much a line of the log matters. Lines below the configured level are not made.
package enum LogLevel: String, Sendable, CaseIterable, Comparable {
    /// Each request, and what helps to find a fault.
    case debug
    /// What an administrator wants to have read afterwards: start, stop, reload, accounts made.
    case info
    /// Something is wrong and the server goes on by itself.
    case warning
    /// Something failed that somebody must look at.
    case error

    var rank: UInt8 {
        switch self {
        case .debug: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }

    package static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }
}

/// How a line of the log is written.
package enum LogFormat: String, Sendable, CaseIterable {
    /// `2026-01-31T12:00:00.000Z info server started listener=https://…`
    case text
    /// One JSON object a line.
    case json
}
