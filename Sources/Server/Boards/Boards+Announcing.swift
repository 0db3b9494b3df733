import JSON
package import MatrixAPI
package import Store

/// Putting something on a board, changing it, taking it off.
extension Boards {
    /// What became of an announcement.
    package struct Outcome: Sendable {
        package let id: String
        package let room: RoomID
        /// nil as long as it is held back.
        package let event: EventID?
        package let heldUntil: Int64?
    }

    /// - Throws: `M_NOT_FOUND` when there is no such audience; `M_INVALID_PARAM` when its time is over already.
    package func announce(_ announcement: Announcement, to audience: Audience) async throws -> Outcome {
        let now = clock.now
        if let until = announcement.until, until <= now {
            throw MatrixError.invalidParam("until_ts is over already")
        }
        let board = try await board(of: audience)
        let due = announcement.from.flatMap { $0 > now ? $0 : nil }
        let draft = try EventDraft(
            room: board, type: "m.room.message", sender: portal.account, content: announcement.message, timestamp: now)
        let id = RandomBytes.token(12)
        let account = portal.account
        let stored = try await journal.write { transaction in
            var stored = StoredAnnouncement(
                id: id, room: board, author: announcement.author ?? account, content: Array(announcement.json.bytes),
                created: transaction.now, due: due, event: nil)
            if due == nil { stored.event = try transaction.append(draft, to: board).eventID }
            try transaction.store.setAnnouncement(stored)
            return stored
        }
        if due != nil { wait(until: try await journal.store.read { try $0.nextAnnouncementDue() }) }
        return Outcome(id: id, room: board, event: stored.event, heldUntil: due)
    }

    /// Puts another text in its place; what is held back stays so, until its time or another one.
    /// - Throws: `M_NOT_FOUND`; `M_TOO_LARGE`.
    package func change(_ id: String, to announcement: Announcement) async throws {
        let now = clock.now
        let account = portal.account
        try await journal.write { transaction in
            var stored = try Self.existing(id, transaction.store)
            stored.content = Array(announcement.json.bytes)
            if let event = stored.event {
                let draft = try EventDraft(
                    room: stored.room, type: "m.room.message", sender: account,
                    content: announcement.replacement(of: event), timestamp: now)
                try transaction.append(draft, to: stored.room)
            } else {
                // What could not be sent when its time has come is refused now.
                _ = try EventDraft(
                    room: stored.room, type: "m.room.message", sender: account, content: announcement.message,
                    timestamp: now)
                stored.due = announcement.from.map { max($0, now) } ?? now
            }
            try transaction.store.setAnnouncement(stored)
        }
        try await releaseDue()
    }

    /// Takes it off the board; what is held back is never sent.
    /// - Throws: `M_NOT_FOUND`.
    package func withdraw(_ id: String) async throws {
        let stored = try await journal.write { transaction in
            var stored = try Self.existing(id, transaction.store)
            stored.isWithdrawn = true
            stored.due = nil
            try transaction.store.setAnnouncement(stored)
            return stored
        }
        guard let event = stored.event else { return }
        _ = try await portal.rooms.redact(event, in: stored.room, by: portal.account)
    }

    private static func existing(_ id: String, _ reader: any StoreReader) throws -> StoredAnnouncement {
        guard let stored = try reader.announcement(id), !stored.isWithdrawn else {
            throw MatrixError.notFound("There is no such announcement")
        }
        return stored
    }

    /// Newest first, withdrawn ones left out.
    package func announcements() async throws -> [StoredAnnouncement] {
        try await journal.store.read { try $0.announcements(limit: 500) }.filter { !$0.isWithdrawn }
    }

    /// - Throws: `M_NOT_FOUND`.
    package func announcement(_ id: String) async throws -> StoredAnnouncement {
        try await journal.store.read { try Self.existing(id, $0) }
    }

    // MARK: Who has seen it

    package struct Seen: Sendable {
        package let seen: [UserID]
        /// Those who could, the portal's account left out.
        package let audience: Int
    }

    /// Those who have read as far as the announcement.
    /// - Throws: `M_NOT_FOUND` when there is no such message.
    package func seen(_ event: EventID, in board: RoomID) async throws -> Seen {
        let account = portal.account
        return try await journal.store.read { [journal] reader in
            guard let announced = try reader.event(event, in: board), let room = try journal.room(board, reader) else {
                throw MatrixError.notFound("There is no such announcement")
            }
            let members = Set(room.users(with: .join)).subtracting([account])
            let readers = try reader.receipts(in: board).filter { receipt in
                receipt.type == Receipts.Kind.read.rawValue && receipt.eventPosition >= announced.position
                    && members.contains(receipt.user)
            }
            return Seen(seen: Set(readers.map(\.user)).sorted(), audience: members.count)
        }
    }

    // MARK: Who may

    /// Whether a member may announce to an audience: administrators and announcers to all, others where the board's or
    /// the group's levels let them.
    package func mayAnnounce(_ user: UserID, to audience: Audience) async throws -> Bool {
        if try await mayAnnounceToAll(user) { return true }
        if let board = try await all().first(where: { $0.audience == audience })?.board,
            board.room.isJoined(user), board.room.levels?.allows(user, toSend: "m.room.message", asState: false) == true
        {
            return true
        }
        guard case .group(let id) = audience, let room = try await journal.room(id) else { return false }
        return Self.leads(user, room)
    }

    private func mayAnnounceToAll(_ user: UserID) async throws -> Bool {
        if try await portal.administrators().contains(user) { return true }
        return try await roles.roles(of: user).contains(Self.announcerRole)
    }

    /// Whether the member looks after the group: who may change what it is called.
    private static func leads(_ user: UserID, _ room: RoomSnapshot) -> Bool {
        room.isJoined(user) && room.type == nil && room.text("m.room.name", "name") != nil
            && room.levels?.allows(user, toSend: "m.room.name", asState: true) == true
    }

    /// The audiences that a member may announce to.
    func audiences(for user: UserID) async throws -> [Audience] {
        var audiences: [Audience] = []
        let boards = try await all()
        if try await mayAnnounceToAll(user) {
            audiences = [.all] + Set(try await roles.all().map(\.role)).sorted().map(Audience.role)
            audiences += boards.map(\.audience).filter { !audiences.contains($0) }
        } else {
            for (board, audience) in boards where board.room.isJoined(user) {
                if board.room.levels?.allows(user, toSend: "m.room.message", asState: false) == true {
                    audiences.append(audience)
                }
            }
        }
        for (id, membership) in try await journal.memberships(of: user) where membership.membership == .join {
            guard let room = try await journal.room(id), Self.leads(user, room) else { continue }
            if !audiences.contains(.group(id)) { audiences.append(.group(id)) }
        }
        return audiences
    }
}
