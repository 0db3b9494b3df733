import Glibc

extension ConversationModel {
    /// Puts a message into the outbox. Light Markdown becomes formatted text.
    /// - Parameter mentions: user ids.
    package func send(text: String, replyTo: String? = nil, thread: String? = nil, mentions: [String] = []) {
        guard !text.isEmpty else { return }
        var entry = newEntry(.message)
        entry.text = text
        entry.replyTo = replyTo
        entry.thread = thread
        entry.mentions = mentions.map { userID in
            let member = members.first { $0.userID == userID } ?? account.person(userID)
            return LightMarkdown.Mention(userID: userID, name: member.displayName)
        }
        add(entry)
    }

    /// Puts a file into the outbox: it is copied, so that the original may go.
    /// - Parameter isTemporary: the original goes as soon as its copy is in the outbox.
    package func send(
        file path: String, mimeType: String, name: String, kind: FileKind, width: Int? = nil, height: Int? = nil,
        duration: Int64? = nil, caption: String? = nil, still: Still? = nil, isTemporary: Bool = false
    ) {
        guard let parts = account.parts else { return }
        var entry = newEntry(.file)
        entry.text = caption ?? ""
        let copy = "\(parts.engine.filesFolder)/\(entry.transactionID)"
        let described = OutboxFile(
            path: copy, mimeType: mimeType, name: name, kind: kind, size: 0, width: width, height: height,
            duration: duration, still: still.map { $0.copied(to: copy + "-still") })
        parts.engine.submit { [entry] database, changes in
            var entry = entry
            var file = described
            file.size = try FileFolder.copy(path, to: copy)
            if let still, let path = file.still?.path { file.still?.size = try FileFolder.copy(still.path, to: path) }
            entry.file = file
            try database.addEntry(entry)
            changes = .outbox(in: entry.roomID)
        } committed: {
            // Not before: the copies go with an entry that could not be kept.
            if isTemporary { unlink(path) }
            if let still { unlink(still.path) }
        }
        parts.sendSoon()
    }

    package func edit(_ itemID: String, text: String) {
        let names = items.first { $0.id == itemID }
        submit { database, conversation in
            if let waiting = try database.entry(itemID), waiting.eventID == nil {
                return try conversation.changeWaiting(waiting, text: text, in: database)
            }
            var entry = conversation.newEntry(.edit)
            entry.target = names?.eventID ?? itemID
            entry.text = text
            entry.captioned = try conversation.fileContent(of: itemID, names?.eventID, in: database)
            entry.mentions = try conversation.mentions(of: itemID, names?.eventID, in: database).filter {
                $0.isNamed(in: text)
            }
            try database.addEntry(entry)
        }
    }

    package func redact(_ itemID: String, reason: String? = nil) {
        let eventID = items.first { $0.id == itemID }?.eventID
        submit { database, conversation in
            if let waiting = try database.entry(itemID), waiting.eventID == nil {
                return try conversation.takeBack(waiting, in: database)
            }
            var entry = conversation.newEntry(.redaction)
            entry.target = eventID ?? itemID
            entry.reason = reason
            try database.addEntry(entry)
        }
    }

    /// Adds one's own reaction or takes it back.
    package func react(_ itemID: String, key: String) {
        let eventID = items.first { $0.id == itemID }?.eventID
        submit { database, conversation in
            let target = eventID ?? itemID
            let entries = try database.entries(of: conversation.roomID)
            // What is on its way out already counts as gone.
            var gone = Set(entries.filter { $0.kind == .redaction }.compactMap(\.target))
            for id in gone {
                if let eventID = try database.eventID(for: id) { gone.insert(eventID) }
            }
            let waiting = entries.filter {
                $0.kind == .reaction && $0.key == key && ($0.target == target || $0.target == itemID)
                    && !gone.contains($0.transactionID)
            }
            let sent = try database.reactions(to: target, key: key, by: conversation.owner).filter {
                !gone.contains($0)
            }
            guard waiting.isEmpty, sent.isEmpty else {
                for entry in waiting { try conversation.takeBack(entry, in: database) }
                for reaction in sent {
                    var entry = conversation.newEntry(.redaction)
                    entry.target = reaction
                    try database.addEntry(entry)
                }
                return
            }
            var entry = conversation.newEntry(.reaction)
            entry.target = target
            entry.key = key
            try database.addEntry(entry)
        }
    }

    /// Takes an entry out of the outbox. One that the server may have already is taken back there.
    package func withdraw(_ itemID: String) {
        submit { database, conversation in
            for entry in try conversation.waiting(itemID, in: database) {
                try conversation.takeBack(entry, in: database)
            }
        }
    }

    /// Tries an entry again that had failed.
    package func retry(_ itemID: String) {
        submit { database, conversation in
            for entry in try conversation.waiting(itemID, in: database) { try database.setFailure(nil, of: entry.id) }
        }
    }

    package func editWaiting(_ itemID: String, text: String) { edit(itemID, text: text) }

    // MARK: The outbox

    private func newEntry(_ kind: OutboxEntry.Kind) -> OutboxEntry { place.newEntry(kind) }

    private var place: OutboxPlace {
        OutboxPlace(
            roomID: roomID, owner: account.userID, now: account.parts?.engine.clock.now().wall ?? 0,
            engine: account.parts?.engine)
    }

    private func add(_ entry: OutboxEntry) { submit { database, _ in try database.addEntry(entry) } }

    private func submit(_ body: @escaping @Sendable (Database, OutboxPlace) throws -> Void) {
        guard let parts = account.parts else { return }
        let place = place
        parts.engine.submit { database, changes in
            try body(database, place)
            changes = .outbox(in: place.roomID)
        }
        parts.sendSoon()
    }
}
