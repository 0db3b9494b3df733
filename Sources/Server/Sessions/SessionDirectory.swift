package import HTTP
import JSON
package import MatrixAPI
import Store

/// Who shares an active session with whom, for the second servers that may ask.
///
/// A session is active while people talk: a conversation with messages within `Settings.activeWithin` whose people are
/// connected. In a conversation of two both count, whoever wrote; in a larger one those who wrote. A call is a session of
/// those who are in it, as long as it lasts. Those who are busy (with something else than that call), away, offline or who
/// refused the asking server are in none of its answers, and neither is anything about a member who has not shown to that
/// server who they are.
///
/// Source: EP 2587748, steps 205, 206 and 303.
package final class SessionDirectory: Sendable {
    package struct Settings: Sendable {
        /// How long after its last message a conversation still counts as active.
        package var activeWithin: Duration = .seconds(600)
        /// Networks in which an address stands for the member who is connected from it.
        package var addressNetworks: [AddressRange] = []
        package init() {}
    }

    /// Somebody in an active session with the member who was asked about.
    struct Person: Sendable {
        let user: UserID
        let profile: MemberProfile
        /// Conversations that the two share and that are active, smallest first.
        let rooms: [RoomID]
        /// When the newest of them stops being active, if nobody writes, in milliseconds since 1970.
        let until: Int64
    }

    /// Events of a conversation that are looked at for the newest messages.
    private static let depth = 100
    private static let messageTypes: Set<String> = ["m.room.message", "m.room.encrypted", "m.sticker"]

    let servers: SecondServers
    let changes = SessionChanges()
    let settings: Settings
    let rooms: Rooms
    let openID: OpenID
    let limiter: RateLimiter
    private let sessions: Sessions
    private let presence: Presence
    private let calls: CallDirectory
    private let journal: Journal
    private let clock: WallClock

    package init(
        servers: SecondServers, rooms: Rooms, presence: Presence, calls: CallDirectory, sessions: Sessions,
        openID: OpenID,
        limiter: RateLimiter, settings: Settings = Settings(), clock: WallClock = .system
    ) {
        self.servers = servers
        self.rooms = rooms
        self.presence = presence
        self.calls = calls
        self.sessions = sessions
        self.openID = openID
        self.limiter = limiter
        self.settings = settings
        self.clock = clock
        journal = rooms.journal
    }

    /// The presence of these members changed.
    package func presenceChanged(of users: [UserID]) {
        guard changes.isWatched else { return }
        let changed = Set(users)
        changes.note { user, candidates in changed.contains(user) || !candidates.isDisjoint(with: changed) }
    }

    /// Answers the second servers that wait for changes: the server stops.
    package func endWaiting() { changes.endAll() }

    // MARK: Questions

    /// The people with whom a member shares an active session, in order of their identifiers.
    /// - Throws: `M_NOT_FOUND` when the member has not shown to this server who they are, refused it, or does not exist.
    func people(of user: UserID, for server: StoredSecondServer) async throws -> [Person] {
        let now = clock.now
        let consent = try await journal.store.read { try $0.sessionConsent(of: user, to: server.name) }
        guard let consent, !consent.isRefused, consent.provenUntil > now else {
            throw MatrixError.notFound("Nothing is known of this member")
        }
        var partners = try await partners(of: user, since: now - settings.activeWithin.milliseconds)
        let calling = try await callPartners(of: user, now: now)
        for (partner, shared) in calling { partners[partner, default: []] += shared }
        changes.watch(user, candidates: Set(partners.keys), for: server.name, now: now)
        let states = Dictionary(uniqueKeysWithValues: zip(partners.keys, presence.states(of: Array(partners.keys))))
        let own = presence.states(of: [user])[0]
        let ready = partners.keys.filter { partner in
            guard let state = states[partner] else { return false }
            if own.availability == .ready, state.availability == .ready { return true }
            return calling[partner] != nil && own.isOpenToCallers && state.isOpenToCallers
        }.sorted()
        let window = settings.activeWithin.milliseconds
        return try await journal.store.read { [partners] reader in
            try ready.compactMap { partner in
                guard try reader.sessionConsent(of: partner, to: server.name)?.isRefused != true,
                    let shared = partners[partner]
                else { return nil }
                var rooms: [RoomID] = []
                for place in shared.sorted(by: { ($0.size, $0.room) < ($1.size, $1.room) })
                where !rooms.contains(place.room) { rooms.append(place.room) }
                return Person(
                    user: partner, profile: try MemberProfile(of: partner, reader), rooms: rooms,
                    until: (shared.map(\.newest).max() ?? now) + window)
            }
        }
    }

    /// The one member who is connected from an address, where the network is one of those.
    /// - Throws: `M_NOT_FOUND` when it is not, or nobody is; `M_CONFLICT` (409) when several are: they log in.
    func member(at text: String, for server: StoredSecondServer) async throws -> UserID {
        guard let address = PeerAddress(text), settings.addressNetworks.contains(where: { $0.contains(address) }) else {
            throw MatrixError.notFound("Addresses of that network stand for nobody")
        }
        sessions.flush()
        let since = clock.now - 24 * 3600 * 1000
        // Behind what was flushed.
        let seen = try await journal.write { transaction in
            try transaction.store.users(lastSeenAt: address.description, since: since).filter { user in
                try transaction.store.sessionConsent(of: user, to: server.name)?.isRefused != true
            }
        }
        let connected = seen.filter { presence.states(of: [$0])[0].availability != .offline }
        guard let user = connected.first else { throw MatrixError.notFound("Nobody is connected from that address") }
        guard connected.count == 1 else {
            throw MatrixError(409, "M_CONFLICT", "Several members are connected from that address")
        }
        return user
    }

    private struct Shared: Sendable {
        let room: RoomID
        let size: Int
        let newest: Int64
    }

    /// Everybody who is in a call with the member, in rooms that both are in.
    private func callPartners(of user: UserID, now: Int64) async throws -> [UserID: [Shared]] {
        var partners: [UserID: [Shared]] = [:]
        for shared in calls.shared(by: user) {
            guard let room = try await journal.room(shared.room), room.isJoined(user), room.isJoined(shared.partner)
            else { continue }
            partners[shared.partner, default: []].append(Shared(room: shared.room, size: room.joinedCount, newest: now))
        }
        return partners
    }

    /// Everybody who talked with the member since then, whether they are ready or not.
    private func partners(of user: UserID, since: Int64) async throws -> [UserID: [Shared]] {
        let joined = try await journal.memberships(of: user).filter { $0.value.membership == .join }.map(\.key)
        return try await journal.store.read { [journal] reader in
            var partners: [UserID: [Shared]] = [:]
            for id in joined {
                // Spaces, feeds, channels and boards are not conversations.
                guard let room = try journal.room(id, reader), room.type == nil else { continue }
                let spoke = try Self.newestMessages(in: id, since: since, reader)
                guard let newest = spoke.values.max() else { continue }
                let others: [UserID]
                if room.joinedCount == 2 {
                    others = room.users(with: .join)
                } else {
                    guard spoke[user] != nil else { continue }
                    others = spoke.keys.filter(room.isJoined)
                }
                for other in others where other != user {
                    partners[other, default: []].append(Shared(room: id, size: room.joinedCount, newest: newest))
                }
            }
            return partners
        }
    }

    /// When each sender wrote last, as far as that was since then.
    private static func newestMessages(
        in room: RoomID, since: Int64, _ reader: any StoreReader
    ) throws -> [UserID: Int64] {
        var newest: [UserID: Int64] = [:]
        for event in try reader.events(in: room, after: 0, through: .max, order: .backward, limit: depth) {
            guard event.timestamp >= since else { break }
            guard messageTypes.contains(event.type), event.redactedBecause == nil, newest[event.sender] == nil else {
                continue
            }
            newest[event.sender] = event.timestamp
        }
        return newest
    }
}

extension PresenceState {
    /// Ready, or busy with a call and nothing else.
    fileprivate var isOpenToCallers: Bool { availability == .ready || isInCall }
}

extension SessionDirectory: JournalObserver {
    /// A message may make a conversation active for all who are in it; a membership ends or begins one.
    package func published(_ publication: Publication) {
        guard changes.isWatched else { return }
        let rooms = Set(
            publication.changes.compactMap { change -> RoomID? in
                guard case .event(let event) = change.kind else { return nil }
                return Self.messageTypes.contains(event.type) || event.type == "m.room.member" ? event.roomID : nil
            })
        guard !rooms.isEmpty else { return }
        let snapshots = rooms.compactMap { publication.rooms[$0] }
        changes.note { user, _ in snapshots.contains { $0.membership(of: user) != nil } }
    }
}
