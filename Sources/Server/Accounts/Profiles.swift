package import JSON
package import MatrixAPI
import Store
import Synchronization

/// What members say of themselves: name, picture, and further fields.
///
/// A new name or picture goes into the membership events of all rooms that the member is in.
///
/// Source: Client-Server API, "Profiles".
package final class Profiles: Sendable {
    /// The largest profile, in bytes.
    private static let maximumBytes = 65_536
    /// How many rooms are told in one proposal, so that others get their turn between.
    private static let roomsAtOnce = 50

    private let journal: Journal
    private let clock: WallClock
    private let observers = Mutex<[any ProfileObserver]>([])

    package init(journal: Journal, clock: WallClock = .system) {
        self.journal = journal
        self.clock = clock
    }

    package func addObserver(_ observer: any ProfileObserver) { observers.withLock { $0.append(observer) } }

    // MARK: Reading

    /// All fields, each as JSON.
    /// - Throws: `M_NOT_FOUND` when there is no such member.
    package func profile(of user: UserID) async throws -> [String: [UInt8]] {
        let found = try await journal.store.read { reader -> [String: [UInt8]]? in
            let fields = try reader.profile(of: user)
            // The portal's own member has a name and no account.
            return try fields.isEmpty && reader.account(user) == nil ? nil : fields
        }
        guard let found else { throw Self.notFound() }
        return found
    }

    /// One field, as JSON.
    /// - Throws: `M_NOT_FOUND` when there is no such member or field.
    package func field(_ key: String, of user: UserID) async throws -> [UInt8] {
        guard let field = try await journal.store.read({ try $0.profileField(key, of: user) }) else {
            throw Self.notFound()
        }
        return field
    }

    private static func notFound() -> MatrixError { MatrixError.notFound("Profile not found") }

    // MARK: Changing

    /// Sets a field, tells the member's rooms if it is name or picture, and returns when they know.
    ///
    /// - Throws: `M_INVALID_PARAM`, `M_KEY_TOO_LARGE`, `M_BAD_JSON` for field or value, `M_PROFILE_TOO_LARGE`.
    package func set(_ key: String, to value: JSONValue, of user: UserID) async throws {
        try ProfileKey.check(key)
        try await store(key, try ProfileKey.checked(value, for: key), of: user)
    }

    /// Removes a field, like `set`; one that is not there does not matter.
    package func remove(_ key: String, of user: UserID) async throws {
        try ProfileKey.check(key)
        try await store(key, nil, of: user)
    }

    private func store(_ key: String, _ json: [UInt8]?, of user: UserID) async throws {
        let changed = try await journal.write { transaction -> Bool in
            var profile = try transaction.store.profile(of: user)
            if profile[key] == json { return false }
            profile[key] = json
            let size = profile.reduce(2) { $0 + $1.key.utf8.count + $1.value.count + 4 }
            guard size <= Self.maximumBytes || json == nil else {
                throw MatrixError(400, "M_PROFILE_TOO_LARGE", "A profile has at most \(Self.maximumBytes) bytes")
            }
            try transaction.store.setProfileField(key, of: user, json: json)
            return true
        }
        if changed, ProfileKey.isPropagated(key) { try await propagate(user) }
    }

    // MARK: Telling others

    private func propagate(_ user: UserID) async throws {
        let profile = try await journal.store.read { try MemberProfile(of: user, $0) }
        for observer in observers.withLock({ $0 }) { observer.profileChanged(of: user, to: profile) }
        let content = profile.memberContent(.join)
        let rooms = try await journal.memberships(of: user).filter { $0.value.membership == .join }
        for batch in rooms.keys.sorted().batches(of: Self.roomsAtOnce) {
            let now = clock.now
            let drafts = try batch.map { room in
                let draft = try EventDraft(
                    room: room, type: "m.room.member", stateKey: user.string, sender: user, content: content,
                    timestamp: now)
                return (room, draft)
            }
            try await journal.write { try Self.tell(drafts, that: user, is: profile, in: $0) }
        }
    }

    private static func tell(
        _ drafts: [(RoomID, EventDraft)], that user: UserID, is profile: MemberProfile,
        in transaction: JournalTransaction
    ) throws {
        // When the profile has changed again, that change is on its way to the same rooms.
        guard try MemberProfile(of: user, transaction.store) == profile else { return }
        for (room, draft) in drafts {
            guard try transaction.room(room)?.isJoined(user) == true else { continue }
            // A room whose rules refuse the event keeps the old name; the others get the new one.
            do { try transaction.append(draft, to: room) } catch is MatrixError { continue }
        }
    }
}
