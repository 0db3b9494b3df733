package import MatrixAPI
package import Store

extension Event {
    /// The event with the content that it replaced, which the store keeps only where it was first written.
    ///
    /// - Returns: the event itself when it has it, or replaced nothing.
    /// - Throws: `NeedsStore` when only the store has it and `reader` is nil.
    package func withPreviousContent(_ reader: (any StoreReader)?) throws -> Event {
        guard let replaces, previousContent == nil, redactedBecause == nil else { return self }
        guard let reader else { throw NeedsStore() }
        guard let previous = try reader.event(at: replaces) else { return self }
        return with(previousContent: Array(previous.contentBytes))
    }

    /// The event without the content that it replaced: that was redacted, and is to be read anew.
    var withoutPreviousContent: Event { with(previousContent: nil) }

    private func with(previousContent: [UInt8]?) -> Event {
        Event(
            position: position, roomID: roomID, eventID: eventID, type: type, stateKey: stateKey, sender: sender,
            timestamp: timestamp, json: json, contentRange: contentRange, transaction: transaction,
            replaces: replaces, previousContent: previousContent, redactedBecause: redactedBecause)
    }
}
