package import JSON

/// How an event relates to others: `m.relates_to` of its content.
///
/// What does not fit the schema is left out, as the specification wants it.
///
/// Source: Client-Server API, "Forming relationships between events", "Rich replies", "Threading".
package struct Relation: Hashable, Sendable {
    /// The kinds of relation that the server itself knows.
    package static let annotation = "m.annotation"
    package static let replacement = "m.replace"
    package static let thread = "m.thread"
    package static let reference = "m.reference"

    /// `rel_type` and `event_id`.
    package struct Parent: Hashable, Sendable {
        package let type: String
        package let event: EventID
        package init(type: String, event: EventID) {
            self.type = type
            self.event = event
        }
    }

    /// The event that this one belongs to, and how; nil for a mere reply.
    package let parent: Parent?
    /// What an annotation says, such as an emoji.
    package let key: String?
    /// The event that this one replies to.
    package let inReplyTo: EventID?
    /// The reply is there only for clients that know no threads.
    package let isFallback: Bool

    /// nil when the content relates to nothing.
    package init?(content: JSONValue) {
        guard let value = content["m.relates_to"], value.isObject else { return nil }
        let reply = value["m.in_reply_to"]?["event_id"]?.string.flatMap { EventID($0) }
        var parent: Parent?
        if let type = value["rel_type"]?.string, let event = value["event_id"]?.string.flatMap({ EventID($0) }) {
            parent = Parent(type: type, event: event)
        }
        guard parent != nil || reply != nil else { return nil }
        self.parent = parent
        inReplyTo = reply
        key = value["key"]?.string
        isFallback = reply != nil && value["is_falling_back"]?.bool == true
    }

    /// The root of the thread that the event is in.
    package var threadRoot: EventID? { parent(of: Self.thread) }
    /// The event whose content this one replaces.
    package var replaced: EventID? { parent(of: Self.replacement) }
    /// The event that is replied to in earnest.
    package var genuineReply: EventID? { isFallback ? nil : inReplyTo }
    /// The event that is annotated, and with what; nil without `key`, which an annotation must have.
    package var annotation: (event: EventID, key: String)? {
        guard let event = parent(of: Self.annotation), let key else { return nil }
        return (event, key)
    }

    private func parent(of type: String) -> EventID? { parent?.type == type ? parent?.event : nil }
}
