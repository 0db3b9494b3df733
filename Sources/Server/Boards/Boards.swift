package import EventLoop
import JSON
package import MatrixAPI
import Store
import Synchronization

/// Announcements: a board for each audience, whose members the server keeps in step with it, and what is put on it.
///
/// A board is made when something is first announced to its audience. Announcements are sent by the portal's account, so
/// that every administrator can change and withdraw them; they say who announced them.
package final class Boards: Sendable {
    /// Members with this role announce to every audience.
    package static let announcerRole = "announcer"
    /// The longest time until what is held back is looked at again: a clock may be set.
    private static let longestWait = Duration.seconds(60)

    package let portal: Portal
    let roles: MemberRoles
    let clock: WallClock
    private let loop: EventLoop
    private let timer = Mutex<LoopTimer?>(nil)
    /// The rooms that boards follow, so that not every member event has the boards looked at.
    private let groups = Mutex<Set<RoomID>>([])
    /// One makes a board at a time, so that an audience has one.
    private let gate = AsyncGate()

    /// - Parameter loop: where its timer runs.
    package init(portal: Portal, roles: MemberRoles, loop: EventLoop, clock: WallClock = .system) {
        self.portal = portal
        self.roles = roles
        self.loop = loop
        self.clock = clock
    }

    var journal: Journal { portal.journal }

    // MARK: Boards

    package func all() async throws -> [(board: PortalRoom, audience: Audience)] {
        try await portal.rooms(ofType: .board).compactMap { room in
            guard let value = room.description["audience"], let audience = try? Audience(value) else { return nil }
            return (room, audience)
        }
    }

    /// The board of an audience, which is made if there is none.
    /// - Throws: `M_NOT_FOUND` when there is no such audience.
    func board(of audience: Audience) async throws -> RoomID {
        if let known = try await all().first(where: { $0.audience == audience }) { return known.board.id }
        let name = try await name(of: audience)
        return try await gate.run { [self] in
            if let known = try await all().first(where: { $0.audience == audience }) { return known.board.id }
            var creation = PortalRoomCreation(
                type: .board, name: name, description: .object { $0.member("audience", audience.json) })
            creation.order = audience == .all ? "a" : "b"
            creation.access = audience == .all ? .portal : .audience
            let id = try await portal.makeRoom(creation)
            follow(audience)
            try await updateMembers(of: id, audience)
            return id
        }
    }

    private func name(of audience: Audience) async throws -> String {
        audience == .all ? "Announcements" : "Announcements: \(try await label(of: audience))"
    }

    /// What the audience is called.
    /// - Throws: `M_NOT_FOUND` when there is no such room.
    func label(of audience: Audience) async throws -> String {
        switch audience {
        case .all: return "Everybody"
        case .role(let role): return role
        case .group(let id):
            guard let room = try await journal.room(id) else { throw MatrixError.notFound("There is no such group") }
            return room.text("m.room.name", "name") ?? id.string
        }
    }

    // MARK: Members

    /// Brings every board's members in step with its audience, and sends what is due. To be called at the start.
    package func start() async throws {
        for (board, audience) in try await all() {
            follow(audience)
            try await updateMembers(of: board.id, audience)
        }
        try await releaseDue()
    }

    private func follow(_ audience: Audience) {
        if case .group(let id) = audience { groups.withLock { _ = $0.insert(id) } }
    }

    func updateMembers(of board: RoomID, _ audience: Audience) async throws {
        let wanted: Set<UserID>
        switch audience {
        case .all: return
        case .role(let role): wanted = Set(try await roles.users(with: role))
        case .group(let id): wanted = Set(try await journal.room(id)?.users(with: .join) ?? [])
        }
        guard let room = try await journal.room(board) else { return }
        let present = Set(room.users(with: .join) + room.users(with: .invite)).subtracting([portal.account])
        try await portal.join(wanted.subtracting(present).sorted(), to: board)
        try await portal.remove(present.subtracting(wanted).sorted(), from: board)
    }

    // MARK: What is held back

    /// Sends what is due, and looks again when the next is.
    package func releaseDue() async throws {
        let now = clock.now
        while true {
            let due = try await journal.store.read { try $0.announcementsDue(at: now, limit: 50) }
            guard !due.isEmpty else { break }
            for announcement in due { try await release(announcement.id) }
        }
        let next = try await journal.store.read { try $0.nextAnnouncementDue() }
        wait(until: next)
    }

    /// The message and that it was sent are written together: a server that ends in between sends it at its next start,
    /// and never twice.
    private func release(_ id: String) async throws {
        let now = clock.now
        try await journal.write { [account = portal.account] transaction in
            guard var held = try transaction.store.announcement(id), held.due != nil else { return }
            held.due = nil
            if !held.isWithdrawn, let content = try? JSONValue.parse(held.content, limits: .stored),
                let announcement = try? Announcement(content, by: UserID(content["by"]?.string ?? ""))
            {
                // A board that was taken out of the portal meanwhile takes nothing any more. Whatever the reason, the
                // others must not wait for one that cannot be sent.
                do {
                    let draft = try EventDraft(
                        room: held.room, type: "m.room.message", sender: account, content: announcement.message,
                        timestamp: now)
                    held.event = try transaction.append(draft, to: held.room).eventID
                } catch is MatrixError {}
            }
            try transaction.store.setAnnouncement(held)
        }
    }

    func wait(until time: Int64?) {
        let delay = time.map { min(max(Duration.milliseconds($0 - clock.now), .zero), Self.longestWait) }
        let new = loop.schedule(after: delay ?? Self.longestWait) { [weak self] in
            Task { [weak self] in
                do { try await self?.releaseDue() } catch { self?.wait(until: nil) }
            }
        }
        let old = timer.withLock { timer in
            defer { timer = new }
            return timer
        }
        old?.cancel()
    }
}

extension Boards: RoleObserver {
    package func rolesChanged(of user: UserID) async throws {
        for (board, audience) in try await all() {
            if case .role = audience { try await updateMembers(of: board.id, audience) }
        }
    }
}

extension Boards: JournalObserver {
    /// Members who come to a group or leave it.
    package func published(_ publication: Publication) {
        let rooms = Set(
            publication.changes.compactMap { change -> RoomID? in
                guard case .event(let event) = change.kind, event.type == "m.room.member" else { return nil }
                return event.roomID
            })
        guard !rooms.isDisjoint(with: groups.withLock { $0 }) else { return }
        Task { [weak self] in
            // What fails now is done at the next start.
            try? await self?.groupsChanged(rooms)
        }
    }

    private func groupsChanged(_ rooms: Set<RoomID>) async throws {
        for (board, audience) in try await all() {
            if case .group(let id) = audience, rooms.contains(id) { try await updateMembers(of: board.id, audience) }
        }
    }
}
