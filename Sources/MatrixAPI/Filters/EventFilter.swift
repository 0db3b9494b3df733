package import JSON

/// Which events of one kind a client wants, and how many.
///
/// Source: `event_filter.yaml`.
package struct EventFilter: Sendable {
    /// At most ``maximumLimit``; nil when the client leaves it to the server. 0 is no part of the specification, but
    /// clients that want no events at all send it.
    package var limit: Int?
    package var types: EventTypeSet?
    package var notTypes: EventTypeSet?
    package var senders: Set<UserID>?
    package var notSenders: Set<UserID> = []

    /// What larger limits become.
    package static let maximumLimit = 100

    /// All events.
    package init() {}

    /// - Throws: what of the filter is not as specified.
    package init(parsing value: JSONValue) throws(FilterError) { try self.init(FilterReader(value, "")) }

    init(_ reader: FilterReader) throws(FilterError) {
        limit = try reader.limit("limit", maximum: Self.maximumLimit)
        types = try reader.types("types")
        notTypes = try reader.types("not_types")
        senders = try reader.identifiers("senders")
        notSenders = try reader.identifiers("not_senders") ?? []
    }

    /// Whether it lets nothing through, so that nothing needs to be looked for.
    package var excludesAll: Bool {
        types?.isEmpty == true || senders?.isEmpty == true || notTypes?.isAll == true
    }

    /// - Parameter sender: nil for events that have none, such as `m.typing`.
    package func matches(type: String, sender: UserID?) -> Bool {
        if let sender, notSenders.contains(sender) { return false }
        if let notTypes, notTypes.contains(type) { return false }
        if let senders {
            guard let sender, senders.contains(sender) else { return false }
        }
        return types?.contains(type) ?? true
    }
}
