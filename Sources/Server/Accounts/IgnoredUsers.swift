import JSON
import MatrixAPI
import Store

/// Whom members do not want to hear: their messages and invites do not reach the member, their state does.
///
/// Kept as account data; learns of changes by observing the journal, before all that ask.
///
/// Source: Client-Server API, "Ignoring Users".
package final class IgnoredUsers: Sendable, JournalObserver {
    static let accountDataType = "m.ignored_user_list"

    private let lists = LoadingCache<UserID, Set<UserID>>()

    package init() {}

    package func prepare(for publication: Publication) {
        for change in publication.changes {
            guard case .accountData(let user, nil, Self.accountDataType, let content) = change.kind else { continue }
            lists.publish(user, at: publication.position, Self.users(in: content))
        }
    }

    /// nil when only the store knows and `reader` is nil.
    func ignored(by user: UserID, _ reader: (any StoreReader)?) throws -> Set<UserID>? {
        if let known = lists.value(user) { return known }
        guard let reader else { return nil }
        return try lists.value(user, asOf: reader.lastPosition()) { try Self.load(user, reader) }
    }

    /// The same from the store, for those who read there anyway.
    static func load(_ user: UserID, _ reader: any StoreReader) throws -> Set<UserID> {
        let stored = try reader.accountData(of: user, room: nil, type: accountDataType)
        guard let stored, !stored.isDeleted else { return [] }
        return users(in: stored.json)
    }

    private static func users(in content: [UInt8]) -> Set<UserID> {
        guard let list = (try? JSONValue.stored(content))?["ignored_users"]?.object else { return [] }
        return Set(list.compactMap { UserID($0.key) })
    }
}

/// What ignoring somebody depends on.
protocol SentEvent {
    var sender: UserID { get }
    var isState: Bool { get }
}

extension Event: SentEvent {}
extension JudgedEvent: SentEvent {}

extension Set<UserID> {
    /// Whether a member who ignores these does not get the event. Source: Client-Server API, "Ignoring Users".
    func hides(_ event: some SentEvent) -> Bool { !isEmpty && !event.isState && contains(event.sender) }
}
