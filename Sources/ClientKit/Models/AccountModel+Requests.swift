/// Asking for chats, and answering those who ask.
extension AccountModel {
    /// Asks people for a chat. A direct conversation that is there already is taken again; several people make a group.
    /// - Parameter line: what they read with the request.
    /// - Throws: ``MatrixClientError``, ``TransportError``; no room is left behind then.
    package func ask(_ people: [String], line: String?) async throws -> ConversationModel {
        let parts = try running()
        let people = people.filter { $0 != userID }
        guard let first = people.first else {
            throw ClientError.nobodyChosen
        }
        let line = line.flatMap { $0.isEmpty ? nil : $0 }
        let isDirect = people.count == 1
        if isDirect, let known = directConversation(with: first) {
            if case .declined = known.requestState {
                try await parts.client.invite(first, to: known.roomID, line: line, isDirect: true)
                try await keepAsked([first], in: known.roomID, line: line, isDirect: true)
            }
            if let line { known.send(text: line) }
            return known
        }
        let roomID = try await parts.client.createRoom(
            isDirect: isDirect, preset: isDirect ? "trusted_private_chat" : "private_chat")
        do {
            for person in people {
                try await parts.client.invite(person, to: roomID, line: line, isDirect: isDirect)
            }
        } catch {
            try? await parts.client.leave(roomID)
            throw error
        }
        try await keepAsked(people, in: roomID, line: line, isDirect: isDirect)
        if isDirect { try? await addDirect(roomID, with: first) }
        guard let conversation = byRoom[roomID] else {
            throw ClientError.conversationEnded
        }
        // Who accepts finds the line in the conversation, too; other programs show only that.
        if let line { conversation.send(text: line) }
        return conversation
    }

    /// Shows at once what the next sync will tell.
    private func keepAsked(_ people: [String], in roomID: String, line: String?, isDirect: Bool) async throws {
        let (owner, now) = (userID, try running().engine.clock.now().wall)
        try await running().engine.change { database, changes in
            let room = try database.room(roomID)
            try database.setMembership("join", of: room, since: now)
            try database.addMember(owner, membership: "join", sender: owner, isDirect: false, at: now, in: room)
            for person in people {
                try database.addMember(
                    person, membership: "invite", sender: owner, isDirect: isDirect, at: now, in: room)
            }
            changes.summaries = [roomID]
        }
        await settle()
    }

    private func addDirect(_ roomID: String, with userID: String) async throws {
        let parts = try running()
        let content = try await parts.client.accountData(OwnAccountData.direct, user: self.userID)
        let changed = DirectRooms.adding(roomID, with: userID, to: content)
        try await parts.client.setAccountData(OwnAccountData.direct, changed, user: self.userID)
        try await parts.engine.change { database, changes in
            try database.setAccountData(OwnAccountData.direct, changed)
            changes.summaries = [roomID]
            changes.contacts = true
        }
    }

    /// - Throws: ``MatrixClientError``, ``TransportError``.
    package func accept(_ request: ChatRequest) async throws -> ConversationModel {
        let parts = try running()
        try await parts.client.join(request.roomID)
        let (owner, now) = (userID, parts.engine.clock.now().wall)
        try await parts.engine.change { database, changes in
            let room = try database.room(request.roomID)
            try database.setMembership("join", of: room, since: now)
            if let own = try database.member(owner, in: room) {
                try database.addMember(
                    owner, membership: "join", sender: owner, isDirect: own.isDirect, at: now, in: room)
            }
            changes.summaries = [request.roomID]
            changes.requests = true
        }
        if request.isDirect { try? await addDirect(request.roomID, with: request.from.userID) }
        await settle()
        guard let conversation = byRoom[request.roomID] else {
            throw ClientError.conversationEnded
        }
        return conversation
    }

    package func decline(_ request: ChatRequest) async throws {
        let parts = try running()
        do {
            try await parts.client.leave(request.roomID)
        } catch let error as MatrixClientError where error.status == 403 || error.status == 404 {
            // Withdrawn meanwhile.
        }
        try await left(request.roomID)
    }

    func left(_ roomID: String) async throws {
        let parts = try running()
        let now = parts.engine.clock.now().wall
        try await parts.engine.change { database, changes in
            try database.setMembership("leave", of: try database.room(roomID), since: now)
            changes.summaries = [roomID]
            changes.requests = true
        }
        await settle()
    }
}
