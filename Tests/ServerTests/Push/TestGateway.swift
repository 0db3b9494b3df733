import Foundation
import JSON
import Synchronization
import TestSupport

/// A push gateway on loopback.
final class TestGateway: Sendable {
    private struct State {
        var received: [JSONValue] = []
        var statuses: [Int] = []
        var waiters: [(count: Int, resume: CheckedContinuation<Void, Never>)] = []
    }

    private final class Box: Sendable {
        let state = Mutex(State())
        let rejected: Mutex<[String]> = Mutex([])
    }

    private let box: Box
    private let server: ScriptedServer

    /// - Parameter statuses: of the first answers; then 200.
    init(statuses: [Int] = []) {
        let box = Box()
        box.state.withLock { $0.statuses = statuses }
        self.box = box
        server = ScriptedServer { connection in
            while let request = connection.request() {
                let (status, waiters) = box.state.withLock { state in
                    state.received.append((try? JSONValue.parse(request.body)) ?? json("null"))
                    let count = state.received.count
                    let ready = state.waiters.filter { $0.count <= count }.map(\.resume)
                    state.waiters.removeAll { $0.count <= count }
                    return (state.statuses.isEmpty ? 200 : state.statuses.removeFirst(), ready)
                }
                let rejected = box.rejected.withLock { $0 }.map { "\"\($0)\"" }.joined(separator: ",")
                connection.answer(status, "{\"rejected\":[\(rejected)]}")
                for waiter in waiters { waiter.resume() }
            }
        }
    }

    var url: String { server.url + "/_matrix/push/v1/notify" }

    func reject(_ pushkey: String) { box.rejected.withLock { $0.append(pushkey) } }

    /// All that came, in order, once there are so many.
    func received(_ count: Int) async -> [JSONValue] {
        await withCheckedContinuation { continuation in
            let isThere = box.state.withLock { state in
                if state.received.count >= count { return true }
                state.waiters.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
        return box.state.withLock { $0.received }
    }
}

extension JSONValue {
    /// The members of an object, sorted.
    var names: [String] { (object.map { $0.map(\.key) } ?? []).sorted() }
}
