import Glibc
package import Store

/// A file that is written, with the SHA-256 of what was. Removed with the object; a link keeps what it holds.
///
/// `@unchecked Sendable`: used by one thread at a time, as `IncomingContent` says.
package final class IncomingFile: IncomingContent, @unchecked Sendable {
    /// What is written and hashed, one after the other, before the processor's nearest memory has forgotten it.
    private static let piece = 32_768

    package let path: String
    let descriptor: Int32
    package private(set) var size: Int64 = 0
    private let hash = ContentHash()

    /// - Throws: `SystemError` when the file cannot be made.
    package init(_ path: String) throws(SystemError) {
        // An object that is complete removes the file when it goes: not one that is somebody else's.
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError("open", path: path) }
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
        unlink(path)
    }

    package func append(_ bytes: [UInt8]) throws(MediaStorageError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.prefix(Self.piece).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw MediaStorageError(SystemError("write", path: path)) }
            hash.update(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        size += Int64(bytes.count)
    }

    package var digest: ContentDigest { hash.digest }

    package func discard() { unlink(path) }

    /// Returns when everything is on the disk.
    package func sync() throws(SystemError) {
        guard fsync(descriptor) == 0 else { throw SystemError("fsync", path: path) }
    }
}
