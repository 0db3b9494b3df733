import CSQLite

/// Why the local store cannot be read or written.
package enum LocalStoreError: Error, Sendable, Equatable {
    /// A newer version of the program has written it.
    case newer(found: Int, supported: Int)
    /// The file is another program's.
    case foreign(path: String)
    case damaged(String)
    case full
    case failed(code: Int, message: String)
    case closed

    init(code: Int32, message: String) {
        switch code & 0xFF {
        case SQLITE_FULL: self = .full
        case SQLITE_CORRUPT, SQLITE_NOTADB: self = .damaged(message)
        default: self = .failed(code: Int(code), message: message)
        }
    }
}

extension LocalStoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .newer(let found, let supported):
            "the local store has version \(found), and this program knows versions up to \(supported): "
                + "a newer version of Mado has written it"
        case .foreign(let path): "\(path) is the database of another program"
        case .damaged(let message): "the local store is damaged: \(message)"
        case .full: "the disk is full"
        case .failed(let code, let message): "the local store failed (\(code)): \(message)"
        case .closed: "the local store is closed"
        }
    }
}
