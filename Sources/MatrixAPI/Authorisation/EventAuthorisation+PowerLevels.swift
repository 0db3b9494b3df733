internal import JSON

/// Rule 9 (10 in room version 12): changes of the power levels.
extension EventAuthorisation {
    func checkPowerLevels() throws(AuthorisationError) {
        let new = event.content
        try checkPowerLevelForm(new)
        if version.privilegedCreators, let users = new["users"]?.object {
            for (user, _) in users where levels.creators.contains(UserID(unchecked: user)) {
                throw .creatorInPowerLevels
            }
        }
        guard let old = state.stateEvent("m.room.power_levels")?.content else { return }
        for member in Self.singleLevels {
            try checkChange(of: member, from: old[member]?.int, to: new[member]?.int)
        }
        for member in ["events", "notifications"] {
            try forEachChange(old[member], new[member]) { key, was, becomes throws(AuthorisationError) in
                try checkChange(of: "\(member).\(key)", from: was, to: becomes)
            }
        }
        try forEachChange(old["users"], new["users"]) { user, was, becomes throws(AuthorisationError) in
            if let was, user != event.sender.string, .level(was) >= levels.level(of: event.sender) {
                throw .levelOfEqual(user)
            }
            try checkChange(of: user, from: was, to: becomes)
        }
    }

    private static var singleLevels: [String] {
        ["users_default", "events_default", "state_default", "ban", "redact", "kick", "invite"]
    }

    /// That the content has integers where it must, and user IDs for the keys of `users`.
    private func checkPowerLevelForm(_ content: JSONValue) throws(AuthorisationError) {
        for member in Self.singleLevels {
            if let level = content[member], !Self.isLevel(level) { throw .malformedPowerLevels(member) }
        }
        for member in ["events", "notifications", "users"] {
            guard let value = content[member] else { continue }
            guard let object = value.object else { throw .malformedPowerLevels(member) }
            for (key, level) in object {
                guard Self.isLevel(level), member != "users" || UserID(key) != nil else {
                    throw .malformedPowerLevels("\(member).\(key)")
                }
            }
        }
    }

    /// Integers that canonical JSON can carry.
    private static func isLevel(_ value: JSONValue) -> Bool {
        guard let level = value.int else { return false }
        return level.magnitude < 1 << 53
    }

    /// A level that changes may not be above the sender's, neither before nor after.
    private func checkChange(of member: String, from old: Int64?, to new: Int64?) throws(AuthorisationError) {
        guard old != new else { return }
        let own = levels.level(of: event.sender)
        if let old, .level(old) > own { throw .levelAboveOwn(member) }
        if let new, .level(new) > own { throw .levelAboveOwn(member) }
    }

    /// Calls `body` for each key whose level was added, changed or removed.
    private func forEachChange(
        _ old: JSONValue?, _ new: JSONValue?,
        _ body: (_ key: String, _ old: Int64?, _ new: Int64?) throws(AuthorisationError) -> Void
    ) throws(AuthorisationError) {
        var removed: [String: Int64] = [:]
        if let old = old?.object {
            for (key, level) in old { removed[key] = level.int }
        }
        if let new = new?.object {
            for (key, level) in new {
                let was = removed.removeValue(forKey: key)
                if was != level.int { try body(key, was, level.int) }
            }
        }
        // In the order of the keys, so that the same change is always refused for the same reason.
        for (key, level) in removed.sorted(by: { $0.key < $1.key }) { try body(key, level, nil) }
    }
}
