internal import JSON

/// The few state events that tell somebody outside what a room is.
///
/// Source: Client-Server API, "Stripped state".
package enum StrippedState {
    /// The state that invites and knocks carry, where the room has it; the create event is required.
    package static let keys: [StateKey] = [
        "m.room.create", "m.room.name", "m.room.avatar", "m.room.topic", "m.room.join_rules",
        "m.room.canonical_alias", "m.room.encryption",
    ].map { StateKey($0) }

    /// The event with `content`, `sender`, `state_key` and `type` and nothing else.
    package static func json(of event: Event) -> [UInt8] {
        JSONWriter.object { object in
            object.member("content", RawJSON(event.contentBytes))
            object.member("sender", event.sender.string)
            object.member("state_key", event.stateKey ?? "")
            object.member("type", event.type)
        }
    }
}
