import JSON
import MatrixAPI
import SQLite

extension TimelineReader {
    /// The item of an event, with its newest edit.
    mutating func item(_ stored: StoredEvent, _ annotations: TimelineAnnotations) throws -> TimelineItem {
        let event = stored.event
        let edit = edit(of: event, annotations)
        let content = try content(of: event, edited: edit)
        var item = TimelineItem(
            id: stored.transactionID ?? event.eventID, eventID: event.eventID, sender: try person(event.sender),
            isOwn: event.sender == owner, timestamp: event.timestamp, content: content)
        guard content != .redacted else { return item }
        item.isEdited = edit != nil
        item.threadRoot = event.threadRoot
        if let reply = event.relation?.genuineReply { item.reply = try self.reply(to: reply.string) }
        item.reactions = reactions(annotations.reactions[event.eventID] ?? [])
        item.thread = try thread(of: event, annotations)
        item.mentionsMe = !item.isOwn && mentionsOwner(edit ?? event.content)
        return item
    }

    /// The content that the newest edit by the event's own sender gives it; for old history the one that the server
    /// bundles with it.
    private func edit(of event: ReceivedEvent, _ annotations: TimelineAnnotations) -> JSONValue? {
        guard !event.isRedacted, event.stateKey == nil else { return nil }
        if let edit = annotations.edits[event.eventID]?.last(where: { $0.sender == event.sender }) {
            return edit.content
        }
        guard let bundled = event.value["unsigned"]?["m.relations"]?["m.replace"],
            bundled["sender"]?.string == event.sender
        else { return nil }
        return bundled["content"]?["m.new_content"]
    }

    /// An event's content as its sender's edits have left it; nil when the store has not got it.
    mutating func currentContent(of eventID: String) throws -> JSONValue? {
        guard let stored = try storedEvent(eventID) else { return nil }
        let annotations = try TimelineAnnotations(database, room: room, from: stored.position, to: stored.position)
        return edit(of: stored.event, annotations) ?? stored.event.content
    }

    private func reactions(_ found: [TimelineAnnotations.Reaction]) -> [TimelineItem.Reaction] {
        var reactions: [TimelineItem.Reaction] = []
        for reaction in found {
            if let index = reactions.firstIndex(where: { $0.key == reaction.key }) {
                // A second one of the same person is the same reaction.
                guard !reactions[index].people.contains(reaction.sender) else { continue }
                reactions[index].people.append(reaction.sender)
                reactions[index].count += 1
                if reaction.sender == owner { reactions[index].mine = true }
            } else {
                reactions.append(
                    TimelineItem.Reaction(
                        key: reaction.key, count: 1, mine: reaction.sender == owner, people: [reaction.sender]))
            }
        }
        return reactions
    }

    private func thread(
        of event: ReceivedEvent, _ annotations: TimelineAnnotations
    ) throws -> TimelineItem.ThreadSummary? {
        let bundled = event.value["unsigned"]?["m.relations"]?["m.thread"]
        let known = annotations.threads[event.eventID]
        let count = max(known?.count ?? 0, Int(clamping: bundled?["count"]?.int ?? 0))
        guard count > 0 else { return nil }
        var last = bundled?["latest_event"].flatMap { ReceivedEvent($0) }
        if let known { last = try storedEvents(from: known.last, to: known.last).first?.event ?? last }
        let text = last.flatMap { ReceivedEvent.text(of: $0.content) } ?? ""
        return TimelineItem.ThreadSummary(count: count, lastText: MessageText.oneLine(text))
    }

    /// What is answered, in one line.
    mutating func reply(to itemID: String) throws -> TimelineItem.ReplySummary {
        guard let eventID = try database.eventID(for: itemID), let stored = try storedEvent(eventID) else {
            if let entry = try database.entry(itemID) {
                return TimelineItem.ReplySummary(
                    eventID: itemID, sender: try person(owner), text: MessageText.oneLine(entry.text))
            }
            return TimelineItem.ReplySummary(eventID: itemID, sender: nil, text: "")
        }
        let annotations = try TimelineAnnotations(database, room: room, from: stored.position, to: stored.position)
        let content = try content(of: stored.event, edited: edit(of: stored.event, annotations))
        return TimelineItem.ReplySummary(
            eventID: eventID, sender: try person(stored.event.sender), text: MessageText.oneLine(content.plainText))
    }

