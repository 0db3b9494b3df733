extension ConversationModel {
    /// Loads the newest items from the store.
    package func open() async {}
    /// Gives the window's memory back; ``open()`` loads it again.
    package func close() {}
    /// Puts older items in front: from the store, else from the server.
    package func loadOlder() async throws {}
    package func loadNewer() async throws {}
    package func jumpToLatest() async {}
    /// Moves the window to an event. - Returns: the item's id, nil when it cannot be found.
    @discardableResult package func loadAround(eventID: String) async throws -> String? { nil }
    /// Moves the window to the first item at that time or after it (milliseconds since 1970).
    @discardableResult package func loadAround(timestamp: Int64) async throws -> String? { nil }
    /// The messages of a thread, its root first.
    package func threadItems(_ rootID: String) async -> [TimelineItem] { [] }
    package func search(_ text: String) async -> [SearchHit] { await account.search(text, in: roomID) }
}
