import Glibc

extension AccountModel {
    /// Opens the store, shows what is in it, and connects.
    /// - Throws: ``LocalStoreError``; what the transport throws.
    func start(
        token: String, transport: any ClientTransport, folders: Folders, memory: any NetworkMemory,
        clock: any ConnectionClock, storeLimit: Int64
    ) async throws {
        let data = folders.data + "/" + record.fileName
        let media = folders.cache + "/" + record.fileName
        for folder in [data + "/files", media] { try FileFolder.make(folder) }
        let (owner, path) = (userID, data + "/store.sqlite")
        let store = try await Task.detached { try LocalStore(path: path, owner: owner) }.value
        let client = MatrixClient(baseURL: record.baseURL, transport: transport, accessToken: token)
        let engine = AccountEngine(
            owner: userID, store: store, client: client, isMado: record.isMado, clock: clock,
            filesFolder: data + "/files", mediaFolder: media
        ) { [weak self] update in
            Task { @MainActor in self?.apply(update) }
        }
        engine.storeLimit = storeLimit
        engine.onFailure { [weak self] error in
            Task { @MainActor in
                self?.storeProblem = error
                self?.changes.notify(.outbox)
            }
        }
        engine.onContacts { [weak self] error in
            Task { @MainActor in
                guard let self, self.contactsProblem != nil || error != nil else { return }
                self.contactsProblem = error
                self.changes.notify(.outbox)
            }
        }
        let sender = OutboxSender(engine: engine) { [weak self] roomID, transactionID, fraction in
            Task { @MainActor in self?.byRoom[roomID]?.showProgress(fraction, of: transactionID) }
        }
        let sync = AccountSync(engine: engine, sender: sender)
        let connection = SyncConnection(
            baseURL: record.baseURL, accessToken: token, isMado: record.isMado, transport: transport,
            sink: sync, memory: memory, clock: clock, mode: mode, filter: Self.filter
        ) { [weak self] report in
            let wasSending = engine.sendsAtOnce
            engine.sendsAtOnce = report.state.isContinuous
            // What was entered, or failed, after the server was reached and before news began to flow waits for nobody
            // else.
            if report.state.isContinuous, !wasSending { Task { await sync.drainOutbox() } }
            Task { @MainActor in self?.connectionChanged(report) }
        }
        parts = AccountParts(
            engine: engine, sender: sender, connection: connection, transport: transport,
            relays: TURNServerCache(client: client))
        try await loadModels(engine)
        connection.setPresence(ownPresence.word)
        connection.start()
    }

    /// Pages are as long as a window; members of large rooms come when they speak.
    private static let filter =
        #"{"room":{"timeline":{"limit":60},"state":{"lazy_load_members":true}}}"#

    /// Everything that the lists show, and what a killed process left behind.
    private func loadModels(_ engine: AccountEngine) async throws {
        let owner = userID
        let isMado = record.isMado
        let (update, presence, files) = try await engine.store.read { database in
            try isMado ? database.setTellsPresence() : database.readTellsPresence()
            var changes = StoreChanges()
            changes.allSummaries = true
            changes.contacts = true
            changes.outbox = true
            changes.profile = true
            changes.portal = true
            changes.instructions = true
            changes.summaries = Set(try database.roomIDs("invite"))
            var update = try engine.update(for: changes, database)
            update.people = try update.contacts?.people.map { try database.person($0.userID) } ?? []
            if update.profile == nil { update.profile = try database.person(owner) }
            return (update, try OwnPresence(database), try database.outboxFiles())
        }
        availability = presence.availability
        statusMessage = presence.message
        apply(update)
        await arcades.load()
        FileFolder.removeAll(in: engine.filesFolder, except: files)
    }

    var ownPresence: OwnPresence {
        OwnPresence(availability: availability, message: statusMessage, isIdle: isIdle)
    }

    func connectionChanged(_ report: ConnectionReport) {
        guard connection != report else { return }
        let wasConnected = connection.state.isContinuous
        connection = report
        changes.notify(.connection)
        if report.state.isContinuous, !wasConnected {
            for conversation in byRoom.values { conversation.connected() }
            portal.connected()
            arcades.connected()
            client?.calls.connected(self)
        }
        // Whoever ended this session wants nothing of it to go on. After a soft one it goes on with the next login.
        if report.state == .loggedOut(soft: false), let calls = client?.calls { Task { await calls.end(of: self) } }
    }

    func stop() async {
        arcades.leave()
        await client?.calls.end(of: self)
        let parts = parts
        self.parts = nil
        await parts?.stop()
    }
}

extension ConnectionState {
    /// What is entered goes out at once.
    var isContinuous: Bool {
        switch self {
        case .streaming, .polling, .shortPolling: true
        case .starting, .connecting, .interval, .offline, .loggedOut: false
        }
    }
}
