package import JSON
package import MatrixAPI
import Store

/// Sending events. Source: Client-Server API, "Sending events to a room", "Redactions".
extension Rooms {
    /// Sends an event that is not state; the same transaction again gives the event that it sent before.
    ///
    /// - Parameters:
    ///   - transaction: the client's identifier of the request; nil to send without one.
    ///   - time: milliseconds since 1970; nil for now.
    /// - Throws: `M_BAD_JSON`, `M_TOO_LARGE`, `M_FORBIDDEN`, `M_DUPLICATE_ANNOTATION`.
    package func send(
        _ type: String, _ content: JSONValue, to id: RoomID, by sender: UserID,
        transaction: EventTransaction? = nil, at time: Int64? = nil
    ) async throws -> EventID {
        let proposal = try SendProposal(
            type, content, to: id, by: sender, transaction: transaction, at: time ?? clock.now)
        try await checkAnnotation(proposal.draft, in: id, key: proposal.key)
        return try await journal.write { try proposal.perform(in: $0) }
    }

    /// Sets a piece of the room's state.
    /// - Throws: `M_BAD_JSON`, `M_TOO_LARGE`, `M_FORBIDDEN`, `M_BAD_ALIAS`, `M_INVALID_PARAM`; for memberships what
    ///   their own endpoints say.
    package func setState(
        _ key: StateKey, _ content: JSONValue, in id: RoomID, by sender: UserID, isGuest: Bool = false,
        at time: Int64? = nil
    ) async throws -> EventID {
        let proposal = try StateProposal(
            key, content, in: id, by: sender, isGuest: isGuest, at: time ?? clock.now)
        return try await journal.write { try proposal.perform(in: $0) }
    }

    /// Takes the content out of an event.
    /// - Throws: `M_NOT_FOUND` when the room has no such event, `M_FORBIDDEN` when the sender may not, or when the
    ///   room would not be what it is without the event.
    package func redact(
        _ target: EventID, in id: RoomID, by sender: UserID, reason: String? = nil,
        transaction: EventTransaction? = nil
    ) async throws -> EventID {
        let proposal = try SendProposal(
            redacting: target, in: id, by: sender,
            content: JSONValue.object { $0.memberIfPresent("reason", reason) }, scope: "redact/\(target)",
            transaction: transaction, at: clock.now)
        return try await journal.write { try proposal.perform(in: $0) }
    }
}
