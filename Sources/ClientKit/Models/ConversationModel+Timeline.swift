extension ConversationModel {
    /// Loads the newest items from the store.
    package func open() async {
        guard window == nil, let engine = account.parts?.engine else { return }
        let (owner, roomID) = (account.userID, roomID)
        let opened = try? await engine.store.read { database -> (TimelineSlice, String?, [Person])? in
            guard var reader = try TimelineReader(database, owner: owner, roomID: roomID) else { return nil }
            let slice = try reader.slice(try reader.newestWindow())
            let unread = try reader.firstUnread(in: slice)
            let models = ModelReader(database: database, owner: owner, windows: [:])
            return (slice, unread, try models.members(of: roomID))
        }
        guard let (slice, unread, people) = opened ?? nil, window == nil else { return }
        firstUnread = unread
        hasAllMembers = true
        take(members: people)
        show(slice)
        await loadMembers()
    }

    /// Gives the window's memory back; ``open()`` loads it again.
    package func close() {
        filling?.cancel()
        filling = nil
        window = nil
        generation += 1
        account.parts?.engine.setWindow(nil, generation: generation, of: roomID)
        items = []
        gaps = []
        hasAllMembers = false
    }

    /// Shows another place.
    private func show(_ slice: TimelineSlice) {
        generation += 1
        window = slice.window
        account.parts?.engine.setWindow(slice.window, generation: generation, of: roomID)
        take(slice, generation: generation)
        // What changed between reading and this was not read for the new place.
        reload()
    }

    /// Reads the window again.
    func reload() {
        let roomID = roomID
        account.parts?.engine.submit { _, changes in changes.timelines = [roomID] }
    }

    /// Reads a window that `choose` names, and shows it.
    private func move(
        _ choose: @escaping @Sendable (inout TimelineReader) throws -> TimelineWindow?
    ) async throws -> TimelineSlice? {
        let engine = try account.running().engine
        let (owner, roomID) = (account.userID, roomID)
        let slice = try await engine.store.read { database -> TimelineSlice? in
            guard var reader = try TimelineReader(database, owner: owner, roomID: roomID),
                let window = try choose(&reader)
            else { return nil }
            return try reader.slice(window)
        }
        if let slice { show(slice) }
        return slice
    }

    /// Puts older items in front: from the store, else from the server.
    /// - Throws: ``MatrixClientError``, ``TransportError`` when only the server has them and cannot be asked.
    package func loadOlder() async throws {
        guard let window, hasOlder, !isLoadingOlder else { return }
        isLoadingOlder = true
        defer { isLoadingOlder = false }
        let engine = try account.running().engine
        let (owner, roomID) = (account.userID, roomID)
        let gap = try await engine.store.read { database in
            try TimelineReader(database, owner: owner, roomID: roomID)?.gap(directlyBefore: window.lower)
        }
        if let gap = gap ?? nil {
            do {
                try await History(engine: engine, roomID: roomID).fill(gap.position)
            } catch  where gap.hasOlder {
                // What lies beyond can be read all the same.
            }
        }
        guard self.window == window else { return }
        _ = try await move { reader in
            let lower = try reader.lower(before: window.lower)
            return TimelineWindow(lower: lower ?? window.lower, upper: window.upper)
        }
    }

    /// Puts newer items behind, after the window was moved.
    package func loadNewer() async throws {
        guard let window, let upper = window.upper else { return }
        _ = try await move { reader in
            TimelineWindow(lower: window.lower, upper: try reader.upper(after: upper))
        }
    }

    package func jumpToLatest() async {
        guard window != nil else { return await open() }
        _ = try? await move { try $0.newestWindow() }
    }

    /// Moves the window to an event. - Returns: the item's id, nil when it cannot be found.
    /// - Throws: ``MatrixClientError``, ``TransportError`` when the store has not got it and the server cannot be asked.
    @discardableResult package func loadAround(eventID: String) async throws -> String? {
        let engine = try account.running().engine
        let roomID = roomID
        let isThere = try await engine.store.read { database in
            try database.knownRoom(roomID).flatMap { try database.position(of: eventID, in: $0) } != nil
        }
        if !isThere {
            guard try await History(engine: engine, roomID: roomID).fetch(around: eventID) else { return nil }
        }
        _ = try await move { reader in
            try reader.database.position(of: eventID, in: reader.room).map { try reader.window(around: $0) }
        }
        return items.first { $0.eventID == eventID }?.id
    }

    /// Moves the window to the first item at that time or after it (milliseconds since 1970): the server knows which that
    /// is; without it, the store.
    @discardableResult package func loadAround(timestamp: Int64) async throws -> String? {
        let engine = try account.running().engine
        if let eventID = try? await engine.client.event(at: timestamp, in: roomID),
            let found = try? await loadAround(eventID: eventID)
        {
            return found
        }
        _ = try await move { reader in
            try reader.position(at: timestamp).map { try reader.window(around: $0) }
        }
        return items.first { $0.timestamp >= timestamp && $0.content != .gap }?.id
    }

    package func search(_ text: String) async -> [SearchHit] { await account.search(text, in: roomID) }
}
