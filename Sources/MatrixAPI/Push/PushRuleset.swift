internal import JSON

/// All push rules of one member, in the order in which they are asked.
///
/// Source: Client-Server API, "Push Rules".
package struct PushRuleset: Sendable {
    /// Whose rules these are.
    package let owner: UserID
    private var override: [PushRule]
    private var content: [PushRule] = []
    private var room: [PushRule] = []
    private var sender: [PushRule] = []
    private var underride: [PushRule]
    /// Whether the owner has changed none, so that ``DefaultPushVerdict`` tells the same as ``evaluate(_:displayName:)``.
    package private(set) var isDefault = true

    /// The rules of somebody who has changed none.
    package init(owner: UserID) {
        self.owner = owner
        override = Self.defaultOverride
        underride = DefaultPushRules.underride
    }

    private static let defaultOverride = [DefaultPushRules.master] + DefaultPushRules.override

    /// The rules of a kind: the first that matches decides. Override rules begin with `.m.rule.master`, which stands
    /// above all others; the other rules of the server's own come after the member's.
    package internal(set) subscript(kind: PushRule.Kind) -> [PushRule] {
        get {
            switch kind {
            case .override: override
            case .content: content
            case .room: room
            case .sender: sender
            case .underride: underride
            }
        }
        set {
            isDefault = false
            switch kind {
            case .override: override = newValue
            case .content: content = newValue
            case .room: room = newValue
            case .sender: sender = newValue
            case .underride: underride = newValue
            }
        }
    }

    package func rule(_ kind: PushRule.Kind, _ id: String) -> PushRule? { self[kind].first { $0.id == id } }

    /// Whether other members' coming, going and profiles are never notified: nothing of the owner's own is asked before
    /// the rule that says so.
    package var isSilentAboutMembers: Bool {
        for rule in override where rule.isEnabled {
            switch rule.id {
            case ".m.rule.master", ".m.rule.member_event": return !rule.actions.notify
            // Not for other members.
            case ".m.rule.suppress_notices", ".m.rule.invite_for_me": continue
            default: return false
            }
        }
        return false
    }

    /// What the first enabled rule that matches wants done; nothing when none does, and for one's own events.
    /// - Parameter displayName: the owner's name in the room.
    package func evaluate(_ event: PushEvent, displayName: String?) -> PushActions {
        guard event.sender != owner else { return .none }
        func first(of rules: [PushRule]) -> PushRule? {
            rules.first { $0.isEnabled && $0.matches(event, owner: owner, displayName: displayName) }
        }
        let rule = first(of: override) ?? first(of: content) ?? first(of: room) ?? first(of: sender)
        return (rule ?? first(of: underride))?.actions ?? .none
    }
}
