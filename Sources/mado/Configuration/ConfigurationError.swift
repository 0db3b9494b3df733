/// What is wrong with a configuration, and where.
struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    /// Where a value came from.
    enum Source: Equatable, CustomStringConvertible {
        case file(String, line: Int, column: Int)
        case environment(String)
        case commandLine(String)
        case whole

        var description: String {
            switch self {
            case .file(let path, let line, let column): "\(path):\(line):\(column)"
            case .environment(let name): "environment variable \(name)"
            case .commandLine(let option): "option \(option)"
            case .whole: "configuration"
            }
        }
    }

    let source: Source
    /// The key, if the fault is in one.
    let key: String?
    let reason: String

    var description: String { "\(source): \(key.map { "\($0): " } ?? "")\(reason)" }
}

/// Why a key does not take a value; the loader adds which key and where.
struct ValueRejection: Error, Equatable {
    let reason: String
}
