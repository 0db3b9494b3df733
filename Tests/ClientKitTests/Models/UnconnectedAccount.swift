import TestSupport

@testable import ClientKit

/// An account in a folder of its own that is never connected, and whose requests a test answers.
@MainActor struct UnconnectedAccount {
    let client: ClientModel
    let account: AccountModel
    let store: LocalStore
    let folder = TemporaryFolder()
    private static let url = "http://server"

    init(
        _ userID: String, device: String, isMado: Bool, transport: FakeTransport, clock: DrivenConnectionClock
    ) throws {
        let folder = folder.path
        client = ClientModel(
            folders: Folders(config: folder + "/config", data: folder + "/data", cache: folder + "/cache"),
            secrets: FileSecretStore(folder: folder + "/data"), clock: clock
        ) { _ in transport }
        account = AccountModel(
            record: AccountRecord(
                userID: userID, deviceID: device, serverName: String(userID.drop { $0 != ":" }.dropFirst()),
                baseURL: Self.url, isMado: isMado),
            client: client)
        store = try LocalStore(path: folder + "/store.sqlite", owner: userID)
        let engine = AccountEngine(
            owner: userID, store: store,
            client: MatrixClient(baseURL: Self.url, transport: transport, accessToken: "token"), isMado: isMado,
            clock: clock, filesFolder: folder, mediaFolder: folder
        ) { _ in }
        let sender = OutboxSender(engine: engine) { _, _, _ in }
        account.parts = AccountParts(
            engine: engine, sender: sender,
            connection: SyncConnection(
                baseURL: Self.url, accessToken: "token", isMado: isMado, transport: transport,
                sink: AccountSync(engine: engine, sender: sender),
                memory: FileNetworkMemory(path: folder + "/networks.json"), clock: clock
            ) { _ in },
            transport: transport, relays: TURNServerCache(client: engine.client))
    }
}
