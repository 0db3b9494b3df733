import Glibc

/// Small files that are there whole or not at all.
enum AtomicFile {
    struct Failure: Error {
        let errno: Int32
    }

    /// nil when it is not there or cannot be read.
    static func read(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(file, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { return bytes }
            bytes.append(contentsOf: part[..<count])
        }
    }

    /// Readable by its owner only; on the disk when this returns.
    /// - Throws: `Failure`; what stood there before still does.
    static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        var template = Array("\(path).new-XXXXXX".utf8CString)
        let file = mkstemp(&template)
        guard file >= 0 else { throw Failure(errno: errno) }
        do throws(Failure) {
            try writeAll(bytes, to: file)
            guard fsync(file) == 0, rename(template, path) == 0 else { throw Failure(errno: errno) }
            close(file)
        } catch {
            close(file)
            unlink(template)
            throw error
        }
        syncFolder(of: path)
    }

    private static func writeAll(_ bytes: [UInt8], to file: Int32) throws(Failure) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress! + done, $0.count - done) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure(errno: errno) }
            done += count
        }
    }

    /// So that the new name is there after a power failure, too.
    private static func syncFolder(of path: String) {
        let end = path.lastIndex(of: "/")
        let folder = open(end.map { String(path[..<$0]) + "/" } ?? ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }
}
