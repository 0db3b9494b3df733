import Glibc

/// Where a whole answer's body goes. Confined to libcurl's thread.
struct BodyWriter: ~Copyable {
    private let destination: ClientRequest.Destination
    private(set) var bytes: [UInt8] = []
    private var partial: (descriptor: Int32, path: String)?

    /// What is kept of an answer that is no file because it says that something is wrong.
    private static let errorLimit = 1 << 20

    init(_ destination: ClientRequest.Destination) { self.destination = destination }

    deinit { discard() }

    private func discard() {
        guard let partial else { return }
        close(partial.descriptor)
        unlink(partial.path)
    }

    mutating func write(_ part: UnsafeRawBufferPointer, status: Int) throws(TransportError) {
        switch destination {
        case .memory(let limit): try keep(part, limit)
        case .file where status >= 300: try keep(part, Self.errorLimit)
        case .file(let path): try append(part, beside: path)
        }
    }

    private mutating func keep(_ part: UnsafeRawBufferPointer, _ limit: Int) throws(TransportError) {
        guard bytes.count + part.count <= limit else { throw .tooLarge }
        bytes.append(contentsOf: part)
    }

    private mutating func append(_ part: UnsafeRawBufferPointer, beside path: String) throws(TransportError) {
        let descriptor = try partialFile(beside: path)
        var rest = part
        while !rest.isEmpty {
            let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw .file(path: path, errno) }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
        }
    }

    private mutating func partialFile(beside path: String) throws(TransportError) -> Int32 {
        if let partial { return partial.descriptor }
        var template = Array("\(path).part-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw .file(path: path, errno) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        partial = (descriptor, String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
        return descriptor
    }

    /// The file has its name once this returns.
    mutating func finish(status: Int) throws(TransportError) {
        guard case .file(let path) = destination, status < 300 else { return }
        // An empty answer is an empty file.
        let descriptor = try partialFile(beside: path)
        guard let partial else { return }
        // Otherwise a power failure may leave an empty file of the right name.
        guard fsync(descriptor) == 0, rename(partial.path, path) == 0 else { throw .file(path: path, errno) }
        close(descriptor)
        self.partial = nil
    }
}
