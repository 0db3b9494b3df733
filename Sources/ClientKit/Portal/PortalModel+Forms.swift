import JSON

extension PortalModel {
    /// Puts a filled form into the outbox; its files are copied, so that the originals may go. It reaches the
    /// application once, whatever is cut or killed on the way.
    /// - Returns: what is wrong by field; nothing is sent then.
    @discardableResult
    package func submit(
        _ values: [String: FormValue], to application: PortalApplication
    ) async throws -> [String: FormProblem] {
        guard let form = application.form else { return [:] }
        let problems = form.problems(in: values)
        guard problems.isEmpty else { return problems }
        let parts = try account.running()
        let (roomID, now) = (application.roomID, parts.engine.clock.now().wall)
        var entry = OutboxEntry(
            roomID: roomID, transactionID: OutboxPlace.newTransactionID(), kind: .submission, timestamp: now)
        var kept: [String: FormValue] = [:]
        for field in form.fields {
            guard let value = values[field.name], !value.isEmpty || field.kind == .check else { continue }
            kept[field.name] = value
        }
        entry.submission = SubmissionContent(version: form.version, values: kept)
        let folder = parts.engine.filesFolder
        try await parts.engine.change { [entry, kept] database, changes in
            var entry = entry
            for (number, name) in kept.keys.sorted().enumerated() {
                guard case .file(var file) = kept[name] else { continue }
                let copy = "\(folder)/\(entry.transactionID)-\(number)"
                file.size = try FileFolder.copy(file.path, to: copy)
                file.path = copy
                entry.submission?.values[name] = .file(file)
            }
            try database.addEntry(entry)
            changes = .outbox(in: roomID)
        }
        await account.settle()
        parts.sendSoon()
        return [:]
    }

    /// Takes a form out of the outbox that the server has refused, or that was never tried.
    /// - Returns: whether it is out; one that the server may have stays.
    @discardableResult
    package func withdraw(_ submission: Submission) async throws -> Bool {
        let parts = try account.running()
        let (id, roomID) = (submission.id, submission.roomID)
        let engine = parts.engine
        let isOut = try await engine.change { database, changes in
            guard let entry = try database.entry(id), entry.failure != nil || !entry.isAttempted,
                !engine.isInFlight(id)
            else { return false }
            try database.removeEntry(entry.id)
            changes = .outbox(in: roomID)
            return true
        }
        await account.settle()
        return isOut
    }

    /// Own submissions as the server has them, from other devices, too.
    /// - Throws: ``MatrixClientError``, ``TransportError``.
    package func loadSubmissions(of roomID: String) async throws {
        let parts = try account.running()
        let answer = try await parts.client.submissions(of: roomID)
        try await parts.engine.change { database, changes in
            for value in answer["submissions"]?.array ?? JSONValue.emptyArray {
                guard let id = value["submission_id"]?.string else { continue }
                var content = SubmissionContent(version: 1, values: [:])
                for (name, field) in value["fields"]?.object?.map({ ($0.key, $0.value) }) ?? [] {
                    if let read = FormValue(field) { content.values[name] = read }
                }
                let state = JSONWriter.object { object in
                    object.member("state", value["state"]?.string ?? "accepted")
                    for (key, part) in value["answer"]?.object?.map({ ($0.key, $0.value) }) ?? [] where key != "state" {
                        object.member(key, part)
                    }
                }
                try database.setSubmission(
                    id, created: value["created_ts"]?.int ?? 0, content: content, state: state, in: roomID)
            }
            changes.summaries = [roomID]
        }
        await account.settle()
    }
}
