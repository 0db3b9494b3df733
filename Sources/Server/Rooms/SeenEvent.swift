package import MatrixAPI
import Store

/// An event that a user may see, with all that its client form needs.
package struct SeenEvent: Sendable {
    /// With the content that it replaced.
    package let event: Event
    /// What the user was to the room at the event.
    package let membership: Membership
    /// What others made of it; nil when there is nothing.
    package var relations: BundledRelations?
}

extension HistoryVisibilityFilter {
    /// Completes events that `visible` let through.
    func seen(_ events: [Event], _ reader: any StoreReader) throws -> [SeenEvent] {
        guard let lowest = events.map(\.position).min(), let highest = events.map(\.position).max() else { return [] }
        let history = try history(from: lowest, through: highest)
        return try events.map { event in
            SeenEvent(
                event: try event.withPreviousContent(reader), membership: history.membership(at: event),
                relations: try BundledRelations(of: event, seenThrough: self, reader))
        }
    }
}
