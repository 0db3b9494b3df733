package import JSON

/// A condition of a push rule, ready to be tested on many events.
///
/// Source: Client-Server API, "Push Rules", "Conditions".
package enum PushCondition: Sendable {
    case eventMatch(key: PropertyPath, pattern: GlobPattern)
    /// `event_match` with the identifier of the rules' owner for a pattern; in the server's own rules only.
    case eventMatchOwner(key: PropertyPath)
    case propertyIs(key: PropertyPath, value: JSONScalar)
    case propertyContains(key: PropertyPath, value: JSONScalar)
    /// `event_property_contains` with the identifier of the rules' owner for a value; in the server's own rules only.
    case propertyContainsOwner(key: PropertyPath)
    case containsDisplayName
    case memberCount(MemberCountTest)
    case senderNotificationPermission(key: String)
    /// One that we do not know, as it was given: it never matches.
    case unrecognised([UInt8])

    static let body = PropertyPath("content.body")
    /// Longer patterns are refused.
    static let maximumPattern = 512

    /// - Throws: `missing` or `malformed` when a member of a known condition is not there or not what it must be.
    package init(parsing value: JSONValue) throws(PushRuleError) {
        guard let kind = value["kind"]?.string else { throw .missing("kind") }
        switch kind {
        case "event_match":
            self = .eventMatch(key: try Self.key(value), pattern: try Self.pattern(value["pattern"]))
        case "event_property_is": self = .propertyIs(key: try Self.key(value), value: try Self.scalar(value))
        case "event_property_contains":
            self = .propertyContains(key: try Self.key(value), value: try Self.scalar(value))
        case "contains_display_name": self = .containsDisplayName
        case "room_member_count":
            guard let text = value["is"]?.string else { throw .missing("is") }
            guard let test = MemberCountTest(text) else { throw .malformed("is") }
            self = .memberCount(test)
        case "sender_notification_permission":
            guard let key = value["key"]?.string else { throw .missing("key") }
            self = .senderNotificationPermission(key: key)
        default: self = .unrecognised(Array(value.bytes))
        }
    }

    static func pattern(_ value: JSONValue?) throws(PushRuleError) -> GlobPattern {
        guard let text = value?.string else { throw .missing("pattern") }
        guard text.utf8.count <= maximumPattern else { throw .malformed("pattern") }
        return GlobPattern(text)
    }

    private static func key(_ value: JSONValue) throws(PushRuleError) -> PropertyPath {
        guard let text = value["key"]?.string else { throw .missing("key") }
        guard text.utf8.count <= maximumPattern else { throw .malformed("key") }
        return PropertyPath(text)
    }

    private static func scalar(_ value: JSONValue) throws(PushRuleError) -> JSONScalar {
        guard let value = value["value"] else { throw .missing("value") }
        guard let scalar = JSONScalar(value) else { throw .malformed("value") }
        return scalar
    }

    /// Whether the answer depends on whose rule it is.
    var dependsOnOwner: Bool {
        switch self {
        case .eventMatchOwner, .propertyContainsOwner, .containsDisplayName: true
        default: false
        }
    }

    /// - Parameters:
    ///   - owner: whose rule it is.
    ///   - displayName: the owner's name in the room.
    func matches(_ event: PushEvent, owner: UserID, displayName: String?) -> Bool {
        switch self {
        case .eventMatch(let key, let pattern):
            guard let text = event.text(key) else { return false }
            return key == Self.body ? pattern.matchesWords(in: text) : pattern.matches(text)
        case .eventMatchOwner(let key): return event.value(key)?.string == owner.string
        case .propertyIs(let key, let value): return event.value(key).flatMap(JSONScalar.init) == value
        case .propertyContains(let key, let value):
            return event.value(key)?.array?.contains { JSONScalar($0) == value } ?? false
        case .propertyContainsOwner(let key): return event.strings(key).contains(owner.string)
        case .containsDisplayName:
            guard let displayName, !displayName.isEmpty, let text = event.text(Self.body) else { return false }
            return GlobPattern(displayName, literal: true).matchesWords(in: text)
        case .memberCount(let test): return test.matches(event.memberCount)
        case .senderNotificationPermission(let key):
            return event.powerLevels.allows(event.sender, toNotify: key)
        case .unrecognised: return false
        }
    }

    /// - Parameter owner: whose identifier stands in the server's own rules.
    func write(to writer: inout JSONWriter, owner: UserID) {
        if case .unrecognised(let text) = self { return writer.value(RawJSON(text)) }
        writer.object { object in
            switch self {
            case .eventMatch(let key, let pattern):
                Self.write("event_match", key, to: &object)
                object.member("pattern", pattern.source)
            case .eventMatchOwner(let key):
                Self.write("event_match", key, to: &object)
                object.member("pattern", owner.string)
            case .propertyIs(let key, let value):
                Self.write("event_property_is", key, to: &object)
                value.write("value", to: &object)
            case .propertyContains(let key, let value):
                Self.write("event_property_contains", key, to: &object)
                value.write("value", to: &object)
            case .propertyContainsOwner(let key):
                Self.write("event_property_contains", key, to: &object)
                object.member("value", owner.string)
            case .containsDisplayName: object.member("kind", "contains_display_name")
            case .memberCount(let test):
                object.member("kind", "room_member_count")
                object.member("is", test.text)
            case .senderNotificationPermission(let key):
                object.member("kind", "sender_notification_permission")
                object.member("key", key)
            case .unrecognised: break
            }
        }
    }

    private static func write(_ kind: String, _ key: PropertyPath, to object: inout JSONWriter) {
        object.member("kind", kind)
        object.member("key", key.text)
    }
}
