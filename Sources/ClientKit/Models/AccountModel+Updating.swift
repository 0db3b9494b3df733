extension AccountModel {
    /// Puts what was read from the store in place, then tells everybody of it.
    func apply(_ update: ModelUpdate) {
        var told: [AccountChange] = []
        for person in update.people { take(person, &told) }
        let unreadBefore = unread
        if takeSummaries(update.summaries) { told.append(.conversations) }
        if unread != unreadBefore { told.append(.unread) }
        if takeRequests(update.summaries) || update.requestsChanged { told.append(.requests) }
        if let list = update.contacts, take(list) { told.append(.contacts) }
        if let profile = update.profile,
            profile.displayName != self.profile.displayName
                || profile.avatar != self.profile.avatar
        {
            self.profile.displayName = profile.displayName
            self.profile.avatar = profile.avatar
            told.append(.profile)
        }
        if let waiting = update.waiting {
            waitingToSend = waiting
            told.append(.outbox)
        }
        for (roomID, members) in update.members { byRoom[roomID]?.take(members: members) }
        for (roomID, people) in update.typing { byRoom[roomID]?.take(typing: people) }
        for (roomID, open) in update.slices { byRoom[roomID]?.take(open.slice, generation: open.generation) }
        if portal.take(update) { told.append(.portal) }
        if !update.notices.isEmpty { told.append(.newMessages(update.notices)) }
        for change in told { changes.notify(change) }
        for (roomID, userID) in update.departures { client?.calls.left(userID, roomID: roomID, self) }
        client?.calls.take(update.calls, self)
    }

    private func take(_ person: Person, _ told: inout [AccountChange]) {
        guard known[person.userID] != person else { return }
        known[person.userID] = person
        for conversation in byRoom.values { conversation.take(presence: person) }
        told.append(.presence(userID: person.userID))
    }

    /// - Returns: whether the list of conversations is another one.
    private func takeSummaries(_ summaries: [RoomSummary]) -> Bool {
        guard !summaries.isEmpty else { return false }
        let before = conversations.map(\.roomID)
        var changed: [ConversationModel] = []
        for summary in summaries {
            guard summary.membership == "join", summary.portalType == nil else {
                byRoom.removeValue(forKey: summary.roomID)?.end()
                continue
            }
            for member in summary.members where known[member.userID] == nil { known[member.userID] = member }
            let conversation = byRoom[summary.roomID] ?? ConversationModel(roomID: summary.roomID, account: self)
            byRoom[summary.roomID] = conversation
            if conversation.take(summary) { changed.append(conversation) }
        }
        conversations = byRoom.values.sorted { ($0.activity, $1.roomID) > ($1.activity, $0.roomID) }
        for conversation in changed { conversation.changes.notify(.summary) }
        return conversations.map(\.roomID) != before
    }

    private func takeRequests(_ summaries: [RoomSummary]) -> Bool {
        let before = requests
        for summary in summaries {
            requests.removeAll { $0.roomID == summary.roomID }
            guard let request = summary.request else { continue }
            requests.append(request)
            if request.from.avatar == nil { learn(request.from.userID, for: summary.roomID) }
        }
        requests.sort { ($0.at, $0.roomID) > ($1.at, $1.roomID) }
        return requests != before
    }

    private func take(_ list: ContactList) -> Bool {
        let before = (contacts, groups)
        groups = list.groups
        contacts = list.people.sorted { left, right in
            let (first, second) = (left.presence.availability.rank, right.presence.availability.rank)
            if first != second { return first < second }
            let names = (left.displayName.lowercased(), right.displayName.lowercased())
            return names.0 != names.1 ? names.0 < names.1 : left.userID < right.userID
        }
        for person in contacts { known[person.userID] = person }
        return before != (contacts, groups)
    }
}

extension Availability {
    /// Who can be spoken to comes first.
    var rank: Int {
        switch self {
        case .ready: 0
        case .busy: 1
        case .away: 2
        case .offline, .invisible, .unknown: 3
        }
    }
}
