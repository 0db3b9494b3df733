import Glibc
import JSON

/// Sends what waits in the outbox: each conversation's entries one after the other, conversations beside one another.
///
/// An entry has one transaction id for all attempts, by which the server knows a repeated one: whatever is cut or killed
/// on the way, it arrives once. What the server refuses for good fails and does not hold the others back, and so does what
/// lost its file; what cannot be sent for the moment waits.
actor OutboxSender {
    private let engine: AccountEngine
    private let onProgress: @Sendable (_ roomID: String, _ transactionID: String, _ fraction: Double) -> Void
    private var running: Task<Void, Never>?
    private(set) var isAskedAgain = false
    private var isStopped = false
    private var retry: Task<Void, Never>?
    /// Milliseconds to the next attempt after one that failed for the moment.
    private var pause: Int64 = firstPause

    private static let firstPause: Int64 = 2_000
    private static let longestPause: Int64 = 60_000
    /// Conversations that are sent to at the same time.
    private static let width = 4

    init(
        engine: AccountEngine,
        onProgress: @escaping @Sendable (_ roomID: String, _ transactionID: String, _ fraction: Double) -> Void
    ) {
        self.engine = engine
        self.onProgress = onProgress
    }

    /// Sends what there is, and returns when all of it is gone, has failed, or has to wait.
    func drain() async {
        guard !isStopped else { return }
        retry?.cancel()
        retry = nil
        if let running {
            isAskedAgain = true
            await running.value
            return
        }
        let task = Task { await self.work() }
        running = task
        await task.value
    }

    func stop() async {
        isStopped = true
        retry?.cancel()
        running?.cancel()
        await running?.value
    }

    private func work() async {
        var wait: Int64?
        repeat {
            isAskedAgain = false
            wait = await pass()
            // Asked meanwhile: by a new connection perhaps, which has nothing to do with what failed on the old one.
        } while isAskedAgain && !isStopped && (wait ?? 0) == 0
        running = nil
        guard let wait, !isStopped else {
            pause = Self.firstPause
            return
        }
        // While there is no connection, the next one asks.
        guard engine.sendsAtOnce else { return }
        let delay = max(wait, pause)
        pause = min(pause * 2, Self.longestPause)
        retry = Task { [engine] in
            guard (try? await engine.clock.sleep(milliseconds: delay)) != nil, !Task.isCancelled else { return }
            // A task of its own, for this one ends with the next call.
            Task { await self.drain() }
        }
    }

    /// - Returns: nil when everything is sent or has failed; else the milliseconds that the server wants to be left
    ///   alone, or 0.
    private func pass() async -> Int64? {
        let isAccountDataSent = await engine.sendAccountData()
        guard let rooms = try? await engine.store.read({ try $0.roomsWithEntries() }) else { return 0 }
        return await withTaskGroup(of: Int64?.self) { group in
            var rest = rooms[...]
            var wait: Int64?
            for _ in 0..<Self.width {
                if let room = rest.popFirst() { group.addTask { await self.send(all: room) } }
            }
            while let result = await group.next() {
                if let result { wait = max(wait ?? 0, result) }
                if wait == nil, let room = rest.popFirst() { group.addTask { await self.send(all: room) } }
            }
            return wait ?? (isAccountDataSent ? nil : 0)
        }
    }

    private func send(all roomID: String) async -> Int64? {
        while !Task.isCancelled {
            // In flight before anybody else can change or remove what was read here.
            let next = try? await engine.store.read { [engine] database in
                let entry = try database.nextEntry(of: roomID)
                if let entry { engine.beginFlight(entry.transactionID) }
                return entry
            }
            guard let entry = next else { return nil }
            let outcome = await send(entry)
            engine.endFlight(entry.transactionID)
            switch outcome {
            case .sent: pause = Self.firstPause
            case .settled: break
            case .wait(let milliseconds): return milliseconds
            }
        }
        return 0
    }

    private enum Outcome {
        case sent
        /// It is not to be sent any more: it failed, or another entry has it in itself.
        case settled
        case wait(Int64)
    }

    private func send(_ entry: OutboxEntry) async -> Outcome {
        var entry = entry
        do {
            // What it belongs to may have been without event id when it was entered.
            let names = try await engine.store.read { [entry] database in
                (
                    target: try entry.target.flatMap { try database.eventID(for: $0) },
                    reply: try entry.replyTo.flatMap { try database.eventID(for: $0) },
                    thread: try entry.thread.flatMap { try database.eventID(for: $0) }
                )
            }
            guard entry.target == nil || names.target != nil else { return try await settleWithoutTarget(entry) }
            entry.thread = names.thread
            if entry.kind == .edit, let target = entry.target {
                // It may have been on its way, without an address, when its caption was changed.
                let place = OutboxPlace(roomID: entry.roomID, owner: engine.owner, now: entry.timestamp, engine: engine)
                entry.captioned = try await engine.store.read {
                    try place.fileContent(of: target, names.target, in: $0)
                }
            }
            if entry.kind == .submission { return try await submit(entry) }
            entry = try await upload(entry)
            try await mark(entry, attempted: true)
            let eventID = try await put(entry, target: names.target, reply: names.reply)
            let history = History(engine: engine, roomID: entry.roomID)
            // An earlier attempt may have arrived long ago, so that no echo of it is to come.
            let found = entry.isAttempted ? try await history.event(eventID) : nil
            try await engine.change { [entry] database, changes in
                try database.setSent(entry, eventID: eventID)
                if let found { try database.putIntoGap(found.event, start: found.start, in: entry.roomID) }
                changes = .outbox(in: entry.roomID)
            }
            for path in entry.file?.paths ?? [] { unlink(path) }
            return .sent
        } catch let error as MatrixClientError where !error.isTransient {
            if entry.kind == .submission { await keepProblems(error.fields, of: entry) }
            let reason = entry.kind == .submission ? error.message : SendFailure.reason(error)
            return (try? await fail(entry, reason)) ?? .wait(0)
        } catch let error as MatrixClientError {
            return .wait(error.retryAfterMilliseconds ?? 0)
        } catch let error as TransportError where error.isUnreadableFile {
            return (try? await fail(entry, SendFailure.fileMissing)) ?? .wait(0)
        } catch let error as TransportError {
            if error.isBeforeSending { try? await mark(entry, attempted: entry.isAttempted) }
            return .wait(0)
        } catch {
            return .wait(0)
        }
    }

    // Forms

    /// Uploads what goes with a form, each file once, then gives the form to its application. The server knows it by its
    /// id, whatever was cut or killed before.
    private func submit(_ entry: OutboxEntry) async throws -> Outcome {
        guard var content = entry.submission else { return try await fail(entry, "The form cannot be read.") }
        var entry = entry
        // Filled in offline, perhaps before the application was ever opened with a connection.
        let roomID = entry.roomID
        let isJoined = try await engine.store.read { try $0.membership(of: $0.room(roomID)) == "join" }
        if !isJoined { try await engine.client.join(roomID) }
        for (name, value) in content.values {
            guard case .file(var file) = value, file.upload == nil else { continue }
            file.upload = try await engine.client.upload(file: file.path, mimeType: file.mimeType, name: file.name)
            content.values[name] = .file(file)
            entry.submission = content
            try await engine.store.write { [entry] in try $0.setEntryContent(entry) }
        }
        try await mark(entry, attempted: true)
        let answer = try await engine.client.submit(
            content.body(created: entry.timestamp), id: entry.transactionID, to: entry.roomID)
        try await engine.change { [entry, content] database, changes in
            try database.setSubmission(
                entry.transactionID, created: entry.timestamp, content: content,
                state: Self.state(answer), in: entry.roomID)
            try database.removeEntry(entry.id)
            changes = .outbox(in: entry.roomID)
        }
        for path in content.files { unlink(path) }
        return .sent
    }

    /// What is kept of the server's answer: its state, and what the application said where it was quick.
    private static func state(_ answer: JSONValue) -> [UInt8] {
        JSONWriter.object { object in
            object.member("state", answer["state"]?.string ?? "accepted")
            for (key, value) in answer["answer"]?.object?.map({ ($0.key, $0.value) }) ?? [] where key != "state" {
                object.member(key, value)
            }
        }
    }

    private func keepProblems(_ problems: [String: String], of entry: OutboxEntry) async {
        var entry = entry
        entry.submission?.problems = problems
        try? await engine.store.write { [entry] in try $0.setEntryContent(entry) }
    }

    private func mark(_ entry: OutboxEntry, attempted: Bool) async throws {
        try await engine.store.write { try $0.setAttempted(attempted, of: entry.id) }
    }

    private func fail(_ entry: OutboxEntry, _ reason: String) async throws -> Outcome {
        try await engine.change { [engine] database, changes in
            // Whoever sees that it failed may change it at once.
            engine.endFlight(entry.transactionID)
            switch entry.kind {
            case .redaction:
                try database.removeEntry(entry.id)
                // Withdrawn while it may have been there, and refused after all: nobody wants it any more.
                guard let target = try entry.target.flatMap({ try database.entry($0) }), target.failure != nil else {
                    break
                }
                try database.removeEntry(target.id)
                for path in target.file?.paths ?? [] { unlink(path) }
            case .reaction: try database.removeEntry(entry.id)
            case .message, .file, .edit, .submission: try database.setFailure(reason, of: entry.id)
            }
            changes = .outbox(in: entry.roomID)
        }
        return .settled
    }

    /// What it belongs to was refused. A new text for it may be one that the server takes, such as a shorter one: the
    /// message itself gets it and is tried again. Anything else fails.
    private func settleWithoutTarget(_ entry: OutboxEntry) async throws -> Outcome {
        let isMerged = try await engine.change { database, changes in
            guard entry.kind == .edit, var refused = try entry.target.flatMap({ try database.entry($0) }) else {
                return false
            }
            refused.text = entry.text
            try database.setEntryContent(refused)
            try database.removeEntry(entry.id)
            changes = .outbox(in: entry.roomID)
            return true
        }
        return isMerged ? .settled : try await fail(entry, SendFailure.targetNeverSent)
    }

    private func upload(_ entry: OutboxEntry) async throws -> OutboxEntry {
        guard entry.file != nil, entry.upload == nil else { return entry }
        let entry = try await uploadStill(entry)
        guard let file = entry.file else { return entry }
        let onProgress = onProgress
        let uri = try await engine.client.upload(file: file.path, mimeType: file.mimeType, name: file.name) {
            progress in
            guard progress.sendTotal > 0 else { return }
            onProgress(entry.roomID, entry.transactionID, Double(progress.sent) / Double(progress.sendTotal))
        }
        try await engine.store.write { try $0.setUpload(uri, of: entry.id) }
        await MediaStore(engine).adopt(file.path, as: uri)
        var sent = entry
        sent.upload = uri
        return sent
    }

    /// A film's still goes first, once.
    private func uploadStill(_ entry: OutboxEntry) async throws -> OutboxEntry {
        guard let still = entry.file?.still, still.upload == nil else { return entry }
        var entry = entry
        entry.file?.still?.upload = try await engine.client.upload(
            file: still.path, mimeType: "image/png", name: "still.png")
        try await engine.store.write { [entry] in try $0.setEntryContent(entry) }
        if let uri = entry.file?.still?.upload { await MediaStore(engine).adopt(still.path, as: uri) }
        return entry
    }

    private func put(_ entry: OutboxEntry, target: String?, reply: String?) async throws -> String {
        let content = entry.eventContent(target: target, reply: reply)
        switch entry.kind {
        case .redaction:
            return try await engine.client.redact(target ?? "", entry.transactionID, content, in: entry.roomID)
        case .submission: preconditionFailure("forms have their own way")
        case .reaction:
            return try await engine.client.sendEvent("m.reaction", entry.transactionID, content, in: entry.roomID)
        case .message, .file, .edit:
            return try await engine.client.sendEvent("m.room.message", entry.transactionID, content, in: entry.roomID)
        }
    }
}

extension TransportError {
    /// Nothing of the request can have reached the server.
    var isBeforeSending: Bool {
        switch self {
        case .cannotResolve, .cannotConnect, .proxyUnreachable, .proxyAuthenticationRequired, .proxyRefused,
            .proxyUnknown, .certificate, .badURL, .authorityFile:
            true
        case .file, .timedOut, .cut, .tooLarge, .cancelled, .other: false
        }
    }

    /// A file cannot be read, and waiting does not change that: unlike where only descriptors or memory are short.
    var isUnreadableFile: Bool {
        guard case .file(_, let code) = self else { return false }
        return ![EMFILE, ENFILE, ENOMEM, EINTR, EAGAIN].contains(code)
    }
}
