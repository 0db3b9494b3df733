import EventLoop
import Glibc
import Synchronization

/// A range of a file, read piece by piece while it is sent.
final class FileBody: ResponseBody {
    private static let piece: Int64 = 128 * 1024

    private let file: StoredFile
    private let end: Int64
    private let disk: BlockingPool
    private let offset: Mutex<Int64>

    init(_ file: StoredFile, _ range: Range<Int64>, _ disk: BlockingPool) {
        self.file = file
        self.disk = disk
        end = range.upperBound
        offset = Mutex(range.lowerBound)
    }

    func next() async throws -> [UInt8]? {
        let start = offset.withLock { $0 }
        let count = min(Self.piece, end - start)
        guard count > 0 else { return nil }
        let bytes = try await disk.run { [file] in try file.read(at: start, count: Int(count)) }
        // A file that became shorter: the length that was promised cannot be kept.
        guard !bytes.isEmpty else { throw MediaStorageError.system(SystemError("read", path: "media", code: EIO)) }
        offset.withLock { $0 += Int64(bytes.count) }
        return bytes
    }
}
