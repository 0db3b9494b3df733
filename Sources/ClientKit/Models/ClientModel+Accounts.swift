import JSON
import MatrixAPI

extension ClientModel {
    /// Reads the accounts from the disk and starts them. One that cannot start stands in the list all the same.
    /// - Throws: what kept an account from starting, once all others have: ``LocalStoreError``, ``SecretStoreError``.
    package func open() async throws {
        guard accounts.isEmpty else { return }
        let bytes = AtomicFile.read(folders.config + "/accounts.json")
        let list = bytes.flatMap { try? JSONValue.parse($0) }?["accounts"]?.array ?? JSONValue.emptyArray
        var problem: (any Error)?
        for var record in list.compactMap({ AccountRecord($0) }) {
            do {
                let (token, password) = try await readSecrets(of: record)
                record.network.proxyPassword = password
                let account = AccountModel(record: record, client: self)
                accounts.append(account)
                guard let token else {
                    account.connection = ConnectionReport(state: .loggedOut(soft: false))
                    continue
                }
                try await start(account, token: token, transport: try makeTransport(record.network))
            } catch {
                let account =
                    accounts.first { $0.userID == record.userID } ?? AccountModel(record: record, client: self)
                if !accounts.contains(where: { $0 === account }) { accounts.append(account) }
                account.connection = ConnectionReport(
                    state: .offline(since: clock.now().wall, problem: ConnectionProblem(error), retryAt: nil))
                problem = problem ?? error
            }
        }
        monitor = NetworkMonitor { [weak self] in
            Task { @MainActor in
                for account in self?.accounts ?? [] { account.networkChanged() }
                self?.calls.networkChanged()
            }
        }
        changes.notify(.accounts)
        if let problem { throw problem }
    }

    private func readSecrets(of record: AccountRecord) async throws -> (token: String?, proxyPassword: String?) {
        let secrets = secrets
        return try await Task.detached {
            (try secrets.secret(record.tokenName), try secrets.secret(record.proxyPasswordName))
        }.value
    }

    private func start(_ account: AccountModel, token: String, transport: any ClientTransport) async throws {
        let memory = FileNetworkMemory(path: folders.data + "/networks.json")
        try await account.start(
            token: token, transport: transport, folders: folders, memory: memory, clock: clock,
            storeLimit: storeLimit)
    }

    package func discover(_ nameOrURL: String, network: NetworkSettings) async throws -> ServerDescription {
        try await Discovery.find(nameOrURL, transport: try makeTransport(network))
    }

    package func logIn(
        _ server: ServerDescription, user: String, password: String, deviceName: String, network: NetworkSettings
    ) async throws -> AccountModel {
        try await enter(server, network) { [accounts] client in
            // The same device again, for an account that was logged out: its outbox goes on where it was.
            let known = accounts.first { $0.isAccount(of: user, on: server) }?.deviceID
            return try await client.logIn(user: user, password: password, deviceName: deviceName, deviceID: known)
        }
    }

    package func logIn(
        _ server: ServerDescription, token: String, deviceName: String, network: NetworkSettings
    ) async throws -> AccountModel {
        try await enter(server, network) { try await $0.logIn(token: token, deviceName: deviceName) }
    }

    package func register(
        _ server: ServerDescription, user: String, password: String, registrationToken: String?, deviceName: String,
        network: NetworkSettings
    ) async throws -> AccountModel {
        try await enter(server, network) {
            try await $0.register(
                user: user, password: password, registrationToken: registrationToken, deviceName: deviceName)
        }
    }

    private func enter(
        _ server: ServerDescription, _ network: NetworkSettings,
        _ ask: (MatrixClient) async throws -> LoginAnswer
    ) async throws -> AccountModel {
        let transport = try makeTransport(network)
        let answer = try await ask(MatrixClient(baseURL: server.baseURL, transport: transport, accessToken: nil))
        var record = AccountRecord(
            userID: answer.userID, deviceID: answer.deviceID,
            // What was entered may be an address; the name is what stands in the member's id.
            serverName: UserID(answer.userID).map { String($0.server) } ?? server.serverName,
            baseURL: server.baseURL, isMado: server.isMado)
        record.network = network
        let secrets = secrets
        try await Task.detached { [record] in
            try secrets.setSecret(answer.accessToken, for: record.tokenName)
            try secrets.setSecret(record.network.proxyPassword, for: record.proxyPasswordName)
        }.value
        if let known = accounts.first(where: { $0.userID == answer.userID }) {
            await known.stop()
            record.takeModes(of: known.record)
            accounts.removeAll { $0 === known }
        }
        let account = AccountModel(record: record, client: self)
        accounts.append(account)
        keepAccounts()
        await flush()
        try await start(account, token: answer.accessToken, transport: transport)
        changes.notify(.accounts)
        return account
    }

    /// Tells the server when it can, and removes what is kept of the account.
    package func logOut(_ account: AccountModel) async {
        let client = account.parts?.client
        await account.stop()
        try? await client?.logOut()
        accounts.removeAll { $0 === account }
        keepAccounts()
        await flush()
        let (secrets, record, folders) = (secrets, account.record, folders)
        await Task.detached {
            try? secrets.setSecret(nil, for: record.tokenName)
            try? secrets.setSecret(nil, for: record.proxyPasswordName)
            FileFolder.remove(folders.data + "/" + record.fileName)
            FileFolder.remove(folders.cache + "/" + record.fileName)
        }.value
        changes.notify(.accounts)
    }

    /// Stops the connections and brings everything to the disk.
    package func close() async {
        monitor = nil
        for account in accounts { await account.stop() }
        await flush()
    }
}

extension AccountModel {
    /// Whether this is the account that somebody means who enters a name.
    func isAccount(of user: String, on server: ServerDescription) -> Bool {
        userID == user
            || ((serverName == server.serverName || record.baseURL == server.baseURL)
                && Person.localpart(of: userID) == user)
    }
}
