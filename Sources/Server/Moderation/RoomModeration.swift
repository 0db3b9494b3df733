import JSON
package import MatrixAPI
package import Store

/// What administrators see of rooms and do to them: those in which they are not, too.
package struct RoomModeration: Sendable {
    /// Events looked at, or members put out, in one proposal, so that others get their turn between.
    private static let atOnce = 50
    private static let purgedAtOnce = 500

    private let journal: Journal
    private let portal: Portal?
    private let clock: WallClock

    /// - Parameter portal: whose rooms are not to be closed; nil where there is none.
    package init(journal: Journal, portal: Portal? = nil, clock: WallClock = .system) {
        self.journal = journal
        self.portal = portal
        self.clock = clock
    }

    /// A room as an administrator sees it.
    package struct Overview: Sendable {
        package let row: StoredRoom
        package let room: RoomSnapshot
        package let isClosed: Bool
        package let aliases: [RoomAlias]
    }

    /// Behind `after`, ordered by identifier.
    package func list(after: RoomID?, limit: Int) async throws -> [Overview] {
        try await journal.store.read { [journal] reader in
            try reader.rooms(after: after, limit: limit).compactMap { try Self.overview($0, journal, reader) }
        }
    }

    /// - Throws: `M_NOT_FOUND`.
    package func room(_ id: RoomID) async throws -> Overview {
        let found = try await journal.store.read { [journal] reader in
            try reader.room(id).flatMap { try Self.overview($0, journal, reader) }
        }
        guard let found else { throw Self.notFound }
        return found
    }

    /// The room that an identifier or an alias stands for.
    /// - Throws: `M_NOT_FOUND`.
    package func resolve(_ idOrAlias: String) async throws -> RoomID {
        if let id = RoomID(idOrAlias) { return id }
        guard let alias = RoomAlias(idOrAlias),
            let found = try await journal.store.read({ try $0.alias(alias)?.room })
        else { throw Self.notFound }
        return found
    }

    private static func overview(
        _ row: StoredRoom, _ journal: Journal, _ reader: any StoreReader
    ) throws -> Overview? {
        guard let room = try journal.room(row.id, reader) else { return nil }
        return Overview(
            row: row, room: room, isClosed: try reader.isClosed(row.id), aliases: try reader.aliases(of: row.id))
    }

    // MARK: Closing

    /// Puts everybody out of a room, takes it out of the directory with its aliases, and lets nobody in again. What was
    /// written there stays for those who were in it.
    /// - Throws: `M_NOT_FOUND`; `M_INVALID_PARAM` for a room of the portal, which the server goes on to write to.
    package func close(_ id: RoomID) async throws {
        try await requireNotOfPortal(id)
        try await journal.write { transaction in
            _ = try transaction.existingRoom(id)
            try transaction.store.setClosed(true, room: id)
            try transaction.store.setPublic(false, room: id)
            for alias in try transaction.store.aliases(of: id) { try transaction.store.deleteAlias(alias) }
        }
        guard let room = try await journal.room(id) else { return }
        let present = room.users(with: .join) + room.users(with: .invite) + room.users(with: .knock)
        for batch in present.sorted().batches(of: Self.atOnce) {
            let now = clock.now
            try await journal.write { transaction in
                for user in batch {
                    let content = JSONValue.object { object in
                        object.member("membership", "leave")
                        object.member("reason", MembershipChange.roomIsClosed.message)
                    }
                    let draft = try EventDraft(
                        room: id, type: "m.room.member", stateKey: user.string, sender: user, content: content,
                        timestamp: now)
                    // Who left meanwhile needs nothing.
                    do { try transaction.append(draft, to: id) } catch is MatrixError { continue }
                }
            }
        }
    }

    private func requireNotOfPortal(_ id: RoomID) async throws {
        guard let portal, portal.space != nil else { return }
        if portal.space == id {
            throw MatrixError.invalidParam("This is the portal itself: it is switched off in the configuration")
        }
        if let room = try await portal.all().first(where: { $0.id == id }) {
            throw MatrixError.invalidParam(
                "\(room.name) is a room of the portal: take it out with `mado portal remove` first")
        }
        if try await portal.findAdministratorsRoom() == id {
            throw MatrixError.invalidParam("The portal tells its administrators in this room what they have to know")
        }
    }

    /// Lets people in again; who was in it has to be invited, or to join.
    /// - Throws: `M_NOT_FOUND`.
    package func reopen(_ id: RoomID) async throws {
        try await journal.write { transaction in
            _ = try transaction.existingRoom(id)
            try transaction.store.setClosed(false, room: id)
        }
    }

    // MARK: History

    /// Deletes what was written before a time (milliseconds since 1970) for good. State stays, and so does the room's
    /// newest event.
    /// - Returns: how many events there were.
    /// - Throws: `M_NOT_FOUND`.
    package func purge(_ id: RoomID, before time: Int64) async throws -> Int {
        _ = try await room(id)
        var deleted = 0
        var after: Int64? = 0
        while let start = after {
            let page = try await journal.write { transaction in
                try transaction.store.purgeEvents(
                    in: id, after: start, before: time, limit: Self.purgedAtOnce)
            }
            deleted += page.deleted
            after = page.next
        }
        return deleted
    }

    /// The same in all rooms.
    package func purgeAll(before time: Int64) async throws -> Int {
        var deleted = 0
        var last: RoomID?
        while true {
            let page = try await journal.store.read { [last] in try $0.rooms(after: last, limit: 100) }
            guard let end = page.last else { return deleted }
            for room in page { deleted += try await purge(room.id, before: time) }
            last = end.id
        }
    }

    /// Takes the content out of everything that a member wrote, in every room; memberships stay.
    /// - Returns: how many events there were.
    package func redactAll(by user: UserID, serverName: String) async throws -> Int {
        let sender = ServerNotices.sender(on: serverName)
        var redacted = 0
        for room in try await journal.memberships(of: user).keys.sorted() {
            var after: Int64 = 0
            while true {
                let page = try await journal.store.read { [after] reader in
                    try reader.events(
                        in: room, after: after, through: .max, order: .forward, limit: Self.purgedAtOnce)
                }
                guard let end = page.last else { break }
                let targets = page.filter {
                    $0.sender == user && !$0.isState && $0.type != "m.room.redaction" && $0.redactedBecause == nil
                }
                for batch in targets.batches(of: Self.atOnce) {
                    let drafts = try batch.map { try redaction(of: $0, by: sender) }
                    try await journal.write { transaction in
                        for (target, draft) in drafts {
                            // Purged meanwhile.
                            do { try transaction.moderate(draft, redacting: target, in: room) } catch is MatrixError {}
                        }
                    }
                }
                redacted += targets.count
                after = end.position
            }
        }
        return redacted
    }

    private func redaction(of event: Event, by sender: UserID) throws -> (EventID, EventDraft) {
        let draft = try EventDraft(
            room: event.roomID, type: "m.room.redaction", sender: sender,
            content: .object { content in
                content.member("reason", "Removed by an administrator")
                content.member("redacts", event.eventID.string)
            }, timestamp: clock.now, redacts: event.eventID)
        return (event.eventID, draft)
    }

    private static let notFound = MatrixError.notFound("There is no such room")
}
