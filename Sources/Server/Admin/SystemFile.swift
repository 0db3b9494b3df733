package import Glibc

/// Small files, read and written whole with the system's calls.
package enum SystemFile {
    /// The whole content.
    /// - Parameter limit: a larger file is refused with `EFBIG`.
    /// - Throws: `SystemError` of `open` or `read`.
    package static func read(_ path: String, limit: Int = 1 << 20) throws(SystemError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError("open", path: path) }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemError("read", path: path)
            }
            if count == 0 { return content }
            content.append(contentsOf: buffer[..<count])
            if content.count > limit { throw SystemError("read", path: path, code: EFBIG) }
        }
    }

    /// Replaces the file: written beside it, flushed to the disk, then renamed, so that a reader or a crash
    /// sees the old or the new content whole.
    /// - Parameter mode: permission bits, set before anything is written.
    /// - Throws: `SystemError` of the call that failed; the old file is then as it was.
    package static func write(_ content: [UInt8], to path: String, mode: mode_t) throws(SystemError) {
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw SystemError("open", path: temporary) }
        do throws(SystemError) {
            defer { close(descriptor) }
            guard fchmod(descriptor, mode) == 0 else { throw SystemError("chmod", path: temporary) }
            var rest = content[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw SystemError("write", path: temporary) }
                rest = rest.dropFirst(count)
            }
            guard fsync(descriptor) == 0 else { throw SystemError("fsync", path: temporary) }
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, path) == 0 else {
            let error = SystemError("rename", path: path)
            unlink(temporary)
            throw error
        }
    }

    /// Makes a folder, and those above it that are missing.
    /// - Parameter mode: permission bits of the folders made; one that is there already is left as it is.
    package static func makeFolder(_ path: String, mode: mode_t) throws(SystemError) {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += part
            if mkdir(made, mode) != 0, errno != EEXIST { throw SystemError("mkdir", path: made) }
            made += "/"
        }
        guard isFolder(path) else { throw SystemError("mkdir", path: path, code: ENOTDIR) }
    }

    /// Removes the file if it is there and can be removed.
    package static func remove(_ path: String) { unlink(path) }

    /// The names in a folder, without `.` and `..`, in no order; none when it cannot be read.
    package static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Returns when the folder's entries are on the disk.
    package static func syncFolder(_ path: String) throws(SystemError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError("open", path: path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SystemError("fsync", path: path) }
    }

    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The path from the root, of what need not be there; a relative one begins at the working folder.
    package static func absolutePath(_ path: String) -> String {
        guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return String(cString: folder) + "/" + path
    }

    /// The path of a file in the folder of this program's own file.
    package static func besideThisProgram(_ name: String) -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let path = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) + "/" + name
    }

    /// Whether it is a file that this process may run.
    package static func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 && !isFolder(path) }

    package static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// When it was written, in seconds since 1970; nil when the file is not there.
    package static func modificationTime(_ path: String) -> Int64? {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_mtim.tv_sec) : nil
    }

    /// The permission bits, nil when the file is not there.
    package static func mode(_ path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
    }
}

/// A system call that failed.
package struct SystemError: Error, CustomStringConvertible, Equatable {
    package let call: String
    package let path: String
    /// The `errno`.
    package let code: Int32

    /// - Parameter code: defaults to the calling thread's `errno`.
    package init(_ call: String, path: String, code: Int32 = errno) {
        self.call = call
        self.path = path
        self.code = code
    }

    package var description: String { "\(path): \(String(cString: strerror(code))) (\(call))" }
}
