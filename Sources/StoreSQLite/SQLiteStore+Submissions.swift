import MatrixAPI
import Store

extension SQL {
    fileprivate static let submissionColumns: SQL = """
        number, room, user, id, body, created, state, attempts, due, answer
        """
    fileprivate static let applicationColumns: SQL = "room, program, input, timeout"
}

extension StoredSubmission {
    fileprivate init(_ row: borrowing SQLiteRow) {
        self.init(
            number: row.int(0), room: row.id(1), user: row.id(2), id: row.text(3), body: row.blob(4),
            created: row.int(5), state: State(rawValue: row.int(6)) ?? .failed, attempts: row.int(7), due: row.int(8),
            answer: row.optionalBlob(9))
    }
}

extension StoredApplication {
    fileprivate init(_ row: borrowing SQLiteRow) {
        self.init(
            room: row.id(0), program: row.text(1), input: Input(rawValue: row.text(2)) ?? .json, timeout: row.int(3))
    }
}

extension SQLiteReader: SubmissionReading {
    func applications() throws(StoreError) -> [StoredApplication] {
        try connection.all(
            "SELECT \(.applicationColumns) FROM applications ORDER BY room", row: StoredApplication.init)
    }

    func application(in room: RoomID) throws(StoreError) -> StoredApplication? {
        try connection.first(
            "SELECT \(.applicationColumns) FROM applications WHERE room = ?", room, row: StoredApplication.init)
    }

    func submission(_ id: String, of user: UserID, in room: RoomID) throws(StoreError) -> StoredSubmission? {
        let sql: SQL = "SELECT \(.submissionColumns) FROM submissions WHERE room = ? AND user = ? AND id = ?"
        return try connection.first(sql, room, user, id, row: StoredSubmission.init)
    }

    func submission(_ number: Int64) throws(StoreError) -> StoredSubmission? {
        try connection.first(
            "SELECT \(.submissionColumns) FROM submissions WHERE number = ?", number, row: StoredSubmission.init)
    }

    func submissions(
        in room: RoomID, of user: UserID?, before: Int64, limit: Int
    ) throws(StoreError) -> [StoredSubmission] {
        let sql: SQL = """
            SELECT \(.submissionColumns) FROM submissions
            WHERE room = ? AND number < ? AND (user = ? OR ?) ORDER BY number DESC LIMIT ?
            """
        return try connection.all(
            sql, room, before, user?.string ?? "", user == nil, limit, row: StoredSubmission.init)
    }

    func waitingSubmissions(dueAt time: Int64, limit: Int) throws(StoreError) -> [StoredSubmission] {
        let sql: SQL = """
            SELECT \(.submissionColumns) FROM submissions WHERE state = 0 AND due <= ? ORDER BY number LIMIT ?
            """
        return try connection.all(sql, time, limit, row: StoredSubmission.init)
    }

    func nextSubmissionDue() throws(StoreError) -> Int64? {
        try connection.first("SELECT due FROM submissions WHERE state = 0 ORDER BY due LIMIT 1") { $0.int(0) }
    }
}

extension SQLiteWriter: SubmissionWriting {
    func setApplication(_ application: StoredApplication) throws(StoreError) {
        try connection.run(
            "INSERT OR REPLACE INTO applications(\(.applicationColumns)) VALUES (?, ?, ?, ?)", application.room,
            application.program, application.input.rawValue, application.timeout)
    }

    func deleteApplication(in room: RoomID) throws(StoreError) {
        try connection.run("DELETE FROM applications WHERE room = ?", room)
    }

    func insertSubmission(_ submission: StoredSubmission) throws(StoreError) {
        let sql: SQL = """
            INSERT INTO submissions(room, user, id, body, created, state, attempts, due, answer)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        try connection.run(
            sql, submission.room, submission.user, submission.id, submission.body, submission.created,
            submission.state.rawValue, submission.attempts, submission.due, submission.answer)
    }

    func updateSubmission(_ submission: StoredSubmission) throws(StoreError) {
        try connection.run(
            "UPDATE submissions SET state = ?, attempts = ?, due = ?, answer = ? WHERE number = ?",
            submission.state.rawValue, submission.attempts, submission.due, submission.answer, submission.number)
    }
}
