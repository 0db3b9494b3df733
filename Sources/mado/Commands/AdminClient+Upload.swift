import Glibc
import JSON
import Server

extension AdminClient {
    /// Sends a file as the request's body, piece by piece.
    /// - Throws: `AdminError`, also when the file cannot be read.
    func upload(_ method: String, _ target: String, type: String, file: String) throws(AdminError) -> JSONValue {
        let source = open(file, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else { throw AdminError(description: SystemError("open", path: file).description) }
        defer { close(source) }
        var status = stat()
        guard fstat(source, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw AdminError(description: "\(file) is no file")
        }
        let descriptor = try connect()
        defer { close(descriptor) }
        try send(head(method, target, type: type, length: Int(status.st_size)), to: descriptor)
        var rest = Int(status.st_size)
        var buffer = [UInt8](repeating: 0, count: 256 * 1024)
        while rest > 0 {
            let count = read(source, &buffer, min(rest, buffer.count))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw AdminError(description: "\(file) became shorter while it was sent") }
            // A server that refuses answers and closes: its answer says why.
            do { try send(Array(buffer[..<count]), to: descriptor) } catch { break }
            rest -= count
        }
        return try answer(from: descriptor)
    }
}
