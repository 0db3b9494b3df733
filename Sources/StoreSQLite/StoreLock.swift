import Glibc
import Store

/// The lock that gives a folder to one process: `flock` on a file in it, which the kernel releases when the process
/// ends in whatever way. SQLite's own locks would let a second process write in between.
final class StoreLock: Sendable {
    private let descriptor: Int32

    /// ``StoreError/locked(_:)`` when another process, or another store of this one, has it.
    init(folder: String) throws(StoreError) {
        let path = folder + "/mado.lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.error(path: path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let error: StoreError = errno == EWOULDBLOCK ? .locked(folder) : Self.error(path: path)
            Glibc.close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    deinit {
        // A program being started by another thread may have a copy of the descriptor until it runs; closing alone
        // would leave the lock to it.
        flock(descriptor, LOCK_UN)
        Glibc.close(descriptor)
    }

    private static func error(path: String) -> StoreError {
        let code = errno
        return StoreError(systemError: code, path: path) ?? .inputOutput("\(path): \(String(cString: strerror(code)))")
    }
}
