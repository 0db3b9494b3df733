import JSON
import MatrixAPI
import Store

/// What others made of an event, as it stands in the event's `unsigned`: its newest edit, its thread, what refers to it.
/// Only of what the user may see.
///
/// In `/sync` it is not needed: rooms are linear, so that what relates to an event of a timeline stands behind it in the
/// same timeline.
///
/// Source: Client-Server API, "Aggregations of child events".
package final class BundledRelations: Sendable {
    /// What follows an event and is looked at to find one that counts.
    private static let depth = 20
    /// The most references that are listed.
    private static let maximumReferences = 100

    struct Thread: Sendable {
        let latest: SeenEvent
        let count: Int
        let hasUserParticipated: Bool
    }

    let edit: SeenEvent?
    let thread: Thread?
    let references: [EventID]

    /// nil when nothing relates to the event that would be shown with it.
    /// - Parameter withThread: whether the thread that begins with the event is shown.
    init?(
        of event: Event, seenThrough visibility: HistoryVisibilityFilter, _ reader: any StoreReader,
        withThread: Bool = true
    ) throws {
        guard event.redactedBecause == nil else { return nil }
        let counts = try reader.relationCounts(to: event.eventID, in: event.roomID)
        if counts.isEmpty { return nil }
        let lookup = Lookup(event: event, visibility: visibility, reader: reader)
        edit = counts[Relation.replacement] == nil ? nil : try lookup.edit()
        thread = withThread ? try counts[Relation.thread].flatMap { try lookup.thread(count: $0) } : nil
        references = counts[Relation.reference] == nil ? [] : try lookup.references()
        if edit == nil, thread == nil, references.isEmpty { return nil }
    }

    private struct Lookup {
        let event: Event
        let visibility: HistoryVisibilityFilter
        let reader: any StoreReader

        private func related(_ type: String, of eventType: String? = nil, limit: Int) throws -> [Event] {
            let events = try reader.relations(
                to: event.eventID, in: event.roomID, relationType: type, eventType: eventType, after: 0,
                through: .max, order: .backward, limit: limit)
            return try visibility.visible(events)
        }

        /// The newest valid replacement. Source: "Validity of replacement events".
        func edit() throws -> SeenEvent? {
            guard !event.isState, Relation(content: event.content)?.replaced == nil else { return nil }
            let found = try related(Relation.replacement, of: event.type, limit: BundledRelations.depth).first {
                !$0.isState && $0.sender == event.sender && $0.content["m.new_content"]?.isObject == true
                    || !$0.isState && $0.sender == event.sender && $0.type == "m.room.encrypted"
            }
            return try found.map { try seen($0) }
        }

        func thread(count: Int) throws -> Thread? {
            guard let latest = try related(Relation.thread, limit: BundledRelations.depth).first else { return nil }
            let isParticipant =
                try event.sender == visibility.user
                || reader.hasRelation(
                    to: event.eventID, in: event.roomID, relationType: Relation.thread, by: visibility.user)
            var shown = try seen(latest)
            // The newest message of a thread is shown as it was last edited. A thread has no threads: where members
            // chain them all the same, each would show the next one, without end.
            shown.relations = try BundledRelations(of: latest, seenThrough: visibility, reader, withThread: false)
            return Thread(latest: shown, count: count, hasUserParticipated: isParticipant)
        }

        func references() throws -> [EventID] {
            try related(Relation.reference, limit: BundledRelations.maximumReferences).reversed().map(\.eventID)
        }

        private func seen(_ event: Event) throws -> SeenEvent {
            let history = try visibility.history(from: event.position, through: event.position)
            return SeenEvent(event: event, membership: history.membership(at: event))
        }
    }

    /// - Parameter encode: the form of events for who asked.
    func json(_ encode: (SeenEvent) -> RawJSON) -> [UInt8] {
        JSONWriter.object { object in
            if let edit { object.member(Relation.replacement, encode(edit)) }
            if let thread {
                object.object(Relation.thread) { object in
                    object.member("latest_event", encode(thread.latest))
                    object.member("count", thread.count)
                    object.member("current_user_participated", thread.hasUserParticipated)
                }
            }
            guard !references.isEmpty else { return }
            object.object(Relation.reference) { object in
                object.array("chunk") { list in
                    for reference in references { list.object { $0.member("event_id", reference.string) } }
                }
            }
        }
    }
}
