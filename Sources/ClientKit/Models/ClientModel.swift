import JSON

/// The whole client: its settings and the accounts that are logged in.
@MainActor package final class ClientModel {
    package typealias TransportMaker = @Sendable (NetworkSettings) throws -> any ClientTransport

    package internal(set) var accounts: [AccountModel] = []
    /// Kept on the disk as soon as set.
    package var settings: Settings {
        didSet { if settings != oldValue { settingsChanged() } }
    }
    package let changes = Observers<ClientChange>()
    /// Calls of all accounts.
    package let calls: CallDesk

    let folders: Folders
    let secrets: any SecretStore
    let makeTransport: TransportMaker
    let clock: any ConnectionClock
    var monitor: NetworkMonitor?
    private let files = SerialWriter()

    /// Reads the settings: a small file, whose language is needed before anything is shown.
    package init(
        folders: Folders, secrets: any SecretStore, clock: any ConnectionClock = SystemConnectionClock(),
        makeTransport: @escaping TransportMaker
    ) {
        self.folders = folders
        self.secrets = secrets
        self.clock = clock
        calls = CallDesk(clock: clock)
        self.makeTransport = makeTransport
        // What keeps a folder from being made is told by whoever writes to it first.
        for folder in [folders.config, folders.data, folders.cache] { try? FileFolder.make(folder) }
        let value = AtomicFile.read(folders.config + "/settings.json").flatMap { try? JSONValue.parse($0) }
        settings = value.map { Settings($0) } ?? Settings()
    }

    private func settingsChanged() {
        write(settings.json, to: "settings.json")
        for account in accounts { account.parts?.engine.storeLimit = storeLimit }
        changes.notify(.settings)
    }

    /// Bytes.
    var storeLimit: Int64 { Int64(settings.storeLimitMegabytes) << 20 }

    private func write(_ bytes: [UInt8], to name: String) {
        files.write(bytes, to: "\(folders.config)/\(name)") { [weak self] problem in
            Task { @MainActor in self?.changes.notify(.cannotSave(problem)) }
        }
    }

    func keepAccounts() {
        let records = accounts.map(\.record)
        write(
            JSONWriter.object { object in
                object.array("accounts") { array in for record in records { record.write(to: &array) } }
            }, to: "accounts.json")
    }

    /// Keeps an account's settings; its proxy's password goes to the secrets.
    func keepAccount(_ account: AccountModel) {
        keepAccounts()
        let (secrets, name, password) = (
            secrets, account.record.proxyPasswordName, account.networkSettings.proxyPassword
        )
        Task.detached { try? secrets.setSecret(password, for: name) }
    }

    /// Waits until everything that was written is on the disk.
    func flush() async { await files.flush() }
}
