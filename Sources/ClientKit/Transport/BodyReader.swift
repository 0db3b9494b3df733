import Glibc

/// A request's body, read as it is sent. Confined to libcurl's thread.
final class BodyReader {
    private enum Source {
        case bytes([UInt8])
        case file(descriptor: Int32, path: String)
    }

    private let source: Source
    private var position: Int64 = 0
    let count: Int64
    /// What kept the file from being read.
    private(set) var failure: TransportError?

    /// nil when there is no body.
    /// - Throws: ``TransportError/file(path:_:)``.
    init?(_ body: ClientRequest.Body) throws(TransportError) {
        switch body {
        case .none: return nil
        case .bytes(let bytes):
            source = .bytes(bytes)
            count = Int64(bytes.count)
        case .file(let path):
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw .file(path: path, errno) }
            var status = stat()
            guard fstat(descriptor, &status) == 0 else {
                let reason = errno
                close(descriptor)
                throw .file(path: path, reason)
            }
            source = .file(descriptor: descriptor, path: path)
            count = Int64(status.st_size)
        }
    }

    deinit {
        if case .file(let descriptor, _) = source { close(descriptor) }
    }

    /// How many bytes were put into the buffer, 0 at the end; nil when the file cannot be read.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        let wanted = Int(min(Int64(buffer.count), count - position))
        guard wanted > 0 else { return 0 }
        switch source {
        case .bytes(let bytes):
            let start = Int(position)
            buffer.copyBytes(from: bytes[start..<start + wanted])
            position += Int64(wanted)
            return wanted
        case .file(let descriptor, let path):
            let got = pread(descriptor, buffer.baseAddress, wanted, off_t(position))
            // A file that became shorter cannot be sent as announced.
            guard got > 0 else {
                failure = .file(path: path, got < 0 ? errno : EIO)
                return nil
            }
            position += Int64(got)
            return got
        }
    }

    /// Back to a position, because the proxy wants it all again with other credentials.
    func seek(to position: Int64) -> Bool {
        guard (0...count).contains(position) else { return false }
        self.position = position
        return true
    }
}
