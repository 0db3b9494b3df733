import JSON
import Synchronization

/// What works for an account beside the main thread: its store, its requests, its outbox. Everything that changes the
/// store goes through here, so that the models are told of it: once for each transaction, in order.
final class AccountEngine: Sendable {
    let owner: String
    let store: LocalStore
    let client: MatrixClient
    let isMado: Bool
    let clock: any ConnectionClock
    /// Where copies of files wait to be sent.
    let filesFolder: String
    /// Where media are kept.
    let mediaFolder: String
    private let state = Mutex(State())
    /// Puts updates into the models; called in order, on any thread.
    private let deliver: @Sendable (ModelUpdate) -> Void

    private struct State {
        var windows: [String: (window: TimelineWindow, generation: Int)] = [:]
        /// What leaves the outbox right now.
        var inFlight: Set<String> = []
        /// Whether what is entered goes out at once.
        var sendsAtOnce = false
        var storeLimit: Int64 = 1 << 30
        var onFailure: (@Sendable (any Error) -> Void)?
        /// Contacts that the server has refused for good, until they change or there is another connection.
        var refusedContacts: ContactData?
        var onContacts: (@Sendable ((any Error)?) -> Void)?
    }

    init(
        owner: String, store: LocalStore, client: MatrixClient, isMado: Bool, clock: any ConnectionClock,
        filesFolder: String, mediaFolder: String, deliver: @escaping @Sendable (ModelUpdate) -> Void
    ) {
        self.owner = owner
        self.store = store
        self.client = client
        self.isMado = isMado
        self.clock = clock
        self.filesFolder = filesFolder
        self.mediaFolder = mediaFolder
        self.deliver = deliver
    }

    // Changes

    /// Changes the store in one transaction and tells the models.
    @discardableResult
    func change<T: Sendable>(
        _ body: @escaping @Sendable (Database, inout StoreChanges) throws -> T
    ) async throws -> T {
        try await store.read { [self] database in try run(body, on: database) }
    }

    /// The same for something that nobody waits for, in the order of the calls.
    /// - Parameter committed: called once it is on the disk, and not at all when it could not be kept.
    func submit(
        _ body: @escaping @Sendable (Database, inout StoreChanges) throws -> Void,
        committed: @escaping @Sendable () -> Void = {}
    ) {
        store.submit { [self] database in
            do {
                try run(body, on: database.get(), committed: committed)
            } catch {
                state.withLock { $0.onFailure }?(error)
            }
        }
    }

    private func run<T>(
        _ body: (Database, inout StoreChanges) throws -> T, on database: Database, committed: () -> Void = {}
    ) throws -> T {
        var changes = StoreChanges()
        let value = try database.transaction { try body(database, &changes) }
        committed()
        deliver(try update(for: changes, database))
        return value
    }

    func update(for changes: StoreChanges, _ database: Database) throws -> ModelUpdate {
        let windows = state.withLock { $0.windows }
        return try ModelReader(database: database, owner: owner, windows: windows).update(for: changes)
    }

    /// Called when something entered could not be kept.
    func onFailure(_ body: @escaping @Sendable (any Error) -> Void) { state.withLock { $0.onFailure = body } }

    /// Called with why the server refuses the contacts for good, and with nil once it takes them.
    func onContacts(_ body: @escaping @Sendable ((any Error)?) -> Void) { state.withLock { $0.onContacts = body } }

    /// What was refused for good may be asked again, for there is a new connection.
    func forgetRefusals() { state.withLock { $0.refusedContacts = nil } }

    private func contacts(_ refused: ContactData?, _ error: (any Error)?) {
        let tell = state.withLock { state in
            state.refusedContacts = refused
            return state.onContacts
        }
        tell?(error)
    }

    /// Says what is open; nil closes.
    func setWindow(_ window: TimelineWindow?, generation: Int, of roomID: String) {
        state.withLock { $0.windows[roomID] = window.map { ($0, generation) } }
    }

    // What goes on

    var sendsAtOnce: Bool {
        get { state.withLock { $0.sendsAtOnce } }
        set { state.withLock { $0.sendsAtOnce = newValue } }
    }

    /// Bytes of media that are kept.
    var storeLimit: Int64 {
        get { state.withLock { $0.storeLimit } }
        set { state.withLock { $0.storeLimit = newValue } }
    }

    func beginFlight(_ transactionID: String) { state.withLock { _ = $0.inFlight.insert(transactionID) } }
    func endFlight(_ transactionID: String) { state.withLock { _ = $0.inFlight.remove(transactionID) } }
    func isInFlight(_ transactionID: String) -> Bool { state.withLock { $0.inFlight.contains(transactionID) } }

    /// Account data that was changed here goes to the server. What it refuses for good stays here, and is not sent again
    /// before it changes or there is another connection.
    /// - Returns: false when it has to be tried again.
    func sendAccountData() async -> Bool {
        let type = OwnAccountData.contacts
        guard let unsent = try? await store.read({ try $0.hasUnsentContacts ? $0.contacts() : nil }),
            state.withLock({ $0.refusedContacts != unsent })
        else { return true }
        do {
            // Other devices may have changed it since.
            let there = try await client.accountData(type, user: owner)
            try await change { database, changes in
                try database.mergeContacts(there)
                changes.contacts = true
            }
            while let content = try await store.write({ try $0.contactsToSend() }) {
                try await client.setAccountData(type, content, user: owner)
                try await store.write { try $0.contactsWereSent() }
            }
            contacts(nil, nil)
            return true
        } catch let error as MatrixClientError where !error.isTransient {
            // They may have become others, by what the server has.
            contacts((try? await store.read { try $0.contacts() }) ?? unsent, error)
            return true
        } catch {
            return false
        }
    }
}
