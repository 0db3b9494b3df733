import JSON
import MatrixAPI

/// Reads what the models have to be told. Works on the store's queue.
struct ModelReader {
    let database: Database
    let owner: String
    /// What is open, with the window's generation.
    let windows: [String: (window: TimelineWindow, generation: Int)]

    func update(for changes: StoreChanges) throws -> ModelUpdate {
        var update = ModelUpdate()
        update.calls = changes.calls
        update.departures = changes.departures
        let summaries = try SummaryReader(database, owner: owner)
        let portal = PortalReader(database: database, owner: owner)
        var rooms = changes.summaries.union(changes.members)
        if changes.allSummaries { rooms.formUnion(try database.roomIDs("join")) }
        for roomID in rooms.sorted() {
            guard let summary = try summaries.summary(roomID) else { continue }
            update.summaries.append(summary)
            if summary.portalType != nil, let room = try portal.snapshot(roomID) { update.portalRooms.append(room) }
        }
        if changes.portal {
            update.portalDirectory = try database.value(PortalDirectory.value).flatMap { PortalDirectory(text: $0) }
        }
        if changes.portal || changes.outbox { update.submissions = try portal.allSubmissions() }
        update.portalIsOutdated = changes.portalIsOutdated
        if changes.instructions { update.instructions = try database.instructions(limit: 200) }
        for (roomID, open) in windows {
            if changes.timelines.contains(roomID) || changes.members.contains(roomID),
                var reader = try TimelineReader(database, owner: owner, roomID: roomID)
            {
                update.slices[roomID] = (try reader.slice(open.window), open.generation)
            }
            if changes.members.contains(roomID) { update.members[roomID] = try members(of: roomID) }
        }
        for (roomID, users) in changes.typing {
            guard var reader = try TimelineReader(database, owner: owner, roomID: roomID) else { continue }
            update.typing[roomID] = try users.map { try reader.person($0) }
        }
        update.people = try changes.people.map { try database.person($0) }
        if changes.contacts || !changes.people.isEmpty || !rooms.isEmpty { update.contacts = try contacts(summaries) }
        if changes.profile { update.profile = try database.person(owner) }
        if changes.outbox { update.waiting = try database.countWaiting() }
        update.requestsChanged = changes.requests
        update.notices = try NoticeReader(database: database, owner: owner, summaries: summaries).notices(
            changes.arrived)
        return update
    }

    /// Everybody of a room who is there or asked.
    func members(of roomID: String) throws -> [Person] {
        guard let room = try database.knownRoom(roomID) else { return [] }
        return try database.members(of: room).filter { $0.membership == "join" || $0.membership == "invite" }.map {
            var person = $0.person
            let known = try database.person($0.userID)
            person.presence = known.presence
            if $0.displayName == nil { person.displayName = known.displayName }
            return person
        }
    }

    /// People of direct rooms and those who were added.
    func contacts(_ summaries: SummaryReader) throws -> ContactList {
        let kept = ContactData(try database.accountData(OwnAccountData.contacts))
        var userIDs = Set(kept.groups.keys)
        let joined = Set(try database.roomIDs("join"))
        for (room, users) in summaries.direct where joined.contains(room) { userIDs.formUnion(users) }
        userIDs.remove(owner)
        var people: [Person] = []
        for userID in userIDs where UserID(userID) != nil {
            var person = try database.person(userID)
            person.isContact = kept.groups[userID] != nil
            person.group = kept.groups[userID] ?? nil
            people.append(person)
        }
        return ContactList(people: people, groups: Set(kept.groups.values.compactMap { $0 }).sorted())
    }
}
