import JSON
import MatrixAPI

/// What ``ArcadeVisit`` tells its observers, after it has changed.
package enum ArcadeVisitChange: Sendable, Equatable {
    case place
    case view
    /// Connected, or not, and why.
    case connection
}

/// A member at a second server for one activity: from the connection request to leaving.
///
/// It logs in, asks to be let in, and follows what the server says over one stream of events, which is opened anew where
/// it breaks; the server then tells everything again. The questions that it asks are put by whoever observes, and the
/// board is drawn by the server's page (``address(language:)``).
@MainActor package final class ArcadeVisit {
    package let server: SecondServer
    package let activity: ArcadeActivity
    /// User ids of those with whom the member would like to be.
    package let wanted: [String]
    /// The session of a card that was followed: joined without another question.
    package let joining: SessionCard?
    package private(set) var place = ArcadePlace.none
    /// Of the session that the member is in; nil before it is known.
    package private(set) var view: ArcadeView?
    package private(set) var isConnected = false
    /// Why it is not connected, or what the server did not do; nil when there is nothing to say.
    package private(set) var problem: (any Error)?
    package let changes = Observers<ArcadeVisitChange>()

    private let logIn: () async throws -> (ArcadeClient, ArcadeClient.Login)
    private let forgetLogin: () -> Void
    private let clock: any ConnectionClock
    private let options: ArcadeOptions
    private var client: ArcadeClient?
    private var login: ArcadeClient.Login?
    private var running: Task<Void, Never>?
    private var answered: Int?
    private var hasLeft = false

    /// - Parameters:
    ///   - logIn: gives a client with a token; asked again when the server does not know it any more.
    ///   - forgetLogin: the token is not valid.
    init(
        _ server: SecondServer, _ activity: ArcadeActivity, wanted: [String], joining: SessionCard?,
        options: ArcadeOptions, clock: any ConnectionClock,
        logIn: @escaping () async throws -> (ArcadeClient, ArcadeClient.Login), forgetLogin: @escaping () -> Void
    ) {
        self.server = server
        self.activity = activity
        self.wanted = wanted
        self.joining = joining
        self.options = options
        self.clock = clock
        self.logIn = logIn
        self.forgetLogin = forgetLogin
    }

    // MARK: Connection

    /// Pauses between attempts, in milliseconds.
    private static let shortestPause: Int64 = 500
    private static let longestPause: Int64 = 10_000
    /// The largest view that is taken, in bytes: a drawing has many lines.
    private static let eventLimit = 4 << 20

    func start() {
        running = Task { [weak self, clock] in
            var pause = Self.shortestPause
            while !Task.isCancelled {
                let wasHeard = await self?.follow() ?? false
                pause = wasHeard ? Self.shortestPause : min(pause * 2, Self.longestPause)
                guard !Task.isCancelled, (try? await clock.sleep(milliseconds: pause)) != nil else { return }
            }
        }
    }

    /// One stream of events, from its beginning to its end. - Returns: whether anything was heard.
    private func follow() async -> Bool {
        var wasHeard = false
        do {
            let (client, login) = try await logIn()
            self.client = client
            self.login = login
            let stream = try await client.events()
            guard stream.status == 200 else {
                if stream.status == 401 { forgetLogin() }
                throw MatrixClientError(ClientResponse(status: stream.status), nil)
            }
            try await askToBeLetIn(client)
            wasHeard = true
            set(isConnected: true, problem: nil)
            var events = ServerSentEvents(limit: Self.eventLimit)
            for try await chunk in stream.chunks {
                for event in try events.take(chunk) { receive(event.data) }
            }
            throw TransportError.cut
        } catch {
            // Leaving ends the stream, too.
            if !hasLeft, !Task.isCancelled { set(isConnected: false, problem: error) }
        }
        return wasHeard
    }

    private func askToBeLetIn(_ client: ArcadeClient) async throws {
        if let joining, place == .none, !joining.people.isEmpty, joining.isForSomebodyElse(than: login?.id) {
            do { return try await client.watch(joining.sessionID) } catch let error as MatrixClientError
                where error.status == 404
            {
                // Over, or gone: whatever there is now.
            }
        }
        try await client.connect(activity, options)
    }

    private func set(isConnected: Bool, problem: (any Error)?) {
        self.isConnected = isConnected
        self.problem = problem
        changes.notify(.connection)
    }

    private func receive(_ data: [UInt8]) {
        guard let value = try? JSONValue.parse(data, limits: .stored),
            value["activity"]?.string == activity.rawValue
        else { return }
        if value["place"] != nil {
            guard let new = ArcadePlace(value) else { return }
            take(new)
        } else if let new = ArcadeView(value), place.session == nil || new.session == place.session, new != view {
            view = new
            changes.notify(.view)
        }
    }

    private func take(_ new: ArcadePlace) {
        guard new != place else { return }
        if new.session != place.session, view?.session != new.session { view = nil }
        place = new
        // Who followed a card has answered its question already.
        if case .invited(let prompt, _, let session) = new, session == joining?.sessionID, answered != prompt {
            Task { try? await answer(.join) }
        }
        changes.notify(.place)
    }

    // MARK: Acting

    /// The question that is to be put now; nil when there is none, or it was answered.
    package var question: Int? { place.prompt.flatMap { $0 == answered ? nil : $0 } }

    /// Answers the question.
    /// - Throws: ``MatrixClientError``, ``TransportError``; nothing when something else happened first, which is told.
    package func answer(_ answer: ArcadeAnswer) async throws {
        guard let client, let prompt = place.prompt else { return }
        answered = prompt
        do {
            try await client.answer(answer, to: prompt, activity)
        } catch let error as MatrixClientError where error.status == 409 {
            return
        } catch {
            answered = nil
            changes.notify(.place)
            throw error
        }
    }

    /// Something that is done in the session besides the board's moves.
    package func act(_ entry: String) async throws {
        guard let client, let session = place.session else { return }
        try await client.act(entry, in: session, count: activity.isContest ? view?.count : nil)
    }

    /// Shows a file to everybody in a session of shared viewing.
    /// - Parameters:
    ///   - type: its media type.
    ///   - title: one line.
    package func bring(file path: String, type: String, title: String) async throws {
        guard let client, let session = place.session else { return }
        let kind = type.hasPrefix("image/") ? "picture" : type.hasPrefix("video/") ? "video" : "audio"
        let url = try await client.bring(file: path, type: type, to: session)
        let line = String(title.map { $0.isNewline ? " " : $0 }.prefix(100))
        try await client.act("move add \(kind) \(url) \(line)", in: session, count: nil)
    }

    /// Away from it: whoever waits for this member learns it.
    package func leave() {
        guard !hasLeft else { return }
        hasLeft = true
        running?.cancel()
        guard let client else { return }
        let activity = activity
        Task { try? await client.leave(activity) }
    }

    // MARK: The page

    /// Where the page shows the session to this member, inside of a program that puts the questions itself. What lets it
    /// in stands behind `#`, which no server sees, and the page takes it away at once.
    package func address(language: String) -> String? {
        guard let login else { return nil }
        return "\(server.url)#\(activity.rawValue)&token=\(QueryCoding.encode(login.token))"
            + "&id=\(QueryCoding.encode(login.id))&name=\(QueryCoding.encode(login.name))"
            + "&language=\(QueryCoding.encode(language))&inside"
    }
}

extension SessionCard {
    /// Whether the member was not among those who were asked; they may watch.
    fileprivate func isForSomebodyElse(than member: String?) -> Bool {
        kind == .card && member.map { !people.contains($0) } ?? false
    }
}
