import JSON

extension ConversationModel {
    package func setDraft(_ draft: Draft) {
        knowsDraft = true
        guard self.draft != draft else { return }
        self.draft = draft
        let roomID = roomID
        account.parts?.engine.submit { database, _ in try database.setDraft(draft, of: roomID) }
        changes.notify(.draft)
    }

    /// Tells the others, at most every so often while typing goes on.
    package func setTyping(_ isTyping: Bool) {
        guard account.client?.settings.sendTyping ?? true, account.connection.state.isContinuous,
            let engine = account.parts?.engine
        else { return }
        let now = engine.clock.now().uptime
        guard isTyping != self.isTyping || (isTyping && now - typingTold > 20_000) else { return }
        self.isTyping = isTyping
        typingTold = now
        let (client, user, roomID) = (engine.client, account.userID, roomID)
        Task { try? await client.setTyping(isTyping, user: user, in: roomID) }
    }

    /// Everything up to the newest shown item has been read.
    package func markRead() {
        guard let parts = account.parts,
            let eventID = items.last(where: { $0.eventID != nil && $0.content != .gap })?.eventID
        else { return }
        if unread != 0 || highlights != 0 {
            unread = 0
            highlights = 0
            changes.notify(.summary)
            account.changes.notify(.unread)
        }
        guard readTold != eventID else { return }
        readTold = eventID
        let (owner, roomID, now) = (account.userID, roomID, parts.engine.clock.now().wall)
        let isPublic = account.client?.settings.sendReceipts ?? true
        parts.engine.submit { database, _ in
            let room = try database.room(roomID)
            // The newest wins, wherever the receipt comes from.
            if let read = try database.readPosition(of: owner, in: room),
                let place = try database.position(of: eventID, in: room), place <= read
            {
                return
            }
            try database.setReceipt(
                owner, kind: "m.fully_read", thread: "", eventID: eventID, timestamp: now, in: room)
            try database.setUnread(0, highlights: 0, of: room)
            try database.setValue("\(isPublic ? "+" : "-")\(eventID)", for: ReadMarks.name(roomID))
        }
        guard parts.engine.sendsAtOnce else { return }
        Task { await parts.engine.sendReadMarks() }
    }

    package func setMuted(_ muted: Bool) async throws {
        try await account.running().client.setMuted(muted, roomID: roomID)
        isMuted = muted
        changes.notify(.summary)
        account.changes.notify(.unread)
    }

    /// - Throws: ``MatrixClientError``, ``TransportError``; those before the one that failed are invited.
    package func invite(_ people: [String]) async throws {
        let client = try account.running().client
        for person in people { try await client.invite(person, to: roomID, line: nil, isDirect: false) }
    }

    package func leave() async throws {
        try await account.running().client.leave(roomID)
        try await account.left(roomID)
    }

    package func setTitle(_ title: String) async throws {
        let content = JSONWriter.object { $0.member("name", title) }
        try await account.running().client.setState("m.room.name", "", content, in: roomID)
    }
}
