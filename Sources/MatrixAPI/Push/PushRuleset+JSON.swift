package import JSON

extension PushRuleset {
    /// The rules as they were kept by ``json``. The server's own rules are those of this version of the server, with
    /// what the member made of them: enabled or not, and their actions. What cannot be read is left out.
    /// - Parameter content: the content of the account data `m.push_rules`; nil when the member has none.
    package init(owner: UserID, content: JSONValue?) {
        self.init(owner: owner)
        guard let global = content?["global"] else { return }
        for kind in PushRule.Kind.allCases {
            guard let kept = global[kind.rawValue]?.array else { continue }
            var own: [PushRule] = []
            for value in kept {
                guard let id = value["rule_id"]?.string, let rule = try? PushRule(kind, id, parsing: value) else {
                    continue
                }
                let enabled = value["enabled"]?.bool ?? true
                if rule.isDefault {
                    restore(rule, enabled: enabled)
                } else {
                    own.append(enabled ? rule : rule.with(enabled: false))
                }
            }
            self[kind].insert(contentsOf: own, at: firstPlace(of: kind))
        }
    }

    /// Gives a rule of the server's own the state it had. One that is as always stays the one that all members share.
    private mutating func restore(_ kept: PushRule, enabled: Bool) {
        guard let place = self[kept.kind].firstIndex(where: { $0.id == kept.id }) else { return }
        var rule = self[kept.kind][place]
        if rule.isEnabled != enabled { rule = rule.with(enabled: enabled) }
        if rule.actions != kept.actions { rule = rule.with(actions: kept.actions) }
        self[kept.kind][place] = rule
    }

    /// Where a member's own rules of a kind begin.
    func firstPlace(of kind: PushRule.Kind) -> Int { kind == .override ? 1 : 0 }

    /// The content of the account data `m.push_rules`, and the answer to `GET /pushrules/`.
    package var json: [UInt8] {
        JSONWriter.object { object in object.object("global") { global in writeKinds(to: &global) } }
    }

    /// The answer to `GET /pushrules/global/`.
    package var globalJSON: [UInt8] { JSONWriter.object { global in writeKinds(to: &global) } }

    /// The answer to `GET /pushrules/global/{kind}/{ruleId}`.
    /// - Throws: `notFound`.
    package func json(of kind: PushRule.Kind, _ id: String) throws(PushRuleError) -> [UInt8] {
        guard let rule = rule(kind, id) else { throw .notFound }
        var writer = JSONWriter(reserving: 256)
        rule.write(to: &writer, owner: owner)
        return writer.bytes
    }

    private func writeKinds(to global: inout JSONWriter) {
        for kind in PushRule.Kind.allCases {
            global.array(kind.rawValue) { array in
                for rule in self[kind] { rule.write(to: &array, owner: owner) }
            }
        }
    }
}

extension PushRule {
    /// Most conditions that a rule can have.
    static let maximumConditions = 32

    /// Reads what a client sends for a rule, or what was kept of one.
    convenience init(_ kind: Kind, _ id: String, parsing body: JSONValue) throws(PushRuleError) {
        let actions = try PushActions(parsing: body["actions"])
        switch kind {
        case .room, .sender: self.init(kind, id, actions: actions)
        case .content: self.init(kind, id, pattern: try PushCondition.pattern(body["pattern"]), actions: actions)
        case .override, .underride:
            var conditions: [PushCondition] = []
            if let value = body["conditions"], !value.isNull {
                guard let array = value.array else { throw .malformed("conditions") }
                guard array.count <= Self.maximumConditions else { throw .tooMany("conditions") }
                for condition in array { conditions.append(try PushCondition(parsing: condition)) }
            }
            self.init(kind, id, conditions: conditions, actions: actions)
        }
    }
}
