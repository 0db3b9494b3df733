import JSON
import MatrixAPI
import Store

/// What must be right in the content of the specification's own events, because clients rely on it: a member of the
/// wrong type in a room's state makes some clients fail for everybody in the room.
///
/// What is absent is let through unless it is `required`; members that are not listed are not looked at.
enum EventContentRules {
    enum Form: Sendable {
        case string, stringOrNull, bool, integer, object, strings, objects
        case oneOf([String])
    }

    struct Rule: Sendable {
        let member: String
        let form: Form
        var required = false
    }

    /// - Throws: `M_BAD_JSON`.
    static func check(_ content: JSONValue, type: String, isState: Bool) throws {
        guard content.isObject else { throw MatrixError.badJSON("The content must be an object") }
        for rule in (isState ? stateRules : messageRules)[type] ?? [] {
            guard let value = content[rule.member] else {
                if rule.required { throw MatrixError.badJSON("\(type) needs \(rule.member)") }
                continue
            }
            guard rule.form.matches(value) else {
                throw MatrixError.badJSON("\(rule.member) of \(type) must be \(rule.form)")
            }
        }
        if !isState { try checkRelation(content) }
    }

    private static func checkRelation(_ content: JSONValue) throws {
        guard let relation = content["m.relates_to"] else { return }
        for member in ["rel_type", "event_id"] {
            if let value = relation[member], value.string == nil {
                throw MatrixError.badJSON("m.relates_to.\(member) must be a string")
            }
        }
        guard relation.isObject else { throw MatrixError.badJSON("m.relates_to must be an object") }
    }

    private static let messageRules: [String: [Rule]] = [
        "m.room.message": [
            Rule(member: "msgtype", form: .string, required: true), Rule(member: "body", form: .string, required: true),
            Rule(member: "format", form: .string), Rule(member: "formatted_body", form: .string),
            Rule(member: "url", form: .string), Rule(member: "info", form: .object),
            Rule(member: "file", form: .object),
        ],
        "m.room.encrypted": [Rule(member: "algorithm", form: .string, required: true)],
    ]

    private static let stateRules: [String: [Rule]] = [
        "m.room.name": [Rule(member: "name", form: .string)],
        "m.room.topic": [Rule(member: "topic", form: .string)],
        "m.room.avatar": [Rule(member: "url", form: .string), Rule(member: "info", form: .object)],
        "m.room.canonical_alias": [
            Rule(member: "alias", form: .stringOrNull), Rule(member: "alt_aliases", form: .strings),
        ],
        "m.room.aliases": [Rule(member: "aliases", form: .strings)],
        "m.room.join_rules": [
            Rule(
                member: "join_rule",
                form: .oneOf(["public", "invite", "knock", "restricted", "knock_restricted", "private"]), required: true
            ),
            Rule(member: "allow", form: .objects),
        ],
        "m.room.history_visibility": [
            Rule(
                member: "history_visibility", form: .oneOf(HistoryVisibility.allCases.map(\.rawValue)), required: true)
        ],
        "m.room.guest_access": [
            Rule(member: "guest_access", form: .oneOf(["can_join", "forbidden"]), required: true)
        ],
        "m.room.encryption": [
            Rule(member: "algorithm", form: .string, required: true),
            Rule(member: "rotation_period_ms", form: .integer), Rule(member: "rotation_period_msgs", form: .integer),
        ],
        "m.room.pinned_events": [Rule(member: "pinned", form: .strings)],
        "m.room.tombstone": [Rule(member: "body", form: .string), Rule(member: "replacement_room", form: .string)],
        "m.room.server_acl": [
            Rule(member: "allow", form: .strings), Rule(member: "deny", form: .strings),
            Rule(member: "allow_ip_literals", form: .bool),
        ],
        "m.room.member": [
            Rule(member: "membership", form: .oneOf(Membership.allCases.map(\.rawValue)), required: true),
            Rule(member: "displayname", form: .stringOrNull), Rule(member: "avatar_url", form: .stringOrNull),
            Rule(member: "reason", form: .string), Rule(member: "is_direct", form: .bool),
        ],
        "m.space.child": [
            Rule(member: "via", form: .strings), Rule(member: "order", form: .string),
            Rule(member: "suggested", form: .bool),
        ],
        "m.space.parent": [Rule(member: "via", form: .strings), Rule(member: "canonical", form: .bool)],
    ]
}

extension EventContentRules.Form: CustomStringConvertible {
    func matches(_ value: JSONValue) -> Bool {
        switch self {
        case .string: value.string != nil
        case .stringOrNull: value.string != nil || value.isNull
        case .bool: value.bool != nil
        case .integer: value.int != nil
        case .object: value.isObject
        case .strings: value.array?.allSatisfy { $0.string != nil } ?? false
        case .objects: value.array?.allSatisfy { $0.isObject } ?? false
        case .oneOf(let values): values.contains(value.string ?? "")
        }
    }

    var description: String {
        switch self {
        case .string: "a string"
        case .stringOrNull: "a string or null"
        case .bool: "true or false"
        case .integer: "an integer"
        case .object: "an object"
        case .strings: "an array of strings"
        case .objects: "an array of objects"
        case .oneOf(let values): "one of \(values.joined(separator: ", "))"
        }
    }
}
