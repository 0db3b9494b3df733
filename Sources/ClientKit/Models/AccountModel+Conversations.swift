extension AccountModel {
    package func conversation(_ roomID: String) -> ConversationModel? { byRoom[roomID] }

    /// The direct conversation with somebody, the one with the newest activity if there are several.
    package func directConversation(with userID: String) -> ConversationModel? {
        conversations.first { $0.partner?.userID == userID }
    }

    /// Waits until what was told of the store before has reached the models.
    func settle() async {
        guard let parts else { return }
        // What the store's queue has delivered stands in the main actor's queue before this continues.
        _ = try? await parts.engine.store.read { _ in }
        await Task { @MainActor in }.value
    }

    /// The path of the file, fetched if it is not there yet.
    /// - Parameter size: of a thumbnail in pixels; nil for the whole file.
    package func media(_ reference: MediaReference, size: Int?) async throws -> String {
        try await MediaStore(try running().engine).path(reference, size: size)
    }

    /// Searches what is in the local store, newest first.
    /// - Parameter roomID: nil for all conversations.
    package func search(_ text: String, in roomID: String?) async -> [SearchHit] {
        guard let parts, !text.isEmpty else { return [] }
        let owner = userID
        let hits = try? await parts.engine.store.read { database -> [SearchHit] in
            let room = try roomID.map { try database.room($0) }
            return try database.search(text, in: room, limit: 200).compactMap { roomID, eventID in
                guard var reader = try TimelineReader(database, owner: owner, roomID: roomID),
                    let stored = try reader.storedEvent(eventID)
                else { return nil }
                let annotations = try TimelineAnnotations(
                    database, room: reader.room, from: stored.position, to: stored.position)
                let item = try reader.item(stored, annotations)
                return SearchHit(
                    roomID: roomID, eventID: eventID, sender: item.sender, timestamp: item.timestamp,
                    text: item.content.plainText)
            }
        }
        return hits ?? []
    }
}
