import Dispatch

/// Writes small files one after the other, beside the main thread.
final class SerialWriter: Sendable {
    private let queue = DispatchQueue(label: "mado.files", qos: .utility)

    /// - Parameter onProblem: called with the reason when it could not be written.
    func write(_ bytes: [UInt8], to path: String, onProblem: @escaping @Sendable (String) -> Void) {
        queue.async {
            do throws(AtomicFile.Failure) {
                if let end = path.lastIndex(of: "/") { try FileFolder.make(String(path[..<end])) }
                try AtomicFile.write(bytes, to: path)
            } catch {
                onProblem("\(path): error \(error.errno)")
            }
        }
    }

    /// Returns when everything is written that was asked for before.
    func flush() async {
        await withCheckedContinuation { continuation in queue.async { continuation.resume() } }
    }
}
