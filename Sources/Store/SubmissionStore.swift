package import MatrixAPI

/// A program that answers what members fill in.
package struct StoredApplication: Hashable, Sendable {
    /// How it reads what was filled in.
    package enum Input: String, Sendable, CaseIterable {
        /// `application/json`
        case json
        /// `application/x-www-form-urlencoded`, as a page's form is sent.
        case urlencoded
        /// `multipart/form-data`, files within it.
        case multipart
    }

    package let room: RoomID
    /// A path.
    package var program: String
    package var input: Input
    /// How long it may take for one submission, in milliseconds.
    package var timeout: Int64

    package init(room: RoomID, program: String, input: Input, timeout: Int64) {
        self.room = room
        self.program = program
        self.input = input
        self.timeout = timeout
    }
}

/// What a member filled in.
package struct StoredSubmission: Hashable, Sendable {
    package enum State: Int64, Sendable {
        /// It is kept, and its program has not answered.
        case accepted = 0
        case answered = 1
        /// Its program gave up on it.
        case failed = 2
    }

    /// Given out by the store, and never twice.
    package let number: Int64
    package let room: RoomID
    package let user: UserID
    /// The client's own.
    package let id: String
    /// The request's body, as JSON.
    package let body: [UInt8]
    /// Milliseconds since 1970, as below.
    package let created: Int64
    package var state: State
    /// How often its program was begun and said to try again.
    package var attempts: Int64
    /// When it is begun, or begun again.
    package var due: Int64
    /// The content of `mado.submission.…`, as JSON.
    package var answer: [UInt8]?

    package init(
        number: Int64 = 0, room: RoomID, user: UserID, id: String, body: [UInt8], created: Int64,
        state: State = .accepted, attempts: Int64 = 0, due: Int64 = 0, answer: [UInt8]? = nil
    ) {
        self.number = number
        self.room = room
        self.user = user
        self.id = id
        self.body = body
        self.created = created
        self.state = state
        self.attempts = attempts
        self.due = due
        self.answer = answer
    }
}

package protocol SubmissionReading {
    func applications() throws(StoreError) -> [StoredApplication]
    func application(in room: RoomID) throws(StoreError) -> StoredApplication?
    func submission(_ id: String, of user: UserID, in room: RoomID) throws(StoreError) -> StoredSubmission?
    func submission(_ number: Int64) throws(StoreError) -> StoredSubmission?
    /// Newest first, before `before`; of one member, or of all (nil).
    func submissions(
        in room: RoomID, of user: UserID?, before: Int64, limit: Int
    ) throws(StoreError) -> [StoredSubmission]
    /// Those that wait for their program, oldest first.
    func waitingSubmissions(dueAt time: Int64, limit: Int) throws(StoreError) -> [StoredSubmission]
    /// When the next of them is due.
    func nextSubmissionDue() throws(StoreError) -> Int64?
}

package protocol SubmissionWriting {
    /// Inserts or replaces it.
    func setApplication(_ application: StoredApplication) throws(StoreError)
    func deleteApplication(in room: RoomID) throws(StoreError)
    /// Adds it, with a number of the store's. ``StoreError/constraint(_:)`` when the member has one of this id there.
    func insertSubmission(_ submission: StoredSubmission) throws(StoreError)
    /// Notes state, attempts, due and answer.
    func updateSubmission(_ submission: StoredSubmission) throws(StoreError)
}
