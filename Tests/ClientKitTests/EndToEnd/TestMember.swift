import Foundation
import Testing

@testable import ClientKit

/// A member with a client of their own, whose program can be ended and started again.
@MainActor final class TestMember {
    let transport: TestTransport
    private(set) var client: ClientModel
    private let folder: String
    private let secrets: FileSecretStore

    init() throws {
        folder = "/tmp/mado-member-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        secrets = FileSecretStore(folder: folder + "/data")
        let transport = try TestTransport()
        self.transport = transport
        client = ClientModel(folders: Self.folders(folder), secrets: secrets) { _ in transport }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private static func folders(_ folder: String) -> Folders {
        Folders(config: folder + "/config", data: folder + "/data", cache: folder + "/cache")
    }

    var account: AccountModel { client.accounts[0] }

    /// Makes an account and waits until it is connected.
    func register(_ name: String, on server: MadoProcess) async throws {
        let description = try await client.discover(server.url, network: NetworkSettings(proxy: .none))
        let account = try await client.register(
            description, user: name, password: "correct horse battery", registrationToken: nil, deviceName: "test",
            network: NetworkSettings(proxy: .none))
        await until { account.connection.state.isContinuous }
    }

    /// Ends the program and starts it again on the same folders.
    func restart() async throws {
        await client.close()
        let transport = transport
        client = ClientModel(folders: Self.folders(folder), secrets: secrets) { _ in transport }
        try await client.open()
    }

    func pullOut() { transport.isOffline = true }

    func plugIn() {
        transport.isOffline = false
        account.networkChanged()
        account.reconnectNow()
    }

    /// Waits for changes of the models until something holds.
    func until(_ condition: @escaping @MainActor () -> Bool) async {
        let watcher = Watcher(account, condition)
        await watcher.wait()
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
        if condition() { return }
        await withCheckedContinuation { waiting = $0 }
        account.changes.stop(self)
        for conversation in account.conversations { conversation.changes.stop(self) }
    }

    private func observeConversations() {
        for conversation in account.conversations where observed.insert(ObjectIdentifier(conversation)).inserted {
            conversation.changes.observe(self) { [weak self] _ in self?.look() }
        }
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
