/// The rules a room keeps for its whole life, by the version named in its `m.room.create` event.
///
/// Source: Matrix specification, "Room Versions", 10 to 12. Versions 1 to 9 cannot be made here: power levels written
/// as strings and redactions as part of authorisation are theirs alone.
package enum RoomVersion: String, Sendable, Hashable, CaseIterable {
    case v10 = "10"
    case v11 = "11"
    case v12 = "12"

    /// What a room gets when its creator does not ask: the newest that clients of the last years all understand.
    package static let `default` = RoomVersion.v10

    /// The creator stands in `content.creator` of the create event, and not only as its sender (version 10).
    package var creatorInCreateEvent: Bool { self == .v10 }

    /// The room's identifier is the create event's, with `!` for `$`; the create event itself has none (version 12).
    package var roomIDIsCreateEventHash: Bool { self == .v12 }

    /// Creators stand above every power level, cannot be listed in `users`, and can be several (version 12).
    package var privilegedCreators: Bool { self == .v12 }

    /// `m.room.redaction` names its target in `content.redacts`, and not beside the content (version 11 on).
    package var redactsInContent: Bool { self != .v10 }

    /// What is left of an event after its redaction.
    package var redactionRules: RedactionRules { self == .v10 ? .v9 : .v11 }

    /// Join rules `restricted` and `knock_restricted` are understood (8 and 10 on).
    package var restrictedJoins: Bool { true }

    /// Joining may be asked for with membership `knock` (7 on).
    package var knocking: Bool { true }

    /// Power levels written as strings are refused (10 on).
    package var integerPowerLevels: Bool { true }
}
