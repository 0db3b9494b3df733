import HTTP
import JSON
import MatrixAPI

/// `/pushrules`
///
/// Source: Client-Server API, `pushrules.yaml`.
extension PushRules: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        let root = "/_matrix/client/v3/pushrules"
        for path in [root, root + "/"] {
            routes.add(.get, path) { [self] request in .json(try await ruleset(of: request.user).json) }
        }
        for path in [root + "/global", root + "/global/"] {
            routes.add(.get, path) { [self] request in .json(try await ruleset(of: request.user).globalJSON) }
        }
        addRule(to: &routes, root + "/global/{kind}/{ruleId}")
        addEnabled(to: &routes, root + "/global/{kind}/{ruleId}/enabled")
        addActions(to: &routes, root + "/global/{kind}/{ruleId}/actions")
    }

    private func addRule(to routes: inout Routes, _ path: String) {
        routes.add(.get, path) { [self] request in
            let (kind, id) = try Self.rule(request)
            return .json(try await ruleset(of: request.user).json(of: kind, id))
        }
        routes.add(.put, path, maximumBodyBytes: 65_536) { [self] request in
            let (kind, id) = try Self.rule(request)
            let placement = PushRuleset.Placement(before: request.query("before"), after: request.query("after"))
            try await change(request.user) { try $0.set(kind, id, body: request.body, placement: placement) }
            return .empty
        }
        routes.add(.delete, path) { [self] request in
            let (kind, id) = try Self.rule(request)
            try await change(request.user) { try $0.delete(kind, id) }
            return .empty
        }
    }

    private func addEnabled(to routes: inout Routes, _ path: String) {
        routes.add(.get, path) { [self] request in
            let rule = try await existing(request)
            return .object { $0.member("enabled", rule.isEnabled) }
        }
        routes.add(.put, path) { [self] request in
            let (kind, id) = try Self.rule(request)
            _ = try request.body.required("enabled")
            let isEnabled = try request.body.optionalBool("enabled") ?? true
            try await change(request.user) { try $0.setEnabled(kind, id, isEnabled) }
            return .empty
        }
    }

    private func addActions(to routes: inout Routes, _ path: String) {
        routes.add(.get, path) { [self] request in
            let rule = try await existing(request)
            var actions = JSONWriter()
            rule.actions.write(to: &actions)
            let json = RawJSON(actions.bytes)
            return .object { $0.member("actions", json) }
        }
        routes.add(.put, path, maximumBodyBytes: 65_536) { [self] request in
            let (kind, id) = try Self.rule(request)
            try await change(request.user) { try $0.setActions(kind, id, request.body["actions"]) }
            return .empty
        }
    }

    /// - Throws: `notFound` when there is no such rule.
    private func existing(_ request: Request) async throws -> PushRule {
        let (kind, id) = try Self.rule(request)
        guard let rule = try await ruleset(of: request.user).rule(kind, id) else {
            throw PushRuleError.notFound
        }
        return rule
    }

    /// Kind and identifier in the path.
    /// - Throws: `M_INVALID_PARAM` for a kind that there is not.
    private static func rule(_ request: Request) throws -> (PushRule.Kind, String) {
        guard let kind = PushRule.Kind(rawValue: request.parameter("kind")) else {
            throw MatrixError.invalidParam("There is no such kind of push rule")
        }
        return (kind, request.parameter("ruleId"))
    }
}

extension PushRuleError: MatrixErrorConvertible {}
