package import JSON

/// A push rule, ready to be tested on many events. Immutable: members whose rules are the server's own share them.
///
/// Source: Client-Server API, "Push Rules".
package final class PushRule: Sendable {
    /// The kinds, in the order in which they are asked.
    package enum Kind: String, Sendable, CaseIterable {
        case override, content, room, sender, underride
    }

    package let kind: Kind
    package let id: String
    package let isEnabled: Bool
    package let actions: PushActions
    /// Of override and underride rules.
    package let conditions: [PushCondition]
    /// Of content rules.
    package let pattern: GlobPattern?
    /// The place among the server's own rules, 0 to 31, under which an event keeps the answer of `ownerless`.
    let slot: Int?
    /// The conditions whose answer is the same for all members of the room, and those that ask who the owner is.
    let ownerless: [PushCondition]
    let owned: [PushCondition]

    /// Whether this is one of the server's own.
    package var isDefault: Bool { id.hasPrefix(".") }

    package init(
        _ kind: Kind, _ id: String, enabled: Bool = true, conditions: [PushCondition] = [],
        pattern: GlobPattern? = nil, actions: PushActions, slot: Int? = nil
    ) {
        self.kind = kind
        self.id = id
        isEnabled = enabled
        self.conditions = conditions
        self.pattern = pattern
        self.actions = actions
        self.slot = slot
        ownerless = conditions.filter { !$0.dependsOnOwner }
        owned = conditions.filter(\.dependsOnOwner)
    }

    package func with(enabled: Bool) -> PushRule {
        PushRule(
            kind, id, enabled: enabled, conditions: conditions, pattern: pattern, actions: actions, slot: slot)
    }

    package func with(actions: PushActions) -> PushRule {
        PushRule(
            kind, id, enabled: isEnabled, conditions: conditions, pattern: pattern, actions: actions, slot: slot)
    }

    /// Whether the rule is made for this event; being enabled is not asked here.
    package func matches(_ event: PushEvent, owner: UserID, displayName: String?) -> Bool {
        switch kind {
        case .room: return id == event.roomID.string
        case .sender: return id == event.sender.string
        case .content:
            guard let pattern, let body = event.text(PushCondition.body) else { return false }
            return pattern.matchesWords(in: body)
        case .override, .underride:
            let common = event.remember(slot) {
                ownerless.allSatisfy { $0.matches(event, owner: owner, displayName: nil) }
            }
            return common && owned.allSatisfy { $0.matches(event, owner: owner, displayName: displayName) }
        }
    }

    /// - Parameter owner: whose identifier stands in the server's own rules.
    package func write(to writer: inout JSONWriter, owner: UserID) {
        writer.object { object in
            object.array("actions") { array in actions.writeElements(to: &array) }
            if kind == .override || kind == .underride {
                object.array("conditions") { array in
                    for condition in conditions { condition.write(to: &array, owner: owner) }
                }
            }
            object.member("default", isDefault)
            object.member("enabled", isEnabled)
            object.memberIfPresent("pattern", pattern?.source)
            object.member("rule_id", id)
        }
    }
}
