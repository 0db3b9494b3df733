/// The whole client: its settings and the accounts that are logged in.
@MainActor package final class ClientModel {
    package typealias TransportMaker = @Sendable (NetworkSettings) throws -> any ClientTransport

    package internal(set) var accounts: [AccountModel] = []
    /// Kept on the disk as soon as set.
    package var settings = Settings() {
        didSet { if settings != oldValue { settingsChanged() } }
    }
    package let changes = Observers<ClientChange>()

    let folders: Folders
    let secrets: any SecretStore
    let makeTransport: TransportMaker

    package init(folders: Folders, secrets: any SecretStore, makeTransport: @escaping TransportMaker) {
        self.folders = folders
        self.secrets = secrets
        self.makeTransport = makeTransport
    }

    private func settingsChanged() {
        changes.notify(.settings)
    }
}
