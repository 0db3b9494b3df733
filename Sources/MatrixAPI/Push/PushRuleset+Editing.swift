package import JSON

/// What the requests under `/pushrules/global/` do.
extension PushRuleset {
    /// Where a rule is to stand among the member's own of its kind.
    package enum Placement: Hashable, Sendable {
        /// Where it is, or before all others when it is new.
        case unchanged
        /// Next before that rule.
        case before(String)
        /// Next after that rule.
        case after(String)

        /// - Parameters: the query parameters of the same names; `before` counts when both are given.
        package init(before: String?, after: String?) {
            if let before {
                self = .before(before)
            } else if let after {
                self = .after(after)
            } else {
                self = .unchanged
            }
        }
    }

    /// Most rules of its own that a member can have of one kind.
    package static let maximumRules = 1000
    /// Most conditions and patterns in all rules of a member's own together: each costs time for every event.
    package static let maximumPatterns = 500

    /// Adds a rule, which is enabled, or changes one, which stays enabled or not.
    ///
    /// Source: `PUT /pushrules/global/{kind}/{ruleId}`.
    /// - Throws: `reserved` and `invalidID` for the identifier, `neighbourNotFound` and `reserved` for the place,
    ///   `missing`, `malformed` and `tooMany` for the body.
    package mutating func set(
        _ kind: PushRule.Kind, _ id: String, body: JSONValue, placement: Placement = .unchanged
    ) throws(PushRuleError) {
        try Self.checkID(id)
        var rule = try PushRule(kind, id, parsing: body)
        var rules = self[kind]
        let current = rules.firstIndex { $0.id == id }
        if let current { rule = rule.with(enabled: rules.remove(at: current).isEnabled) }
        let place: Int
        switch placement {
        case .unchanged: place = current ?? firstPlace(of: kind)
        case .before(let neighbour): place = try Self.place(of: neighbour, in: rules)
        case .after(let neighbour): place = try Self.place(of: neighbour, in: rules) + 1
        }
        rules.insert(rule, at: place)
        guard rules.count(where: { !$0.isDefault }) <= Self.maximumRules else { throw .tooMany("push rules") }
        var changed = self
        changed[kind] = rules
        guard changed.patternCount <= Self.maximumPatterns else { throw .tooMany("conditions and patterns") }
        self = changed
    }

    /// Source: `DELETE /pushrules/global/{kind}/{ruleId}`.
    /// - Throws: `notFound`; `reserved` for the server's own.
    package mutating func delete(_ kind: PushRule.Kind, _ id: String) throws(PushRuleError) {
        let place = try index(kind, id)
        if self[kind][place].isDefault { throw .reserved }
        self[kind].remove(at: place)
    }

    /// Source: `PUT /pushrules/global/{kind}/{ruleId}/enabled`.
    /// - Throws: `notFound`.
    package mutating func setEnabled(_ kind: PushRule.Kind, _ id: String, _ enabled: Bool) throws(PushRuleError) {
        let place = try index(kind, id)
        self[kind][place] = self[kind][place].with(enabled: enabled)
    }

    /// Source: `PUT /pushrules/global/{kind}/{ruleId}/actions`.
    /// - Parameter actions: the member `actions` of the body.
    /// - Throws: `notFound`; `missing`, `malformed` and `tooMany` for the actions.
    package mutating func setActions(
        _ kind: PushRule.Kind, _ id: String, _ actions: JSONValue?
    ) throws(PushRuleError) {
        let place = try index(kind, id)
        self[kind][place] = self[kind][place].with(actions: try PushActions(parsing: actions))
    }

    private func index(_ kind: PushRule.Kind, _ id: String) throws(PushRuleError) -> Int {
        guard let place = self[kind].firstIndex(where: { $0.id == id }) else { throw .notFound }
        return place
    }

    private static func place(of neighbour: String, in rules: [PushRule]) throws(PushRuleError) -> Int {
        guard !neighbour.hasPrefix(".") else { throw .reserved }
        guard let place = rules.firstIndex(where: { $0.id == neighbour }) else { throw .neighbourNotFound(neighbour) }
        return place
    }

    private static func checkID(_ id: String) throws(PushRuleError) {
        guard !id.hasPrefix(".") else { throw .reserved }
        let bytes = id.utf8
        guard (1...255).contains(bytes.count), !bytes.contains(UInt8(ascii: "/")), !bytes.contains(UInt8(ascii: "\\"))
        else { throw .invalidID }
    }

    private var patternCount: Int {
        PushRule.Kind.allCases.reduce(0) { count, kind in
            self[kind].reduce(count) { count, rule in
                rule.isDefault ? count : count + rule.conditions.count + (rule.pattern == nil ? 0 : 1)
            }
        }
    }
}
