import Glibc

/// An open file of the media storage; closed with the object. Its functions block.
package final class StoredFile: Sendable {
    let descriptor: Int32
    /// In bytes, when it was opened.
    package let size: Int64
    private let path: String

    /// - Parameter descriptor: becomes this object's.
    package init(owning descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
        var status = stat()
        size = fstat(descriptor, &status) == 0 ? Int64(status.st_size) : 0
    }

    deinit { close(descriptor) }

    /// At most `count` bytes from `offset` on; fewer only at the end.
    /// - Throws: `MediaStorageError`.
    package func read(at offset: Int64, count: Int) throws(MediaStorageError) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let room = UnsafeMutableRawBufferPointer(buffer)[filled...]
                let got = pread(
                    descriptor, UnsafeMutableRawBufferPointer(rebasing: room).baseAddress, room.count,
                    off_t(offset) + off_t(filled))
                if got < 0, errno == EINTR { continue }
                if got < 0 { failure = errno }
                guard got > 0 else { return }
                filled += got
            }
        }
        if failure != 0 { throw .system(SystemError("read", path: path, code: failure)) }
        return bytes
    }
}
