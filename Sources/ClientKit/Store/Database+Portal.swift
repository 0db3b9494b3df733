import JSON
import MatrixAPI
import SQLite

extension Database {
    // Series

    func addPoint(_ point: SeriesPoint, of name: String, in roomID: String) throws {
        guard point.value.isFinite else { return }
        try run(
            "INSERT OR REPLACE INTO series_point (room_id, name, timestamp, value) VALUES (?, ?, ?, ?)", roomID, name,
            point.timestamp, String(point.value))
    }

    /// Oldest first.
    func points(of name: String, in roomID: String, from: Int64) throws -> [SeriesPoint] {
        try all(
            """
            SELECT timestamp, CAST(value AS TEXT) FROM series_point WHERE room_id = ? AND name = ? AND timestamp >= ?
            ORDER BY timestamp
            """, roomID, name, from
        ) { SeriesPoint(timestamp: $0.int(0), value: Double($0.text(1)) ?? 0) }
    }

    /// Points that no chart shows any more.
    func removePoints(before timestamp: Int64) throws {
        try run("DELETE FROM series_point WHERE timestamp < ?", timestamp)
    }

    // Announcements

    func dismiss(_ eventID: String) throws { try run("INSERT OR IGNORE INTO dismissed (event_id) VALUES (?)", eventID) }

    func isDismissed(_ eventID: String) throws -> Bool {
        try first("SELECT 1 FROM dismissed WHERE event_id = ?", eventID) { _ in true } ?? false
    }

    // Submissions

    /// Keeps what the server has; its answer comes by account data.
    func setSubmission(
        _ submissionID: String, created: Int64, content: SubmissionContent, state: [UInt8], in roomID: String
    ) throws {
        let fields = JSONWriter.object { content.write(to: &$0) }
        try run(
            """
            INSERT OR REPLACE INTO submission (room_id, submission_id, created, fields, state) VALUES (?, ?, ?, ?, ?)
            """, roomID, submissionID, created, fields, String(decoding: state, as: UTF8.self))
    }

    /// Newest first.
    func submissions(of roomID: String) throws -> [Submission] {
        let rows = try all(
            """
            SELECT submission_id, created, fields, state FROM submission WHERE room_id = ?
            ORDER BY created DESC LIMIT 200
            """, roomID
        ) { ($0.text(0), $0.int(1), $0.blob(2), $0.text(3)) }
        return try rows.map { id, created, fields, state in
            let content = (try? JSONValue.parse(fields, limits: .stored)).flatMap { SubmissionContent($0) }
            let answer = try accountData(Submission.answerType + id, roomID: roomID)
            let stored = try? JSONValue.parse(Array(state.utf8), limits: .stored)
            return Submission(
                id: id, roomID: roomID,
                state: answer.flatMap { Submission.state(of: $0) } ?? stored.flatMap { Submission.state(of: $0) }
                    ?? .accepted,
                values: content?.values ?? [:], created: created)
        }
    }

    /// Applications that something was filled in for, sent or not.
    func roomsWithSubmissions() throws -> [String] {
        try all("SELECT room_id FROM submission UNION SELECT room_id FROM outbox WHERE kind = 'submission'") {
            $0.text(0)
        }
    }

    // Instructions

    func addInstruction(_ id: String, content: [UInt8], received: Int64) throws {
        try run(
            "INSERT OR IGNORE INTO instruction (instruction_id, received, content) VALUES (?, ?, ?)", id, received,
            content)
    }

    func setOutcome(_ outcome: Instruction.Outcome, detail: String?, of id: String) throws {
        try run(
            "UPDATE instruction SET outcome = ?, detail = ? WHERE instruction_id = ? AND outcome IS NULL",
            outcome.rawValue, detail, id)
    }

    func setReported(_ id: String) throws {
        try run("UPDATE instruction SET is_reported = 1 WHERE instruction_id = ?", id)
    }

    /// Newest first.
    func instructions(limit: Int) throws -> [Instruction] {
        try all(
            """
            SELECT content, received, outcome, detail FROM instruction ORDER BY received DESC, instruction_id LIMIT ?
            """, limit
        ) { Self.instruction($0) }.compactMap { $0 }
    }

    /// What was decided and not told to the server yet.
    func unreportedInstructions() throws -> [Instruction] {
        try all(
            """
            SELECT content, received, outcome, detail FROM instruction WHERE outcome IS NOT NULL AND NOT is_reported
            ORDER BY received
            """
        ) { Self.instruction($0) }.compactMap { $0 }
    }

    private static func instruction(_ row: borrowing Row) -> Instruction? {
        guard let content = try? JSONValue.parse(row.blob(0), limits: .stored),
            var instruction = Instruction(content, received: row.int(1))
        else { return nil }
        instruction.outcome = row.optionalText(2).flatMap(Instruction.Outcome.init)
        instruction.detail = row.optionalText(3)
        return instruction
    }
}
