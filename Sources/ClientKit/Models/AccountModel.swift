/// One account that is logged in: who the member is, who is there, what is being said.
@MainActor package final class AccountModel {
    package let userID: String
    package let deviceID: String
    package let serverName: String

    package internal(set) var profile: Person
    /// Own, as chosen.
    package internal(set) var availability = Availability.ready
    package internal(set) var statusMessage = ""
    package internal(set) var connection = ConnectionReport(state: .starting)
    /// How many entries wait in the outbox.
    package internal(set) var waitingToSend = 0
    /// Joined, newest activity first; those that wait for an answer included.
    package internal(set) var conversations: [ConversationModel] = []
    /// Invitations to this member, newest first.
    package internal(set) var requests: [ChatRequest] = []
    /// People of direct conversations and those that were added; ready first, then by name.
    package internal(set) var contacts: [Person] = []
    /// Names of the groups of contacts.
    package internal(set) var groups: [String] = []
    /// How the server is reached; kept as soon as set.
    package var networkSettings: NetworkSettings {
        didSet { if networkSettings != oldValue { networkSettingsChanged() } }
    }
    /// When the account is connected; kept as soon as set.
    package var mode: ConnectionMode {
        didSet { if mode != oldValue { modeChanged() } }
    }
    /// The last mode that was not offline: what ``mode`` becomes when the user no longer works offline.
    package var onlineMode: ConnectionMode { record.onlineMode }
    package let changes = Observers<AccountChange>()
    /// What the organisation shows.
    package private(set) lazy var portal = PortalModel(account: self)
    /// Games and shared viewing with those with whom the member is talking.
    package private(set) lazy var arcades = ArcadeModel(account: self)
    /// The last error with what was entered or received here, for a message to the user.
    package internal(set) var storeProblem: (any Error)?
    /// Why the server does not take the contacts as they are here.
    package internal(set) var contactsProblem: (any Error)?

    var record: AccountRecord
    /// Set by `start`, gone after `stop`.
    var parts: AccountParts?
    var byRoom: [String: ConversationModel] = [:]
    var known: [String: Person] = [:]
    /// Whose profile was asked for.
    var learned: Set<String> = []
    var isIdle = false
    weak var client: ClientModel?

    init(record: AccountRecord, client: ClientModel) {
        self.record = record
        self.client = client
        userID = record.userID
        deviceID = record.deviceID
        serverName = record.serverName
        networkSettings = record.network
        mode = record.mode
        profile = Person(userID: record.userID)
    }

    /// What works for the account.
    /// - Throws: ``ClientError/notRunning``.
    func running() throws -> AccountParts {
        guard let parts else {
            throw ClientError.notRunning
        }
        return parts
    }

    private func networkSettingsChanged() {
        record.network = networkSettings
        client?.keepAccount(self)
        parts?.apply(networkSettings)
    }

    private func modeChanged() {
        record.mode = mode
        client?.keepAccount(self)
        parts?.connection.setMode(mode)
    }
}

extension AccountModel {
    /// Where the server was found; its name alone need not lead there.
    package var address: String { record.baseURL }

    /// Whether the server has Mado's own endpoints, the stream among them.
    package var isOnMadoServer: Bool { record.isMado }

    /// Unread messages of all conversations that are not muted.
    package var unread: Int { conversations.reduce(0) { $0 + ($1.isMuted ? 0 : $1.unread) } }

    /// Whether what is entered goes out now or with the next regular connection.
    package var isConnected: Bool {
        switch connection.state {
        case .streaming, .polling, .shortPolling, .interval: true
        case .starting, .connecting, .offline, .loggedOut: false
        }
    }
}
