import JSON
import MatrixAPI

/// What ``ArcadeModel`` tells its observers, after it has changed.
package enum ArcadeChange: Sendable, Equatable {
    case servers
    case visit
}

/// The second servers of an account, and where its member is with one of them. One place at a time.
@MainActor package final class ArcadeModel {
    package unowned let account: AccountModel
    /// As the account's own server knows them, those that the member refused included; kept for when there is no
    /// connection.
    package private(set) var servers: [SecondServer] = []
    package private(set) var visit: ArcadeVisit?
    package let changes = Observers<ArcadeChange>()

    private var logins: [String: (ArcadeClient, ArcadeClient.Login)] = [:]
    private var refreshing: Task<Void, Never>?
    private nonisolated static let value = "arcade.servers"

    init(account: AccountModel) { self.account = account }

    /// Those that may be used.
    package var usable: [SecondServer] { servers.filter { !$0.isRefused } }

    package func server(_ name: String) -> SecondServer? { servers.first { $0.name == name } }

    // MARK: Which there are

    /// Shows what was kept.
    func load() async {
        guard let parts = account.parts,
            let text = try? await parts.engine.store.read({ try $0.value(Self.value) }),
            let value = try? JSONValue.parse(Array(text.utf8), limits: .stored)
        else { return }
        take(value)
    }

    func connected() { refresh() }

    /// Asks the account's server; once at a time.
    package func refresh() {
        guard refreshing == nil, let parts = account.parts, account.isOnMadoServer, parts.engine.sendsAtOnce else {
            return
        }
        refreshing = Task { [weak self] in
            let answer = try? await parts.client.secondServers()
            self?.refreshing = nil
            guard let answer, SecondServer.list(answer) != nil else { return }
            self?.take(answer)
            let text = String(decoding: answer.bytes, as: UTF8.self)
            try? await parts.engine.store.write { try $0.setValue(text, for: Self.value) }
        }
    }

    private func take(_ answer: JSONValue) {
        guard let new = SecondServer.list(answer), new != servers else { return }
        servers = new
        changes.notify(.servers)
    }

    /// Whether a second server may learn of this member. Refusing leaves it.
    /// - Throws: ``MatrixClientError``, ``TransportError``.
    package func setRefused(_ isRefused: Bool, server name: String) async throws {
        try await account.running().client.setRefused(isRefused, secondServer: name)
        if isRefused, visit?.server.name == name { leave() }
        logins[name] = nil
        guard let at = servers.firstIndex(where: { $0.name == name }) else { return }
        servers[at].isRefused = isRefused
        changes.notify(.servers)
        refresh()
    }

    // MARK: Being there

    /// Goes there; a former visit is left.
    /// - Parameters:
    ///   - people: with whom the member would like to be, of those with whom they are talking.
    ///   - joining: the card that was followed.
    /// - Throws: ``ClientError/notRunning``.
    @discardableResult
    package func open(
        _ activity: ArcadeActivity, at server: SecondServer, with people: [String] = [], joining: SessionCard? = nil,
        options: ArcadeOptions = ArcadeOptions()
    ) throws -> ArcadeVisit {
        let parts = try account.running()
        leave()
        let user = account.userID
        let visit = ArcadeVisit(
            server, activity, wanted: people, joining: joining, options: options, clock: parts.engine.clock,
            logIn: { [weak self] in
                if let known = self?.logins[server.name] { return known }
                let proof = try await parts.client.openIDToken(of: user)
                let open = ArcadeClient(url: server.url, transport: parts.transport)
                let login = try await open.logIn(proof)
                let made = (
                    ArcadeClient(url: server.url, transport: parts.transport, token: login.token), login
                )
                self?.logins[server.name] = made
                self?.keepPage(of: server, made.0)
                return made
            }, forgetLogin: { [weak self] in self?.logins[server.name] = nil })
        self.visit = visit
        visit.start()
        changes.notify(.visit)
        return visit
    }

    // MARK: Without a connection

    private func pages(of server: SecondServer) -> ArcadePageStore? {
        account.parts.map { parts in
            ArcadePageStore(folder: parts.engine.mediaFolder + "/arcade/" + FileName.hashed(server.url))
        }
    }

    /// For the next time that there is none.
    private func keepPage(of server: SecondServer, _ client: ArcadeClient) {
        guard let pages = pages(of: server) else { return }
        Task { try? await pages.refresh(client) }
    }

    /// What can be played alone while the server cannot be reached: the folder of the page that was kept, and the address
    /// in it. nil when there is nothing for this.
    package func alone(_ activity: ArcadeActivity, at server: SecondServer, language: String) async -> (
        folder: String, entry: String
    )? {
        guard let pages = pages(of: server) else { return nil }
        let kept = await Task.detached { pages.kept() }.value
        guard let kept, kept.activities.contains(activity) else { return nil }
        let name = QueryCoding.encode(account.profile.displayName)
        return (kept.folder, "index.html#\(activity.rawValue)&alone&name=\(name)&language=\(language)")
    }

    package func leave() {
        guard let visit else { return }
        visit.leave()
        self.visit = nil
        changes.notify(.visit)
    }
}
