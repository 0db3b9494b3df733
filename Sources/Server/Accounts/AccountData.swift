package import JSON
package import MatrixAPI
import Store

/// What clients keep for their member on the server, for all rooms or for one; tags of rooms are part of it.
///
/// Source: Client-Server API, "Client Config", "Room Tagging".
package final class AccountData: Sendable {
    /// Types that the server looks after itself.
    private static let managed: Set<String> = ["m.fully_read", PushRules.accountDataType]
    private static let tagType = "m.tag"
    /// In bytes, of a type or a tag.
    private static let maximumNameBytes = 255

    private let journal: Journal
    private let pushRules: PushRules
    private let deliveries: Deliveries?

    package init(journal: Journal, pushRules: PushRules, deliveries: Deliveries? = nil) {
        self.journal = journal
        self.pushRules = pushRules
        self.deliveries = deliveries
    }

    /// The content; of push rules also when the member never changed any.
    /// - Throws: `M_NOT_FOUND` when there is none.
    package func content(_ type: String, room: RoomID?, of user: UserID) async throws -> [UInt8] {
        if room == nil, type == PushRules.accountDataType { return try await pushRules.ruleset(of: user).json }
        let stored = try await journal.store.read { try $0.accountData(of: user, room: room, type: type) }
        guard let stored, !stored.isDeleted else { throw MatrixError.notFound("There is no such account data") }
        return stored.json
    }

    /// - Parameter content: an object.
    /// - Throws: `M_BAD_JSON` (405) for a type that the server looks after, `M_INVALID_PARAM` when it is too long; what
    ///   ``DeliveryRule`` throws for a rule that is none.
    package func set(_ type: String, room: RoomID?, content: JSONValue, of user: UserID) async throws {
        if Self.managed.contains(type) { throw MatrixError(405, .badJSON, "Cannot set \(type) through this API") }
        try Self.check(type)
        let bytes = Array(content.bytes)
        guard type == DeliveryRule.accountDataType, let room else {
            return try await journal.write { try $0.setAccountData(type, room: room, content: bytes, of: user) }
        }
        let rule = try DeliveryRule(content)
        try await journal.write { [deliveries] transaction in
            try transaction.setAccountData(type, room: room, content: bytes, of: user)
            try deliveries?.set(rule, content: bytes, of: user, in: room, transaction)
        }
    }

    // MARK: Tags

    /// The tags of a room as an object by tag.
    package func tags(of room: RoomID, by user: UserID) async throws -> JSONValue {
        let stored = try await journal.store.read { try $0.accountData(of: user, room: room, type: Self.tagType) }
        return try Self.tags(in: stored)
    }

    /// Adds or replaces a tag.
    ///
    /// - Parameter info: an object; its `order`, if it has one, is a number.
    /// - Throws: `M_INVALID_PARAM` when the tag is too long or `order` is no number.
    package func setTag(_ tag: String, _ info: JSONValue, room: RoomID, by user: UserID) async throws {
        try Self.check(tag)
        if let order = info["order"], !order.isNull, order.double == nil {
            throw MatrixError.invalidParam("order must be a number")
        }
        try await changeTags(of: room, by: user) { $0[tag] = RawJSON(info.bytes) }
    }

    /// Removes a tag; one that is not there does not matter.
    package func removeTag(_ tag: String, room: RoomID, by user: UserID) async throws {
        try await changeTags(of: room, by: user) { $0[tag] = nil }
    }

    private func changeTags(
        of room: RoomID, by user: UserID, _ change: @escaping @Sendable (inout [String: RawJSON]) -> Void
    ) async throws {
        try await journal.write { transaction in
            let stored = try transaction.store.accountData(of: user, room: room, type: Self.tagType)
            var tags: [String: RawJSON] = [:]
            if let members = try Self.tags(in: stored).object {
                for (name, info) in members { tags[name] = RawJSON(info.bytes) }
            }
            change(&tags)
            let content = JSONWriter.object { object in
                object.object("tags") { object in
                    for (name, info) in tags.sorted(by: { $0.key < $1.key }) { object.member(name, info) }
                }
            }
            try transaction.setAccountData(Self.tagType, room: room, content: content, of: user)
        }
    }

    private static func tags(in stored: StoredAccountData?) throws -> JSONValue {
        guard let stored, !stored.isDeleted, let tags = try JSONValue.stored(stored.json)["tags"], tags.isObject
        else { return .emptyObject }
        return tags
    }

    private static func check(_ name: String) throws {
        guard (1...maximumNameBytes).contains(name.utf8.count) else {
            throw MatrixError.invalidParam("A type or tag has 1 to \(maximumNameBytes) bytes")
        }
    }
}
