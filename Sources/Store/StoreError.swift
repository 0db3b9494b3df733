/// Why the store could not do what it was asked for.
package enum StoreError: Error, Hashable, Sendable {
    /// No space is left on the disk, or the configured size is reached.
    case diskFull
    /// The file or its folder can't be written.
    case readOnly(_ path: String)
    /// Another process uses the store; with what holds it.
    case locked(_ path: String)
    /// The file is damaged, or is not Mado's.
    case corrupt(_ detail: String)
    /// The store was written by a newer Mado.
    case databaseIsNewer(found: Int, supported: Int)
    /// The operating system or the engine failed.
    case inputOutput(_ message: String)
    /// A row is there already, or what it refers to is not. A matter of the one call, not of the store.
    case constraint(_ detail: String)
    /// The store was closed.
    case closed
    /// The store's writer was already made and still exists.
    case writerTaken
}

extension StoreError: CustomStringConvertible {
    /// For the administrator: what happened and what to do about it.
    package var description: String {
        switch self {
        case .diskFull:
            "The disk is full. Nothing that was acknowledged is lost. Free some space; the server goes on by itself."
        case .readOnly(let path):
            "\(path) can't be written. Give the server's user the right to write there, or check that the file "
                + "system is mounted writable."
        case .locked(let path):
            "\(path) is in use by another process. Stop the other server, or give this one a folder of its own."
        case .corrupt(let detail):
            "The database is damaged or is not Mado's (\(detail)). Stop the server, keep a copy of the folder, and "
                + "restore the newest backup."
        case .databaseIsNewer(let found, let supported):
            "The database has version \(found); this Mado knows versions up to \(supported). Install the newer Mado "
                + "again, or restore a backup made before the upgrade."
        case .inputOutput(let message):
            "Reading or writing the database failed (\(message)). Look at the system's log for disk errors."
        case .constraint(let detail):
            "The database refused a change that contradicts what it holds (\(detail))."
        case .closed:
            "The database is closed because the server is stopping."
        case .writerTaken:
            "The database is already being written by this process."
        }
    }
}
