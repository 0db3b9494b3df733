extension PortalModel {
    /// Joins a feed, a channel or an application. Nothing happens when it is joined already.
    /// - Throws: ``MatrixClientError``, ``TransportError``.
    package func join(_ roomID: String) async throws {
        let parts = try account.running()
        if try await parts.engine.store.read({ database in
            try database.knownRoom(roomID).map { try database.membership(of: $0) == "join" } ?? false
        }) {
            return
        }
        try await parts.client.join(roomID)
        // The list says so at once; what is in it comes by sync.
        await parts.engine.fetchPortal()
        await account.settle()
    }

    /// Subscribes to a feed or ends that; ended, it stays so.
    /// - Throws: ``MatrixClientError``, ``TransportError``.
    package func setSubscribed(_ isSubscribed: Bool, _ roomID: String) async throws {
        if isSubscribed { return try await join(roomID) }
        try await account.running().client.leave(roomID)
        try await account.left(roomID)
        await account.parts?.engine.fetchPortal()
        await account.settle()
    }

    /// - Throws: ``MatrixClientError`` when the server refuses the rule, ``TransportError``.
    package func setRule(_ rule: DeliveryRule, of roomID: String) async throws {
        let parts = try account.running()
        let content = rule.json
        try await parts.client.setRoomAccountData(DeliveryRule.type, content, user: account.userID, in: roomID)
        try await parts.engine.change { database, changes in
            try database.setAccountData(DeliveryRule.type, content, roomID: roomID)
            changes.summaries = [roomID]
        }
        await account.settle()
    }

    // MARK: Series

    /// The kept values of a series, oldest first.
    package func points(of series: String, in roomID: String, from: Int64) async -> [SeriesPoint] {
        guard let engine = account.parts?.engine else { return [] }
        return (try? await engine.store.read { try $0.points(of: series, in: roomID, from: from) }) ?? []
    }

    /// Fetches the values of the past and keeps them; what is known already is not asked for again.
    /// - Throws: ``MatrixClientError``, ``TransportError``; what is kept can be read all the same.
    package func loadPoints(of series: String, in roomID: String, from: Int64) async throws {
        let parts = try account.running()
        let now = parts.engine.clock.now().wall
        let points = try await parts.client.points(of: series, in: roomID, from: from, to: now)
        try await parts.engine.change { database, _ in
            for point in points { try database.addPoint(point, of: series, in: roomID) }
        }
        changes.notify(.series(roomID: roomID))
    }

    /// A chat with who answers for an item: an ordinary chat request.
    package func talk(about item: FeedItem) async throws -> ConversationModel? {
        guard let contact = item.contact else { return nil }
        return try await account.ask([contact], line: item.headline)
    }
}
