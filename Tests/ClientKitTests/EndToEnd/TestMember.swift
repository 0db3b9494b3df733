import Foundation
import Testing

@testable import ClientKit

/// A member with a client of their own, whose program can be ended and started again.
@MainActor final class TestMember {
    private(set) var transport: TestTransport
    private(set) var client: ClientModel
    let folders: Folders
    let secrets: FileSecretStore
    private let folder: String
    private let clock: any ConnectionClock

    init(clock: any ConnectionClock = SystemConnectionClock()) throws {
        folder = "/tmp/mado-member-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        folders = Folders(config: folder + "/config", data: folder + "/data", cache: folder + "/cache")
        secrets = FileSecretStore(folder: folder + "/data")
        self.clock = clock
        let transport = try TestTransport()
        self.transport = transport
        client = ClientModel(folders: folders, secrets: secrets, clock: clock) { _ in transport }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    static let password = "correct horse battery"
    private static let network = NetworkSettings(proxy: .none)

    var account: AccountModel { client.accounts[0] }

    /// The account's requests, past the models.
    var api: MatrixClient {
        get throws { try account.running().client }
    }

    /// Where the account keeps what was received and entered.
    var accountFolder: String { folders.data + "/" + account.record.fileName }

    /// Makes an account and waits until it is connected.
    func register(_ name: String, on server: MadoProcess, token: String? = nil) async throws {
        let account = try await client.register(
            try await discover(server), user: name, password: Self.password, registrationToken: token,
            deviceName: "test", network: Self.network)
        try await Self.until(account) { account.connection.state.isContinuous }
    }

    /// Logs in and waits until everything has arrived.
    func logIn(_ name: String, on server: MadoProcess, password: String = password) async throws {
        let account = try await client.logIn(
            try await discover(server), user: name, password: password, deviceName: "test", network: Self.network)
        try await Self.until(account) { account.connection.state.isContinuous }
    }

    private func discover(_ server: MadoProcess) async throws -> ServerDescription {
        try await client.discover(server.url, network: Self.network)
    }

    /// Ends the program and starts it again on the same folders.
    func restart() async throws {
        await client.close()
        try await start()
    }

    /// Starts the program on the same folders, while the one before comes to nothing any more.
    func startAfterKill() async throws {
        transport.freeze()
        transport = try TestTransport()
        try await start()
    }

    /// The same, and nothing is sent until the mode is another one.
    func startOfflineAfterKill() async throws {
        account.mode = .offline
        await client.flush()
        try await startAfterKill()
    }

    private func start() async throws {
        let transport = transport
        client = ClientModel(folders: folders, secrets: secrets, clock: clock) { _ in transport }
        try await client.open()
    }

    func pullOut() { transport.isOffline = true }

    func plugIn() {
        transport.isOffline = false
        account.networkChanged()
        account.reconnectNow()
    }

    /// Waits for changes of the models until something holds.
    /// - Throws: `CancellationError` when the test's time is over.
    func until(_ condition: @escaping @MainActor () -> Bool) async throws { try await Self.until(account, condition) }

    static func until(_ account: AccountModel, _ condition: @escaping @MainActor () -> Bool) async throws {
        let watcher = Watcher(account, condition)
        await withTaskCancellationHandler {
            await watcher.wait()
        } onCancel: {
            Task { @MainActor in watcher.giveUp() }
        }
        try Task.checkCancellation()
    }

    func conversation(with name: String) -> ConversationModel? {
        account.directConversation(with: "@\(name):localhost")
    }
}

/// Hears of every change of an account and its conversations.
@MainActor private final class Watcher {
    private let account: AccountModel
    private let condition: @MainActor () -> Bool
    private var waiting: CheckedContinuation<Void, Never>?
    private var observed: Set<ObjectIdentifier> = []

    init(_ account: AccountModel, _ condition: @escaping @MainActor () -> Bool) {
        self.account = account
        self.condition = condition
    }

    func wait() async {
        account.changes.observe(self) { [weak self] _ in self?.look() }
        observeConversations()
        if condition() || Task.isCancelled { return }
        await withCheckedContinuation { waiting = $0 }
        account.changes.stop(self)
        for conversation in account.conversations { conversation.changes.stop(self) }
    }

    private func observeConversations() {
        for conversation in account.conversations where observed.insert(ObjectIdentifier(conversation)).inserted {
            conversation.changes.observe(self) { [weak self] _ in self?.look() }
        }
    }

    func giveUp() {
        waiting?.resume()
        waiting = nil
    }

    private func look() {
        observeConversations()
        guard waiting != nil, condition() else { return }
        waiting?.resume()
        waiting = nil
    }
}

extension ConversationModel {
    /// What was said, in order.
    var texts: [String] {
        items.compactMap { item in
            if case .text(let plain, _) = item.content { return plain }
            return nil
        }
    }
}
