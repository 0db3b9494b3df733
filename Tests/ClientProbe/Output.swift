import Glibc
import JSON
import Synchronization

/// Lines on standard output, each whole.
enum Output {
    private static let lock = Mutex(())

    static func line(_ body: (inout JSONWriter) -> Void) {
        let text = JSONWriter.object(body) + [10]
        lock.withLock { _ in
            _ = text.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
        }
    }

    static func error(_ error: any Error) {
        line { $0.member("error", "\(error)") }
    }
}
