import JSON
package import MatrixAPI
import Store
import Synchronization

/// The portal: a space that the server keeps, that every member is in, and whose rooms are feeds, channels, boards and
/// applications.
///
/// The rooms themselves are the only record of the portal: its space is the one in which the portal's account is and
/// that has `mado.portal`; its rooms are that space's children. So a restart, a crash in between and a restored backup
/// find it as it is.
///
/// The account `@mado` has no row among the accounts: nobody can log in as it, find it or register it.
package final class Portal: Sendable {
    /// The levels in the portal's rooms. Whoever may write in one room, and is no administrator, has a level between.
    package enum Level {
        package static let portal: Int64 = 100
        package static let administrator: Int64 = 50
        package static let writer: Int64 = 25
    }

    /// Portal administrators, besides the server's own.
    package static let administratorRole = "portal-admin"

    package let rooms: Rooms
    package let journal: Journal
    package let account: UserID
    let settings: PortalSettings
    let clock: WallClock
    private let spaceID = Mutex<RoomID?>(nil)
    let administratorsRoom = Mutex<RoomID?>(nil)

    package init(rooms: Rooms, settings: PortalSettings, clock: WallClock = .system) {
        self.rooms = rooms
        journal = rooms.journal
        account = UserID(localpart: Localpart.portal, server: rooms.serverName)
        self.settings = settings
        self.clock = clock
    }

    /// What the portal is called, and its account.
    package var name: String { settings.name }

    /// The portal's space; nil as long as there is none.
    package var space: RoomID? { spaceID.withLock { $0 } }

    /// - Throws: `M_NOT_FOUND` when there is no portal.
    package func requireSpace() throws -> RoomID {
        guard let space else { throw MatrixError.notFound("This server has no portal") }
        return space
    }

    // MARK: Making

    /// Finds the portal or makes it, and brings name, administrators and members up to date. To be called before
    /// clients are served; doing it again does no harm.
    ///
    /// - Throws: `StoreError`; `M_USER_IN_USE` when a member of before there were portals has the portal's name.
    package func prepare() async throws {
        guard settings.isEnabled else { return }
        let found = try await find()
        let space: RoomID
        if let found { space = found } else { space = try await makeSpace() }
        spaceID.withLock { $0 = space }
        try await applyName(in: space)
        try await updateAdministrators()
        try await joinEverybody()
    }

    private func find() async throws -> RoomID? {
        try await journal.store.read { [account] reader in
            guard try reader.account(account) == nil else {
                throw MatrixError(
                    400, .userInUse, "A member has the name of the portal's account, \(account): no portal is made")
            }
            for membership in try reader.memberships(of: account) where membership.membership == .join {
                if try reader.stateEvent(in: membership.room, StateKey("mado.portal")) != nil { return membership.room }
            }
            return nil
        }
    }

    private func makeSpace() async throws -> RoomID {
        try await storeName()
        var creation = RoomCreation()
        creation.preset = .publicChat
        creation.name = settings.name
        creation.creationContent = .object { $0.member("type", "m.space") }
        creation.powerLevelOverride = Self.levels(portal: account, administrators: try await administrators())
        creation.initialState = [.init(key: StateKey("mado.portal"), content: description)]
        return try await rooms.create(creation, by: account)
    }

    private var description: JSONValue {
        .object { content in
            content.member("version", 1)
            content.member("name", settings.name)
        }
    }

    private func storeName() async throws {
        let json = MemberProfile.encode(settings.name)
        try await journal.write { [account] transaction in
            try transaction.store.setProfileField(MemberProfile.displayNameKey, of: account, json: json)
        }
    }

    /// Takes another name from the configuration.
    private func applyName(in space: RoomID) async throws {
        guard let room = try await journal.room(space), room.text("m.room.name", "name") != settings.name else {
            return
        }
        try await storeName()
        let name = JSONValue.object { $0.member("name", settings.name) }
        _ = try await rooms.setState(StateKey("m.room.name"), name, in: space, by: account)
        _ = try await rooms.setState(StateKey("mado.portal"), description, in: space, by: account)
        let now = clock.now
        for id in [space] + (try await all().map(\.id)) {
            try await journal.write { [account] transaction in
                let change = MembershipChange(of: account, to: .join, by: account)
                // A room that refuses, because it was closed, keeps the others from nothing.
                do { _ = try transaction.change(change, in: id, at: now) } catch is MatrixError {}
            }
        }
    }

    // MARK: Levels

    /// Power levels: members read; administrators change everything but the levels.
    static func levels(
        portal: UserID, administrators: [UserID], events: [String: Int64] = [:]
    ) -> JSONValue {
        .object { levels in
            levels.object("users") { users in
                users.member(portal.string, Level.portal)
                for user in administrators { users.member(user.string, Level.administrator) }
            }
            levels.object("events") { object in
                object.member("m.room.power_levels", Level.portal)
                object.member("m.room.history_visibility", Level.portal)
                object.member("m.room.encryption", Level.portal)
                object.member("m.room.server_acl", Level.portal)
                object.member("m.room.tombstone", Level.portal)
                for (type, level) in events.sorted(by: { $0.key < $1.key }) { object.member(type, level) }
            }
            for name in ["events_default", "state_default", "ban", "kick", "redact", "invite"] {
                levels.member(name, Level.administrator)
            }
        }
    }

    /// The server's administrators, and members with the portal's own role, ordered.
    package func administrators() async throws -> [UserID] {
        try await journal.store.read { reader in
            Set(try reader.users(ofKind: .admin)).union(try reader.users(withRole: Self.administratorRole)).sorted()
        }
    }

    /// Gives administrators their level in the portal's rooms, and takes it from those who are none any more.
    package func updateAdministrators() async throws {
        guard let space else { return }
        let administrators = Set(try await administrators())
        for id in [space] + (try await all().map(\.id)) {
            guard let levels = try await journal.room(id)?.stateEvent(StateKey("m.room.power_levels"))?.content
            else { continue }
            var users: [String: Int64] = [:]
            if let present = levels["users"]?.object {
                for (user, level) in present { users[user] = level.int ?? 0 }
            }
            let before = users
            users = users.filter { $0.value != Level.administrator }
            for user in administrators { users[user.string] = Level.administrator }
            users[account.string] = Level.portal
            guard users != before else { continue }
            let after = users
            let content = levels.replacing(["users"]) { object in
                object.object("users") { list in
                    for (user, level) in after.sorted(by: { $0.key < $1.key }) { list.member(user, level) }
                }
            }
            // A room that refuses, because the portal's account was put out of it, keeps the others from nothing.
            do {
                _ = try await rooms.setState(StateKey("m.room.power_levels"), content, in: id, by: account)
            } catch is MatrixError { continue }
        }
        try await updateAdministratorsRoom(administrators)
    }

    func noteSpace(_ id: RoomID?) { spaceID.withLock { $0 = id } }
}
