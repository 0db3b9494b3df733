import EventLoop
import MatrixAPI
import Synchronization

@testable import Server

/// Counts the events of rooms as they are published, for tests that wait for them.
final class Publications: JournalObserver {
    private struct State {
        var counts: [RoomID: Int] = [:]
        var waiters: [(room: RoomID, count: Int, resume: CheckedContinuation<Void, Never>)] = []
    }
    private let state = Mutex(State())

    func published(_ publication: Publication) {
        let ready = state.withLock { state in
            for change in publication.changes {
                if case .event(let event) = change.kind, event.isItem { state.counts[event.roomID, default: 0] += 1 }
            }
            let counts = state.counts
            let ready = state.waiters.filter { counts[$0.room, default: 0] >= $0.count }
            state.waiters.removeAll { counts[$0.room, default: 0] >= $0.count }
            return ready.map(\.resume)
        }
        for continuation in ready { continuation.resume() }
    }

    func count(in room: RoomID) -> Int { state.withLock { $0.counts[room, default: 0] } }

    /// Returns when so many items were published in the room.
    func waitForEvents(_ count: Int, in room: RoomID) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.counts[room, default: 0] >= count { return true }
                state.waiters.append((room, count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// Moves the loops' clock on, a minute at a time, until so many were published: a timer may be set only after the
    /// clock first moves.
    func advance(_ server: RouteHarness, until count: Int, in room: RoomID) async {
        while self.count(in: room) < count {
            await server.drivenClock.advance(by: .seconds(60))
            await Task.yield()
        }
    }
}

/// The headers of requests, in order.
final class Requests: Sendable {
    private let headers = Mutex<[[String: String]]>([])
    var all: [[String: String]] { headers.withLock { $0 } }
    func add(_ request: [String: String]) { headers.withLock { $0.append(request) } }
}
