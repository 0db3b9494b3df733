internal import JSON

/// The server's own push rules: one set for all members.
///
/// Source: Client-Server API v1.19, "Push Rules", "Predefined Rules".
enum DefaultPushRules {
    /// Asked before all other rules, those of the member included.
    static let master = PushRule(.override, ".m.rule.master", enabled: false, actions: .none, slot: 0)

    /// Asked after the member's own override rules.
    static let override: [PushRule] = [
        rule(1, ".m.rule.suppress_notices", [match("content.msgtype", "m.notice")], []),
        rule(
            2, ".m.rule.invite_for_me",
            [
                match("type", "m.room.member"), match("content.membership", "invite"),
                .eventMatchOwner(key: PropertyPath("state_key")),
            ], [.notify, .setTweak("sound", "default")]),
        rule(3, ".m.rule.member_event", [match("type", "m.room.member")], []),
        rule(
            4, ".m.rule.is_user_mention",
            [.propertyContainsOwner(key: PropertyPath(#"content.m\.mentions.user_ids"#))],
            [.notify, .setTweak("sound", "default"), .setTweak("highlight", value: nil)]),
        rule(
            5, ".m.rule.is_room_mention",
            [
                .propertyIs(key: PropertyPath(#"content.m\.mentions.room"#), value: .boolean(true)),
                .senderNotificationPermission(key: "room"),
            ], [.notify, .setTweak("highlight", value: nil)]),
        rule(
            6, ".m.rule.tombstone", [match("type", "m.room.tombstone"), match("state_key", "")],
            [.notify, .setTweak("highlight", value: nil)]),
        rule(7, ".m.rule.reaction", [match("type", "m.reaction")], []),
        rule(8, ".m.rule.room.server_acl", [match("type", "m.room.server_acl"), match("state_key", "")], []),
        rule(
            9, ".m.rule.suppress_edits",
            [.propertyIs(key: PropertyPath(#"content.m\.relates_to.rel_type"#), value: .string("m.replace"))], []),
    ]

    /// Asked after all other rules.
    static let underride: [PushRule] = [
        underride(10, ".m.rule.call", [match("type", "m.call.invite")], [.notify, .setTweak("sound", "ring")]),
        underride(
            11, ".m.rule.encrypted_room_one_to_one", [twoMembers, match("type", "m.room.encrypted")],
            [.notify, .setTweak("sound", "default")]),
        underride(
            12, ".m.rule.room_one_to_one", [twoMembers, match("type", "m.room.message")],
            [.notify, .setTweak("sound", "default")]),
        underride(13, ".m.rule.message", [match("type", "m.room.message")], [.notify]),
        underride(14, ".m.rule.encrypted", [match("type", "m.room.encrypted")], [.notify]),
    ]

    /// In the order in which they are asked of somebody who has none of their own.
    static let all = [master] + override + underride

    /// All that is asked of the number of a room's members, each once.
    static let memberCountTests: [MemberCountTest] = all.flatMap(\.conditions).reduce(into: []) { tests, condition in
        guard case .memberCount(let test) = condition, !tests.contains(test) else { return }
        tests.append(test)
    }

    /// An enabled rule that may match the events of a type, without the condition that asks for the type.
    struct Candidate: Sendable {
        let common: [PushCondition]
        let owned: [PushCondition]
        let actions: PushActions
    }

    /// In the order in which they are asked, for an event of a type.
    static func candidates(for type: String) -> [Candidate] {
        byType[type] ?? byType[String(decoding: GlobPattern.fold(type), as: UTF8.self)] ?? ofOtherTypes
    }

    private static let ofOtherTypes = candidates(ofType: nil)
    private static let byType: [String: [Candidate]] = {
        let types = Set(all.flatMap { $0.conditions.compactMap(\.wantedType) })
        return Dictionary(uniqueKeysWithValues: types.map { ($0, candidates(ofType: $0)) })
    }()

    private static func candidates(ofType type: String?) -> [Candidate] {
        all.filter(\.isEnabled).compactMap { rule in
            guard rule.conditions.compactMap(\.wantedType).allSatisfy({ $0 == type }) else { return nil }
            let common = rule.ownerless.filter { $0.wantedType == nil }
            return Candidate(common: common, owned: rule.owned, actions: rule.actions)
        }
    }

    private static var twoMembers: PushCondition {
        guard let test = MemberCountTest("2") else { preconditionFailure("a number is no number") }
        return .memberCount(test)
    }

    private static func match(_ key: String, _ pattern: String) -> PushCondition {
        .eventMatch(key: PropertyPath(key), pattern: GlobPattern(pattern))
    }

    private static func rule(
        _ slot: Int, _ id: String, _ conditions: [PushCondition], _ actions: [PushAction]
    ) -> PushRule {
        PushRule(.override, id, conditions: conditions, actions: PushActions(actions), slot: slot)
    }

    private static func underride(
        _ slot: Int, _ id: String, _ conditions: [PushCondition], _ actions: [PushAction]
    ) -> PushRule {
        PushRule(.underride, id, conditions: conditions, actions: PushActions(actions), slot: slot)
    }
}

extension PushCondition {
    /// The type of event that this asks for, in one of the server's own rules.
    fileprivate var wantedType: String? {
        guard case .eventMatch(let key, let pattern) = self, key.text == "type" else { return nil }
        return pattern.source
    }
}
