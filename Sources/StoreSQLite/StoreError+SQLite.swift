import CSQLite
import Glibc
import Store

extension StoreError {
    /// What an SQLite result code means.
    ///
    /// - Parameters:
    ///   - code: a primary or an extended one.
    ///   - connection: on which it happened, for its message; nil when there is none.
    init(code: Int32, connection: OpaquePointer?, path: String) {
        let message = String(cString: connection.map { sqlite3_errmsg($0) } ?? sqlite3_errstr(code))
        let systemError = connection.map { sqlite3_system_errno($0) } ?? 0
        switch code & 0xFF {
        case SQLITE_FULL: self = .diskFull
        case SQLITE_READONLY: self = .readOnly(path)
        case SQLITE_BUSY, SQLITE_LOCKED: self = .locked(path)
        case SQLITE_CORRUPT, SQLITE_NOTADB: self = .corrupt(message)
        case SQLITE_CONSTRAINT, SQLITE_TOOBIG: self = .constraint(message)
        case SQLITE_IOERR, SQLITE_CANTOPEN:
            self = StoreError(systemError: systemError, path: path) ?? .inputOutput("\(message), code \(code)")
        default: self = .inputOutput("\(message), code \(code)")
        }
    }

    /// What an `errno` means, where it means something particular.
    init?(systemError: Int32, path: String) {
        switch systemError {
        case ENOSPC, EDQUOT: self = .diskFull
        case EROFS, EACCES, EPERM: self = .readOnly(path)
        default: return nil
        }
    }
}
