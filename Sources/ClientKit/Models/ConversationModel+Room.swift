extension ConversationModel {
    package func setDraft(_ draft: Draft) {}
    package func setTyping(_ isTyping: Bool) {}
    /// Everything up to the newest shown item has been read.
    package func markRead() {}
    package func setMuted(_ muted: Bool) async throws {}
    package func invite(_ people: [String]) async throws {}
    package func leave() async throws {}
    package func setTitle(_ title: String) async throws {}
}
