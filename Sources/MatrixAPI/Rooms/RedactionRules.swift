package import JSON

/// What is left of an event after its redaction.
///
/// Source: Room Version 9, "Redactions" (kept by 10), and Room Version 11, "Redactions" (kept by 12).
package enum RedactionRules: Sendable, Hashable {
    /// Room versions 9 and 10.
    case v9
    /// Room versions 11 and 12.
    case v11

    /// The pruned event: members that the rules keep, in the order and the spelling that they had.
    ///
    /// `unsigned` goes too; who serves the event adds it anew with `redacted_because`.
    package static func redactedEventJSON(of event: JSONValue, version: RoomVersion) -> [UInt8] {
        let rules = version.redactionRules
        let type = event["type"]?.string ?? ""
        var writer = JSONWriter(reserving: min(event.bytes.count, 1024))
        writer.object { pruned in
            guard let members = event.object else { return }
            for (key, value) in members where rules.keepsMember(key) {
                if key == "content" {
                    pruned.member(key, RawJSON(rules.redactedContent(value, type: type)))
                } else {
                    pruned.member(key, value)
                }
            }
        }
        return writer.bytes
    }

    /// The pruned content of an event of the given type; `{}` for most.
    package func redactedContent(_ content: JSONValue, type: String) -> [UInt8] {
        if self == .v11, type == "m.room.create", content.isObject { return Array(content.bytes) }
        let kept = keptContent(type)
        var writer = JSONWriter(reserving: 64)
        writer.object { pruned in
            guard let members = content.object, !kept.isEmpty else { return }
            for (key, value) in members where kept.contains(key) {
                if key == "third_party_invite" {
                    Self.pruneThirdPartyInvite(value, into: &pruned)
                } else {
                    pruned.member(key, value)
                }
            }
        }
        return writer.bytes
    }

    /// Only `signed` of a third-party invite survives.
    private static func pruneThirdPartyInvite(_ value: JSONValue, into pruned: inout JSONWriter) {
        guard value.isObject else { return }
        pruned.object("third_party_invite") { invite in
            if let signed = value["signed"] { invite.member("signed", signed) }
        }
    }

    private func keepsMember(_ key: String) -> Bool {
        switch key {
        case "event_id", "type", "room_id", "sender", "state_key", "content", "hashes", "signatures", "depth",
            "prev_events", "auth_events", "origin_server_ts":
            true
        case "prev_state", "origin", "membership": self == .v9
        default: false
        }
    }

    private func keptContent(_ type: String) -> [String] {
        switch (type, self) {
        case ("m.room.member", .v9): ["membership", "join_authorised_via_users_server"]
        case ("m.room.member", .v11): ["membership", "join_authorised_via_users_server", "third_party_invite"]
        case ("m.room.create", .v9): ["creator"]
        case ("m.room.join_rules", _): ["join_rule", "allow"]
        case ("m.room.power_levels", .v9): Self.keptLevels
        case ("m.room.power_levels", .v11): Self.keptLevels + ["invite"]
        case ("m.room.history_visibility", _): ["history_visibility"]
        case ("m.room.redaction", .v11): ["redacts"]
        default: []
        }
    }

    private static let keptLevels = [
        "ban", "events", "events_default", "kick", "redact", "state_default", "users", "users_default",
    ]
}
