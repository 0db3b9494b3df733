import JSON

/// What the server has of a conversation and the store lacks.
extension ConversationModel {
    /// Fetches what is missing in the window, while there is a connection.
    func fillGaps() {
        guard filling == nil, let gap = gaps.first, account.connection.state.isContinuous,
            let engine = account.parts?.engine
        else { return }
        let history = History(engine: engine, roomID: roomID)
        filling = Task { [weak self] in
            let isDone = (try? await history.fill(gap)) != nil
            self?.filling = nil
            // The next one begins when this one's slice is shown.
            if isDone { self?.reload() }
        }
    }

    /// There is a connection again.
    func connected() {
        fillGaps()
        guard window != nil else { return }
        Task { await loadMembers() }
    }

    /// The sync tells of members only when they speak; here all are wanted.
    func loadMembers() async {
        guard account.connection.state.isContinuous, members.count < memberCount,
            let engine = account.parts?.engine
        else { return }
        let roomID = roomID
        guard let answer = try? await engine.client.members(of: roomID) else { return }
        try? await engine.change { database, changes in
            let room = try database.room(roomID)
            for event in answer["chunk"]?.array ?? JSONValue.emptyArray {
                guard let event = ReceivedEvent(event), let key = event.stateKey, event.type == "m.room.member" else {
                    continue
                }
                try database.setMember(
                    key, content: event.content, previous: event.value["unsigned"]?["prev_content"],
                    sender: event.sender, timestamp: event.timestamp, in: room)
            }
            changes.members = [roomID]
        }
    }
}
