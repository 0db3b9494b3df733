internal import JSON

/// What the server's own push rules make of an event, worked out as far as it is the same for all members who have no rules of
/// their own: what is left is whether the event names the one who is asked for.
///
/// Source: Client-Server API, "Push Rules", "Predefined Rules".
package struct DefaultPushVerdict: Sendable {
    /// A rule that matches when all of these name the owner.
    private struct Naming {
        var names: [Set<String>]
        let actions: PushActions
    }

    private let sender: UserID
    /// In the order in which they are asked, before `others`.
    private var naming: [Naming] = []
    private var others = PushActions.none

    /// - Returns: nil when one of the server's own rules asks something else of its owner.
    package init?(_ event: PushEvent) {
        sender = event.sender
        for rule in DefaultPushRules.candidates(for: event.type) {
            let isCommon = rule.common.allSatisfy { $0.matches(event, owner: event.sender, displayName: nil) }
            guard isCommon else { continue }
            guard !rule.owned.isEmpty else {
                others = rule.actions
                return
            }
            var rest = Naming(names: [], actions: rule.actions)
            for condition in rule.owned {
                switch condition {
                case .eventMatchOwner(let key): rest.names.append(Set([event.value(key)?.string].compactMap(\.self)))
                case .propertyContainsOwner(let key): rest.names.append(event.strings(key))
                default: return nil
                }
            }
            if rest.names.allSatisfy({ !$0.isEmpty }) { naming.append(rest) }
        }
    }

    /// What the rules that ask for the number of a room's members make of one: where this is the same, so are the verdicts.
    package static func memberCountAnswers(_ count: Int) -> UInt32 {
        var answers: UInt32 = 0
        for (slot, test) in DefaultPushRules.memberCountTests.enumerated() where test.matches(count) {
            answers |= 1 << UInt32(slot)
        }
        return answers
    }

    /// The same as ``PushRuleset/evaluate(_:displayName:)`` of the owner's rules, which are the server's own.
    package func actions(for owner: UserID) -> PushActions {
        guard owner != sender else { return .none }
        for rule in naming where rule.names.allSatisfy({ $0.contains(owner.string) }) { return rule.actions }
        return others
    }
}
