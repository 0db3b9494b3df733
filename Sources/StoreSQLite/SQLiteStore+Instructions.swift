import MatrixAPI
import Store

extension SQL {
    fileprivate static let instructionColumns: SQL = "id, user, content, sent, outcome, detail, answered"
}

extension StoredInstruction {
    fileprivate init(_ row: borrowing SQLiteRow) {
        self.init(
            id: row.text(0), user: row.id(1), content: row.blob(2), sent: row.int(3), outcome: row.optionalText(4),
            detail: row.optionalText(5), answered: row.optionalInt(6))
    }
}

extension SQLiteReader: InstructionReading {
    func instruction(_ id: String, to user: UserID) throws(StoreError) -> StoredInstruction? {
        try connection.first(
            "SELECT \(.instructionColumns) FROM instructions WHERE id = ? AND user = ?", id, user,
            row: StoredInstruction.init)
    }

    func instructions(limit: Int) throws(StoreError) -> [StoredInstruction] {
        try connection.all(
            "SELECT \(.instructionColumns) FROM instructions ORDER BY sent DESC, id, user LIMIT ?", limit,
            row: StoredInstruction.init)
    }
}

extension SQLiteWriter: InstructionWriting {
    func setInstruction(_ instruction: StoredInstruction) throws(StoreError) {
        try connection.run(
            "INSERT OR REPLACE INTO instructions(\(.instructionColumns)) VALUES (?, ?, ?, ?, ?, ?, ?)",
            instruction.id, instruction.user, instruction.content, instruction.sent, instruction.outcome,
            instruction.detail, instruction.answered)
    }

    func deleteInstructions(sentBefore time: Int64) throws(StoreError) {
        try connection.run("DELETE FROM instructions WHERE sent < ?", time)
    }
}
