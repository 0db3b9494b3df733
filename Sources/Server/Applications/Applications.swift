package import JSON
package import MatrixAPI
package import Store

/// Forms that members fill in, and the programs that answer them.
///
/// A form is a room of the portal with `mado.form`; what is filled in never goes into the room. A submission is kept
/// before it is acknowledged, and given to its program exactly once in effect: every start for it has the same
/// identifier, and it is over when the answer is kept, in the transaction that gives the answer to the member.
package final class Applications: Sendable {
    package let portal: Portal
    private let serverName: String
    private let queue: SubmissionQueue

    package init(portal: Portal, serverName: String, queue: SubmissionQueue) {
        self.portal = portal
        self.serverName = serverName
        self.queue = queue
    }

    private var journal: Journal { portal.journal }

    // MARK: Administration

    /// What an administrator says of an application.
    package struct Creation: Sendable {
        package var name: String
        package var form: JSONValue
        package var program: String
        package var input = StoredApplication.Input.json
        package var timeout = Duration.seconds(60)
        package var isDefaultSubscribed = false

        package init(name: String, form: JSONValue, program: String) {
            self.name = name
            self.form = form
            self.program = program
        }
    }

    package func all() async throws -> [(room: PortalRoom, application: StoredApplication?)] {
        let programs = try await journal.store.read { try $0.applications() }
        return try await portal.rooms(ofType: .app).map { room in (room, programs.first { $0.room == room.id }) }
    }

    /// Makes an application, or gives the one of that name another form and program.
    /// - Throws: `M_INVALID_PARAM` for a form that is none.
    package func set(_ wish: Creation) async throws -> RoomID {
        _ = try FormRules(wish.form)
        guard (1...100).contains(wish.name.count), wish.program.hasPrefix("/") else {
            throw MatrixError.invalidParam(
                "An application has a name of 1 to 100 characters, and a program's whole path")
        }
        let form = wish.form.replacing(["default_subscribed"]) { object in
            if wish.isDefaultSubscribed { object.member("default_subscribed", true) }
        }
        let id: RoomID
        if let known = try await portal.rooms(ofType: .app).first(where: { $0.name == wish.name }) {
            id = known.id
            try await portal.setState(PortalRoomType.app.stateType, form, in: id)
        } else {
            var creation = PortalRoomCreation(type: .app, name: wish.name, description: form)
            creation.order = "t" + wish.name
            id = try await portal.makeRoom(creation)
        }
        let timeout = wish.timeout.milliseconds
        try await journal.write { transaction in
            try transaction.store.setApplication(
                StoredApplication(room: id, program: wish.program, input: wish.input, timeout: timeout))
        }
        return id
    }

    /// Takes an application out of the portal. What waits for its program is not answered any more.
    package func remove(_ room: RoomID) async throws {
        try await journal.write { try $0.store.deleteApplication(in: room) }
        try await portal.removeRoom(room)
    }

    // MARK: Submissions

    /// Takes in what a member filled in; the same again changes nothing.
    ///
    /// - Parameter body: with `fields`, `created_ts`, `version`.
    /// - Returns: the submission, as it is now.
    /// - Throws: `M_INVALID_PARAM` with `fields`, why each does not fit; `M_FORBIDDEN` for one who is not in the room;
    ///   `M_CONFLICT` (409) when the identifier stands for something else.
    package func submit(
        _ id: String, _ body: JSONValue, to room: RoomID, by user: UserID
    ) async throws -> StoredSubmission {
        guard (1...64).contains(id.utf8.count), id.utf8.allSatisfy(Self.isIDCharacter) else {
            throw MatrixError.invalidParam("A submission's identifier has 1 to 64 letters, digits and ._-")
        }
        let canonical: [UInt8]
        do { canonical = try body.canonical() } catch {
            throw MatrixError.badJSON("The submission is not canonical JSON: \(error)")
        }
        guard let state = try await journal.room(room), state.isJoined(user) else {
            throw MatrixError.forbidden("You are not in this application's room")
        }
        if let known = try await journal.store.read({ try $0.submission(id, of: user, in: room) }) {
            return try Self.checkSame(known, canonical)
        }
        let application = try await portal.room(room, ofType: .app)
        let values = try FormRules(application.description).check(try body.required("fields"))
        try await checkFiles(values.files)
        let stored = try await journal.write { transaction in
            if let known = try transaction.store.submission(id, of: user, in: room) {
                return try Self.checkSame(known, canonical)
            }
            guard try transaction.store.application(in: room) != nil else {
                throw MatrixError.notFound("This form has no program any more")
            }
            try transaction.store.insertSubmission(
                StoredSubmission(
                    room: room, user: user, id: id, body: canonical, created: transaction.now, due: transaction.now))
            return try transaction.store.submission(id, of: user, in: room).orThrow(StoreError.corrupt("submissions"))
        }
        queue.wake()
        return stored
    }

    private static func checkSame(_ known: StoredSubmission, _ body: [UInt8]) throws -> StoredSubmission {
        guard known.body == body else {
            throw MatrixError(409, "M_CONFLICT", "Something else was submitted with this identifier")
        }
        return known
    }

    private static func isIDCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
    }

    /// Files must be there when the program gets them.
    private func checkFiles(_ files: [FormRules.File]) async throws {
        guard !files.isEmpty else { return }
        let missing = try await journal.store.read { [serverName] reader in
            try files.filter { file in
                try file.uri.server != serverName || reader.media(file.uri.id)?.content == nil
            }
        }
        guard missing.isEmpty else {
            throw FormRules.refusal(missing.map { ($0.field, "The file is not on this server") })
        }
    }

    /// A member's own, newest first; everybody's for nil.
    package func submissions(
        to room: RoomID, of user: UserID?, before: Int64 = .max, limit: Int = 100
    ) async throws -> [StoredSubmission] {
        try await journal.store.read { try $0.submissions(in: room, of: user, before: before, limit: limit) }
    }
}
