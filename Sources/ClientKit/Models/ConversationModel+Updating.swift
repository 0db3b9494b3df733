extension ConversationModel {
    /// - Returns: whether something of it is new.
    func take(_ summary: RoomSummary) -> Bool {
        let before = self.summary
        title = summary.title
        topic = summary.topic
        avatar = summary.avatar
        isDirect = summary.isDirect
        isEncrypted = summary.isEncrypted
        isReadOnly = summary.isReadOnly
        canRedactOthers = summary.canRedactOthers
        isMuted = summary.isMuted
        memberCount = summary.memberCount
        requestState = summary.requestState
        unread = summary.unread
        highlights = summary.highlights
        lastMessage = summary.lastMessage
        activity = summary.activity
        if !hasAllMembers { take(members: summary.members) }
        // Later summaries may have been read before what was set here reached the store.
        if !knowsDraft {
            knowsDraft = true
            if draft != summary.draft {
                draft = summary.draft
                changes.notify(.draft)
            }
        }
        return before != self.summary
    }

    private var summary: RoomSummary {
        var summary = RoomSummary(roomID: roomID, membership: "join")
        summary.title = title
        summary.topic = topic
        summary.avatar = avatar
        summary.isDirect = isDirect
        summary.isEncrypted = isEncrypted
        summary.isReadOnly = isReadOnly
        summary.canRedactOthers = canRedactOthers
        summary.isMuted = isMuted
        summary.memberCount = memberCount
        summary.requestState = requestState
        summary.unread = unread
        summary.highlights = highlights
        summary.lastMessage = lastMessage
        return summary
    }

    func take(members new: [Person]) {
        guard members != new else { return }
        members = new
        changes.notify(.members)
    }

    func take(typing people: [Person]) {
        guard typing != people else { return }
        typing = people
        changes.notify(.typing)
    }

    func take(presence person: Person) {
        guard let index = members.firstIndex(where: { $0.userID == person.userID }),
            members[index].presence != person.presence
        else { return }
        members[index].presence = person.presence
        changes.notify(.members)
    }

    /// Puts the window's contents in place and says what is new in them.
    func take(_ slice: TimelineSlice, generation: Int) {
        guard generation == self.generation, window != nil else { return }
        gaps = slice.gaps
        hasNewer = slice.hasNewer
        let isOlderNew = hasOlder != slice.hasOlder
        hasOlder = slice.hasOlder
        for step in ItemsDifference.steps(from: items, to: slice.items) {
            items = step.items
            changes.notify(.items(step.change))
        }
        if isOlderNew { changes.notify(.summary) }
        fillGaps()
    }

    func showProgress(_ fraction: Double, of transactionID: String) {
        guard let index = items.lastIndex(where: { $0.id == transactionID }), items[index].eventID == nil else {
            return
        }
        items[index].sendState = .sending(progress: min(max(fraction, 0), 1))
        changes.notify(.items(.updated([index])))
    }

    /// The member is in the room no more.
    func end() {
        close()
        isReadOnly = true
        changes.notify(.summary)
    }
}
