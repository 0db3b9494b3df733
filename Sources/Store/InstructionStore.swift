package import MatrixAPI

/// That a member's desktop was asked to open something.
package struct StoredInstruction: Hashable, Sendable {
    /// The same for all members who were asked at once.
    package let id: String
    package let user: UserID
    /// The content of `mado.instruction`, as JSON.
    package let content: [UInt8]
    /// Milliseconds since 1970.
    package let sent: Int64
    /// What the first of the member's devices answered; nil as long as none did.
    package var outcome: String?
    package var detail: String?
    package var answered: Int64?

    package init(
        id: String, user: UserID, content: [UInt8], sent: Int64, outcome: String? = nil, detail: String? = nil,
        answered: Int64? = nil
    ) {
        self.id = id
        self.user = user
        self.content = content
        self.sent = sent
        self.outcome = outcome
        self.detail = detail
        self.answered = answered
    }
}

package protocol InstructionReading {
    func instruction(_ id: String, to user: UserID) throws(StoreError) -> StoredInstruction?
    /// Newest first.
    func instructions(limit: Int) throws(StoreError) -> [StoredInstruction]
}

package protocol InstructionWriting {
    /// Inserts or replaces it.
    func setInstruction(_ instruction: StoredInstruction) throws(StoreError)
    func deleteInstructions(sentBefore time: Int64) throws(StoreError)
}
