/// The place of the one writer of a store: taken or free, and whether the store is open at all. Any thread.
final class SQLiteWriterSeat: Sendable {
    private struct State {
        var isTaken = false
        var isOpen = true
    }

    private let state = Monitor(State())

    var isOpen: Bool { state.withLock { $0.isOpen } }

    /// Whether the place was free and is now the caller's.
    func take() -> Bool {
        state.withLock { state in
            if state.isTaken { return false }
            state.isTaken = true
            return true
        }
    }

    func leave() { state.withLock { $0.isTaken = false } }

    /// The writer can begin no more transactions. Whether the store was open.
    func close() -> Bool {
        state.withLock { state in
            defer { state.isOpen = false }
            return state.isOpen
        }
    }
}
