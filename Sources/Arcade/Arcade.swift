package import EventLoop
import HTTP
import JSON
import MatrixAPI
package import Outbound
package import Server
package import StoreSQLite
import Synchronization

/// The second server: people who are talking on first servers open games and shared viewing here and find themselves in
/// them together.
///
/// `House` decides, on one thread; this does what follows from it: asks first servers, tells devices, lets the program
/// think, and looks after the time.
package final class Arcade: Sendable {
    /// The arcade, for the thread that is there before it.
    private final class Late: Sendable {
        private struct Reference { weak var arcade: Arcade? }
        private let reference = Mutex(Reference())
        var arcade: Arcade? {
            get { reference.withLock { $0.arcade } }
            set { reference.withLock { $0.arcade = newValue } }
        }
    }

    let thread: ArcadeThread
    let streams: ArcadeStreams
    let firstServers: FirstServers
    let clock: WallClock
    let log: Log
    /// Where cards lead: the page, with a slash at its end.
    let url: String
    let logins: ArcadeLogins
    let files: SessionFiles
    /// Recognises people's devices.
    package var authenticator: any Authenticating { logins }
    private let loop: EventLoop
    private let timer = Mutex<(at: Int64, timer: LoopTimer)?>(nil)
    private let thinking = BlockingPool(threads: 1, name: "arcade-think")
    private let watches = Mutex<[Task<Void, Never>]>([])

    /// - Parameters:
    ///   - folder: for what people bring into sessions.
    ///   - url: the page's address for people, with a slash at its end.
    /// - Throws: `StoreError`; `SystemError` for the folder.
    package init(
        _ database: ArcadeDatabase, folder: String, firstServers: [FirstServer], http: HTTPClient, url: String,
        loop: EventLoop, log: Log, clock: WallClock = .system
    ) throws {
        let late = Late()
        let streams = ArcadeStreams()
        self.streams = streams
        self.firstServers = FirstServers(firstServers, http: http, clock: clock)
        self.clock = clock
        self.log = log
        self.url = url
        self.loop = loop
        try database.begin()
        try database.deleteLogins(expiredAt: clock.now)
        try database.commit()
        files = try SessionFiles(folder: folder)
        logins = ArcadeLogins(try database.logins(), clock: clock)
        thread = try ArcadeThread(
            database, clock: clock,
            carryOut: { effects in for effect in effects { late.arcade?.carryOut(effect) } },
            plan: { late.arcade?.plan($0) })
        late.arcade = self
    }

    /// Begins to follow what first servers tell of changes, and lets clocks run that ran before.
    package func start() {
        let tasks = firstServers.all.compactMap { firstServers.client(of: $0.name) }.map { client in
            Task { await self.follow(client) }
        }
        watches.withLock { $0 = tasks }
        Task {
            await attempt("what was under way could not go on") { [files] house, now in
                try house.timePassed(now: now)
                try house.endDeserted(now: now)
                files.forgetAll(except: Set(house.sessions.keys))
                house.resume()
            }
        }
    }

    /// Ends streams and waits until everything is written.
    package func stop() async {
        for task in watches.withLock({ $0 }) { task.cancel() }
        streams.endAll()
        await thread.close()
    }

    // MARK: Effects

    private func carryOut(_ effect: Effect) {
        switch effect {
        case .tell(let person, let text): streams.send(text, to: person)
        case .ask(let seat): Task { await ask(seat) }
        case .card(let session, let activity, let language, let from, let to):
            Task { await sendCards(session, activity, ArcadeTexts(language), from: from, to: to) }
        case .result(let session, let activity, _, let person, let text, let cards):
            Task { await sendResult(session, activity, by: person, text, cards) }
        case .forget(let session): files.forget(session)
        case .think(let session, let count, let game, let seed):
            thinking.submit { [self] in
                guard let move = game.bestMove(seed: seed) else { return }
                Task { await play(move, in: session, count: count) }
            }
        }
    }

    /// Steps 205 and 206, 303.
    private func ask(_ seat: SessionLaunch.Seat) async {
        let found: (look: Int, users: [String])? = try? await thread.perform { house, _ in
            (house.nextLook(), house.users(of: seat.person))
        }
        guard let (look, users) = found else { return }
        let all = await firstServers.people(of: users) { [self] some in await tell(seat, some, look, isPartial: true) }
        await tell(seat, all, look)
    }

    private func tell(
        _ seat: SessionLaunch.Seat, _ companions: Companions, _ look: Int, isPartial: Bool = false
    ) async {
        await attempt("people could not be noted") { house, now in
            try house.answered(seat, companions, look: look, isPartial: isPartial, now: now)
        }
    }

    private func play(_ move: String, in session: String, count: Int) async {
        _ = try? await thread.perform { house, now in
            try house.programMoves(move, in: session, count: count, now: now)
        }
    }

    /// Does something that nobody waits for; what goes wrong is for the administrator.
    private func attempt(_ what: String, _ body: @escaping @Sendable (House, Int64) throws -> Void) async {
        do { try await thread.perform(body) } catch { log.error(what, ["reason": "\(error)"]) }
    }

    // MARK: Messages

    private func sendCards(
        _ session: String, _ activity: String, _ texts: ArcadeTexts, from: String, to: [String]
    ) async {
        typealias Parties = (name: String, from: [String], to: [[String]])
        let found: Parties? = try? await thread.perform { house, _ in
            (house.name(of: from), house.users(of: from), to.map(house.users))
        }
        guard let found else { return }
        for user in found.from {
            let server = user.drop { $0 != ":" }.dropFirst()
            let reached = found.to.joined().filter { $0.hasSuffix(":\(server)") }
            guard !reached.isEmpty, let client = firstServers.client(of: server) else { continue }
            let message = JSONWriter.object { object in
                object.member("kind", "card")
                object.member("user_id", user)
                object.array("to") { list in for user in reached { list.value(user) } }
                object.member("session_id", session)
                object.member("activity", activity)
                object.member("text", texts.card(found.name, activity))
                object.member("link", "\(url)#\(activity)")
            }
            do {
                let answer = try await client.send(message, transaction: "card-\(session)")
                let cards = (answer["cards"]?.array.map(Array.init) ?? []).compactMap { $0["event_id"]?.string }
                    .map { Card(server: String(server), event: $0, user: user) }
                await attempt("cards could not be noted") { house, _ in try house.add(cards, to: session) }
            } catch {
                log.warning("a card could not be sent", ["server": String(server), "reason": "\(error)"])
            }
        }
    }

    private func sendResult(
        _ session: String, _ activity: String, by person: String, _ text: String, _ cards: [Card]
    ) async {
        for card in cards {
            guard let client = firstServers.client(of: card.server) else { continue }
            let message = JSONWriter.object { object in
                object.member("kind", "result")
                object.member("user_id", card.user)
                object.member("card", card.event)
                object.member("session_id", session)
                object.member("activity", activity)
                object.member("text", text)
            }
            do {
                _ = try await client.send(message, transaction: "result-\(RandomBytes.token(9))")
            } catch {
                log.warning("a result could not be sent", ["server": card.server, "reason": "\(error)"])
            }
        }
    }

    // MARK: Changes at first servers

    /// Asks again about people who are choosing when their first server says that something changed.
    private func follow(_ client: FirstServerClient) async {
        var cursor: String?
        var pause = Duration.seconds(1)
        while !Task.isCancelled {
            do {
                let news = try await client.changes(after: cursor)
                cursor = news.next
                pause = .seconds(1)
                let isAll = news.isReset
                let users = news.users
                let seats: [SessionLaunch.Seat] = try await thread.perform { house, _ in
                    house.choosing(isAll ? nil : users)
                }
                for seat in seats { await ask(seat) }
            } catch {
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(30))
            }
        }
    }

    // MARK: Time

    private func plan(_ deadline: Int64?) {
        timer.withLock { planned in
            if let deadline, let planned, planned.at <= deadline { return }
            planned?.timer.cancel()
            planned = deadline.map { deadline in
                let wait = Duration.milliseconds(max(0, deadline - clock.now))
                return (deadline, loop.schedule(after: wait) { [weak self] in self?.timeCame() })
            }
        }
    }

    private func timeCame() {
        timer.withLock { $0 = nil }
        Task { await attempt("the time could not be noted") { house, now in try house.timePassed(now: now) } }
    }
}