    /// Source: Client-Server API, "User and room mentions". Messages of older clients say it in their links only.
    private func mentionsOwner(_ content: JSONValue) -> Bool {
        if let mentions = content["m.mentions"], mentions.isObject {
            if mentions["room"]?.bool == true { return true }
            return mentions["user_ids"]?.array?.contains { $0.string == owner } ?? false
        }
        return content["formatted_body"]?.string?.contains("https://matrix.to/#/\(owner)\"") ?? false
    }

    /// The item of something that waits, as it will look.
    mutating func item(_ entry: OutboxEntry) throws -> TimelineItem {
        var item = TimelineItem(
            id: entry.transactionID, eventID: entry.eventID, sender: try person(owner), isOwn: true,
            timestamp: entry.timestamp, content: entry.shownContent, sendState: entry.sendState)
        if let reply = entry.replyTo { item.reply = try self.reply(to: reply) }
        item.threadRoot = entry.thread
        return item
    }

    /// Shows what the outbox will do to items that are there already.
    func apply(_ entries: [OutboxEntry], to items: inout [TimelineItem]) {
        for entry in entries where !entry.isShown {
            guard let target = entry.target, entry.failure == nil || entry.kind == .edit else { continue }
            switch entry.kind {
            case .edit:
                guard let index = index(of: target, in: items), items[index].content != .redacted else { continue }
                items[index].content = entry.shownContent
                items[index].isEdited = true
                items[index].sendState = entry.sendState
            case .redaction:
                if let index = index(of: target, in: items) {
                    items[index].content = .redacted
                    items[index].reactions = []
                } else {
                    removeReaction(target, from: &items)
                }
            case .reaction:
                guard let index = index(of: target, in: items), let key = entry.key,
                    !entries.contains(where: { $0.kind == .redaction && $0.target == entry.transactionID })
                else { continue }
                addReaction(key, to: &items[index])
            case .message, .file, .submission: continue
            }
        }
    }

    private func index(of target: String, in items: [TimelineItem]) -> Int? {
        items.lastIndex { $0.id == target || $0.eventID == target }
    }

    private func addReaction(_ key: String, to item: inout TimelineItem) {
        if let index = item.reactions.firstIndex(where: { $0.key == key }) {
            guard !item.reactions[index].mine else { return }
            item.reactions[index].mine = true
            item.reactions[index].count += 1
            item.reactions[index].people.append(owner)
        } else {
            item.reactions.append(TimelineItem.Reaction(key: key, count: 1, mine: true, people: [owner]))
        }
    }

    /// A redaction of an own reaction waits.
    private func removeReaction(_ itemID: String, from items: inout [TimelineItem]) {
        guard let eventID = try? database.eventID(for: itemID), let reaction = try? database.reaction(eventID),
            let index = index(of: reaction.target, in: items),
            let place = items[index].reactions.firstIndex(where: { $0.key == reaction.key && $0.mine })
        else { return }
        items[index].reactions[place].mine = false
        items[index].reactions[place].count -= 1
        items[index].reactions[place].people.removeAll { $0 == owner }
        if items[index].reactions[place].count == 0 { items[index].reactions.remove(at: place) }
    }
}

extension Database {
    func reaction(_ eventID: String) throws -> (target: String, key: String)? {
        try first("SELECT target, key FROM relation WHERE event_id = ? AND kind = 'm.annotation'", eventID) {
            ($0.text(0), $0.text(1))
        }
    }

    /// One's own reactions with a key to an event.
    func reactions(to eventID: String, key: String, by sender: String) throws -> [String] {
        try all(
            "SELECT event_id FROM relation WHERE target = ? AND key = ? AND sender = ? AND kind = 'm.annotation'",
            eventID, key, sender
        ) { $0.text(0) }
    }
}
