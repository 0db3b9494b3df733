import Glibc

/// Folders of the program's own, which only their owner can enter.
enum FileFolder {
    /// Makes the folder and those above it.
    /// - Throws: ``AtomicFile/Failure``.
    static func make(_ path: String) throws(AtomicFile.Failure) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let end = path.lastIndex(of: "/"), end > path.startIndex else {
            throw AtomicFile.Failure(errno: errno)
        }
        try make(String(path[..<end]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw AtomicFile.Failure(errno: errno) }
    }

    static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Removes the folder's files, those left out whose paths are given.
    static func removeAll(in path: String, except kept: Set<String> = []) {
        for name in names(in: path) where !kept.contains("\(path)/\(name)") { unlink("\(path)/\(name)") }
    }

    /// Removes the folder with everything in it.
    static func remove(_ path: String) {
        for name in names(in: path) {
            let inner = "\(path)/\(name)"
            if unlink(inner) != 0 { remove(inner) }
        }
        rmdir(path)
    }

    /// Copies a file; on the disk when this returns. - Returns: its length in bytes.
    static func copy(_ source: String, to target: String) throws(AtomicFile.Failure) -> Int64 {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw AtomicFile.Failure(errno: errno) }
        defer { close(input) }
        let output = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw AtomicFile.Failure(errno: errno) }
        defer { close(output) }
        var total: Int64 = 0
        while true {
            let count = sendfile(output, input, nil, 1 << 20)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                let failure = AtomicFile.Failure(errno: errno)
                unlink(target)
                throw failure
            }
            if count == 0 { break }
            total += Int64(count)
        }
        guard fsync(output) == 0 else { throw AtomicFile.Failure(errno: errno) }
        return total
    }
}
