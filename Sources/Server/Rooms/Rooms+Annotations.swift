import JSON
import MatrixAPI
import Store

extension Rooms {
    /// How many reactions to an event are looked at: who adds one to more than that may do it twice.
    private static let maximumAnnotations = 500

    /// That the sender has not annotated the event with the same key already.
    ///
    /// Looked up before the event goes to the journal, where all others would wait; of two that come at the same
    /// moment both get through, and clients count a member once.
    ///
    /// Source: Client-Server API, "Avoiding duplicate annotations".
    ///
    /// - Parameter key: the request's transaction: what it sent before is no duplicate of itself.
    /// - Throws: `M_DUPLICATE_ANNOTATION`.
    func checkAnnotation(
        _ draft: EventDraft, in id: RoomID, key: TransactionKey?
    ) async throws {
        let proposed = draft.proposed
        guard let relation = proposed.content["m.relates_to"], relation["rel_type"]?.string == "m.annotation",
            let parent = EventID(relation["event_id"]?.string ?? ""), let annotation = relation["key"]?.string
        else { return }
        let isDuplicate = try await journal.store.read { reader in
            if let key, try reader.transaction(key) != nil { return false }
            return try reader.relations(
                to: parent, in: id, relationType: "m.annotation", eventType: proposed.type, after: 0, through: .max,
                order: .backward, limit: Self.maximumAnnotations
            ).contains {
                $0.sender == proposed.sender && $0.content.string("m.relates_to", "key") == annotation
            }
        }
        if isDuplicate {
            throw MatrixError(400, "M_DUPLICATE_ANNOTATION", "You have reacted to this event like this before")
        }
    }
}
