import EventLoop
import HTTP
import JSON
import MatrixAPI
import Store
import StoreSQLite

@testable import Server

/// The capabilities that sync stands on, added to a harness.
enum SyncHarness {
    /// What a test looks at besides the endpoints.
    final class Capabilities {
        var presence: Presence?
        var notifier: SyncNotifier?
        var slidingConnections: SlidingConnections?
    }

    static func add(
        to parts: RouteHarness.Parts, _ routes: inout Routes, capabilities: Capabilities = Capabilities(),
        slidingLimits: SlidingConnections.Limits = SlidingConnections.Limits()
    ) {
        let journal = parts.journal
        let sequence = EphemeralSequence(epoch: 1)
        let notifier = SyncNotifier(loops: parts.loops.loops, journal: journal, deliveries: parts.deliveries)
        let ignoredUsers = IgnoredUsers()
        let unread = UnreadCounts(rules: parts.pushRules, ignoredUsers: ignoredUsers)
        let typing = Typing(journal: journal, sequence: sequence) { notifier.typingChanged(in: [$0]) }
        let presence = Presence(
            journal: journal, sequence: sequence, clock: parts.clock, loop: parts.loops.loops[0]
        ) { notifier.presenceChanged(of: $0) }
        capabilities.presence = presence
        capabilities.notifier = notifier
        let megolmSessions = MegolmSessions()
        let keys = DeviceKeys(
            journal: journal, authentication: parts.authentication, megolmSessions: megolmSessions)
        let sync = Sync(
            sources: SyncSources(
                journal: journal, unread: unread, ignoredUsers: ignoredUsers, sequence: sequence, typing: typing,
                presence: presence, keys: keys, clock: parts.clock, deliveries: parts.deliveries),
            notifier: notifier, connections: presence)
        let connections = SlidingConnections(limits: slidingLimits)
        capabilities.slidingConnections = connections
        for observer in [presence, connections, notifier] as [any SessionObserver] {
            parts.sessions.addObserver(observer)
        }
        for observer in [ignoredUsers, unread, presence, notifier] as [any JournalObserver] {
            journal.addObserver(observer)
        }
        let providers: [any RouteProviding] = [
            Rooms(
                journal: journal, serverName: RouteHarness.serverName, clock: parts.clock,
                megolmSessions: megolmSessions),
            Receipts(journal: journal, clock: parts.clock), typing, presence, keys, sync,
            SlidingSync(sync: sync, connections: connections),
            ToDevice(journal: journal, megolmSessions: megolmSessions),
            KeyBackup(journal: journal), DehydratedDevices(journal: journal, keys: keys, sessions: parts.sessions),
        ]
        for provider in providers { provider.addRoutes(to: &routes) }
    }

    static func run(_ body: (RouteHarness) async throws -> Void) async throws {
        try await RouteHarness.run(adding: { add(to: $0, &$1) }, body)
    }
}

extension TestMember {
    /// A sync that does not wait.
    func sync(since: String? = nil, with more: String = "") async -> TestAnswer {
        await get("/_matrix/client/v3/sync?timeout=0" + (since.map { "&since=\($0)" } ?? "") + more)
    }

    /// A sync that waits half a minute.
    func poll(since: String, with more: String = "") -> PendingAnswer {
        server.begin(.get, "/_matrix/client/v3/sync?timeout=30000&since=\(since)\(more)", token: token)
    }

    /// The token of a first sync.
    func firstToken() async -> String { await sync()["next_batch"]?.string ?? "" }

    @discardableResult
    func say(_ text: String, in room: RoomID, transaction: String? = nil) async -> String {
        let transaction = transaction ?? text.filter(\.isLetter) + String(text.hashValue, radix: 36)
        let answer = await put(
            "/_matrix/client/v3/rooms/\(room)/send/m.room.message/\(transaction)",
            #"{"msgtype":"m.text","body":"\#(text)"}"#)
        return answer["event_id"]?.string ?? "\(answer.status) \(answer.text)"
    }
}

extension TestAnswer {
    var token: String { self["next_batch"]?.string ?? "" }

    func room(_ id: RoomID, _ section: String = "join") -> JSONValue? { self["rooms"]?[section]?[id.string] }

    /// The bodies of the messages in a room's timeline.
    func texts(_ id: RoomID) -> [String] { events(id, "timeline").compactMap { $0["content"]?["body"]?.string } }

    func events(_ id: RoomID, _ part: String, _ section: String = "join") -> [JSONValue] {
        room(id, section)?[part]?["events"]?.array.map(Array.init) ?? []
    }
}

extension PendingAnswer {
    /// What has come when it satisfies `condition`, with time going on until then: the request may not have reached
    /// its waiting yet when the clock first moves.
    func received(
        advancing server: RouteHarness, by step: Duration, until condition: (TestAnswer) -> Bool
    ) async -> TestAnswer {
        while true {
            let now = await stream.received { _ in true }
            let answer = TestAnswer(status: now.status, headers: now.headers, bytes: now.body)
            if condition(answer) || now.isOver { return answer }
            await server.drivenClock.advance(by: step)
        }
    }
}
