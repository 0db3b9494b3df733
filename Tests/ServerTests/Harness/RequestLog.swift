import HTTP
import MatrixAPI
import Synchronization

@testable import Server

/// What the application reports, as a log would show it.
final class RequestLog: MatrixApplication.Observer {
    private let entries = Mutex<(lines: [String], failures: [String])>(([], []))

    var lines: [String] { entries.withLock { $0.lines } }
    /// Errors that are the server's own: none in a test that doesn't provoke them.
    var failures: [String] { entries.withLock { $0.failures } }

    func finished(_ head: HTTPRequestHead, id: UInt64, status: Int, user: UserID?, refusal: MatrixError?) {
        entries.withLock { $0.lines.append("\(head.method) \(head.path) \(status) \(user?.string ?? "-")") }
    }

    func failed(_ head: HTTPRequestHead, id: UInt64, error: any Error) {
        entries.withLock { $0.failures.append("\(head.method) \(head.path): \(error)") }
    }
}
