import MatrixAPI
import Store

/// What one piece of a room's state said over a range of positions.
struct StateTimeline<Value: Sendable>: Sendable {
    /// Newest first; each value is in force from its position on until the next newer one.
    private var steps: [(from: Int64, value: Value)] = []
    /// What is in force before the first step.
    private let initial: Value

    /// The value after the event at `position`, if that is in the range.
    func value(at position: Int64) -> Value {
        for step in steps where step.from <= position { return step.value }
        return initial
    }

    /// Follows the state back from its present event, or from what the store says it was at `through`.
    ///
    /// - Parameters:
    ///   - lowest: the timeline reaches back to the state before the event at this position.
    ///   - reader: nil to use only what is in memory.
    ///   - initial: what is in force while the room has no such state.
    /// - Returns: nil when memory does not reach back that far and there is no reader.
    init?(
        of key: StateKey, in room: RoomSnapshot, from lowest: Int64, through: Int64, reader: (any StoreReader)?,
        initial: Value, parse: (Event) -> Value
    ) throws {
        self.initial = initial
        var current = room.stateEvent(key)
        if let newest = current, newest.position > through, newest.replaces != nil, let reader {
            current = try reader.stateEvent(in: room.id, key, at: through)
        }
        while let event = current {
            steps.append((event.position, parse(event)))
            guard event.position >= lowest, let replaced = event.replaces else { return }
            guard let reader else { return nil }
            current = try reader.event(at: replaced)
        }
    }
}
