import Glibc
import Server

/// The folder that holds everything a server keeps, and what its files are called.
///
/// `mado.pid` is locked by whoever works in the folder and holds that process' number; `server_name` holds the
/// name that every identifier in the database ends with.
struct DataFolder {
    let path: String

    var databaseFile: String { path + "/mado.db" }
    var certificatesFolder: String { path + "/certificates" }
    var mediaFolder: String { path + "/media" }
    /// What applications' programs keep. Beside the folder for programs that run as another user: they cannot get into it.
    func applicationsFolder(isOfOthers: Bool) -> String { path + (isOfOthers ? "-applications" : "/applications") }
    var adminSocket: String { path + "/admin.sock" }
    var processFile: String { path + "/mado.pid" }
    var serverNameFile: String { path + "/server_name" }

    /// The server name that the data belongs to; nil in a new folder.
    var serverName: String? {
        guard let content = try? SystemFile.read(serverNameFile, limit: 1024) else { return nil }
        let name = String(decoding: content, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? ""
        return ServerConfiguration.isServerName(name) ? name : nil
    }

    /// Makes the folder (mode 0700) when it is missing, and claims it for `serverName`.
    /// - Throws: `DataFolderError.otherName` when the data belongs to another server name.
    func prepare(serverName: String) throws(DataFolderError) {
        do throws(SystemError) {
            try SystemFile.makeFolder(path, mode: 0o700)
            guard SystemFile.exists(serverNameFile) else {
                try SystemFile.write(Array((serverName + "\n").utf8), to: serverNameFile, mode: 0o600)
                return
            }
        } catch { throw .system(error) }
        guard let present = self.serverName else { throw .unreadableName(file: serverNameFile) }
        guard present == serverName else { throw .otherName(present: present, wanted: serverName) }
    }

    /// Who works in the folder now. Takes no lock itself, so that it never disturbs a server that starts.
    /// - Returns: the process' number; 0 when it is not known; nil when nobody does.
    func holder() -> Int32? {
        let descriptor = open(processFile, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var query = DataFolderLock.wholeFile(F_WRLCK)
        guard fcntl(descriptor, DataFolderLock.getLock, &query) == 0, query.l_type != F_UNLCK else { return nil }
        let content = (try? SystemFile.read(processFile, limit: 64)) ?? []
        return Int32(String(decoding: content, as: UTF8.self).split(separator: "\n").first ?? "") ?? 0
    }
}

/// Why the data folder cannot be worked in.
enum DataFolderError: Error, CustomStringConvertible {
    case system(SystemError)
    case inUse(by: Int32)
    case otherName(present: String, wanted: String)
    case unreadableName(file: String)

    var description: String {
        switch self {
        case .system(let error):
            [EROFS, EACCES, EPERM].contains(error.code)
                ? "\(error.path) can't be written (\(String(cString: strerror(error.code)))). Give the server's user the right "
                    + "to write there, or check that the file system is mounted writable."
                : error.description
        case .inUse(let process):
            "this data folder is in use by another mado\(process > 0 ? " (process \(process))" : "")"
        case .otherName(let present, let wanted):
            "the data belongs to the server name \(present), not \(wanted): every identifier in it ends with that name, "
                + "so it cannot be changed. Use --server-name \(present), or another data folder."
        case .unreadableName(let file): "\(file) does not hold a server name"
        }
    }
}

/// The claim on a data folder, held until the object goes or the process ends.
///
/// An open file description lock: unlike a POSIX lock it is not lost when the process opens and closes the file again.
final class DataFolderLock {
    // F_OFD_GETLK and F_OFD_SETLK of <fcntl.h>, which shows them to GNU programs only.
    static let getLock: Int32 = 36
    private static let setLock: Int32 = 37

    private let descriptor: Int32

    /// - Throws: `inUse` when another process holds it.
    init(_ folder: DataFolder) throws(DataFolderError) {
        // An object that has its descriptor closes it, also where its making fails from there on.
        let descriptor = open(folder.processFile, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(SystemError("open", path: folder.processFile)) }
        var claim = Self.wholeFile(F_WRLCK)
        guard fcntl(descriptor, Self.setLock, &claim) == 0 else {
            let code = errno
            close(descriptor)
            throw code == EAGAIN || code == EACCES
                ? .inUse(by: folder.holder() ?? 0) : .system(SystemError("lock", path: folder.processFile, code: code))
        }
        let text = Array("\(getpid())\n".utf8)
        ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.count, 0)
        self.descriptor = descriptor
    }

    deinit {
        // A program being started by another thread may have a copy of the descriptor until it runs; closing alone
        // would leave the lock to it.
        var release = Self.wholeFile(F_UNLCK)
        _ = fcntl(descriptor, Self.setLock, &release)
        close(descriptor)
    }

    static func wholeFile(_ type: Int32) -> flock {
        flock(l_type: Int16(type), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
    }
}
