extension ConversationModel {
    /// The messages of a thread, its root first: from the store, and what that lacks from the server when it can be asked.
    package func threadItems(_ rootID: String) async -> [TimelineItem] {
        let known = await knownThreadItems(rootID)
        let isWhole = known.first.map { $0.eventID == rootID && known.count > $0.thread?.count ?? 0 } ?? false
        guard !isWhole, account.connection.state.isContinuous, let engine = account.parts?.engine,
            let fetched = try? await History(engine: engine, roomID: roomID).thread(rootID)
        else { return known }
        fetchedThreads[rootID] = fetched
        return await knownThreadItems(rootID)
    }

    private func knownThreadItems(_ rootID: String) async -> [TimelineItem] {
        guard let engine = account.parts?.engine else { return [] }
        let (owner, roomID, fetched) = (account.userID, roomID, fetchedThreads[rootID] ?? [])
        let items = try? await engine.store.read { database -> [TimelineItem] in
            guard var reader = try TimelineReader(database, owner: owner, roomID: roomID) else { return [] }
            return try reader.thread(rootID, fetched: fetched)
        }
        return items ?? []
    }
}
