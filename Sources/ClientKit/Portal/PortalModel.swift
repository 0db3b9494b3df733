import JSON

/// What ``PortalModel`` tells its observers, after the model has changed.
package enum PortalChange: Sendable, Equatable {
    case ticker
    case feeds
    case channels
    case board
    case applications
    case instructions
    /// New values of series in this feed's room.
    case series(roomID: String)
}

/// What the organisation shows to a member: feeds, channels, announcements, applications. Everything is read from the
/// local store, so that it is there without a connection, too.
@MainActor package final class PortalModel {
    package unowned let account: AccountModel
    /// Whether the server has a portal.
    package private(set) var isPresent = false
    package private(set) var name = ""
    /// In the order of the portal.
    package private(set) var feeds: [Feed] = []
    package private(set) var channels: [Channel] = []
    package private(set) var applications: [PortalApplication] = []
    /// Items of subscribed feeds that are worth a look now: urgent and high ones first, then newest first.
    package private(set) var ticker: [FeedItem] = []
    /// All that are in their time now, also those that were put away; most urgent first, then newest first.
    package private(set) var announcements: [Announcement] = []
    /// Newest first, those that wait for the user's decision included.
    package private(set) var instructions: [Instruction] = []
    package let changes = Observers<PortalChange>()

    private var snapshots: [String: PortalSnapshot] = [:]
    private var directory: PortalDirectory?
    private var submissions: [String: [Submission]] = [:]
    private var waking: Task<Void, Never>?
    private var refreshing: Task<Void, Never>?
    private var isAskedAgain = false
    /// Opened when something is first played.
    var gateway: MediaGateway?
    var keeping: Task<Void, Never>?
    /// What was watched last, and its way to the disk.
    var watched: (url: String, keeping: Task<Void, Never>)?

    init(account: AccountModel) { self.account = account }

    /// The announcements that belong on the banner.
    package var shownAnnouncements: [Announcement] { announcements.filter { !$0.isDismissed } }

    package func feed(_ roomID: String) -> Feed? { feeds.first { $0.roomID == roomID } }
    package func channel(_ roomID: String) -> Channel? { channels.first { $0.roomID == roomID } }
    package func application(_ roomID: String) -> PortalApplication? { applications.first { $0.roomID == roomID } }

    /// What a room of the portal is; nil for a conversation.
    package func type(of roomID: String) -> PortalRoomType? { snapshots[roomID]?.type }

    // MARK: Updating

    /// - Returns: whether anything is new.
    func take(_ update: ModelUpdate) -> Bool {
        var told: [PortalChange] = []
        for room in update.portalRooms where snapshots[room.roomID] != room {
            snapshots[room.roomID] = room
            if room.type == .feed { told.append(.series(roomID: room.roomID)) }
        }
        if let directory = update.portalDirectory { self.directory = directory }
        if update.portalIsOutdated { refresh() }
        if let new = update.instructions, new != instructions {
            instructions = new
            told.append(.instructions)
        }
        let hasSubmissions = update.submissions.map { $0 != submissions } ?? false
        if let new = update.submissions { submissions = new }
        let hasRooms = !update.portalRooms.isEmpty || update.portalDirectory != nil || hasSubmissions
        if hasRooms { told.append(contentsOf: derive()) }
        for change in told { changes.notify(change) }
        return !told.isEmpty || hasRooms
    }

    /// A connection is there again: what was left may have changed.
    func connected() { refresh() }

    /// Puts the lists together anew.
    private func derive() -> [PortalChange] {
        let rooms = orderedRooms()
        var told: [PortalChange] = []
        func put<Value: Equatable>(
            _ new: Value, _ path: ReferenceWritableKeyPath<PortalModel, Value>, _ what: PortalChange
        ) {
            guard self[keyPath: path] != new else { return }
            self[keyPath: path] = new
            told.append(what)
        }
        let space = snapshots.values.lazy.compactMap { room -> String? in
            if case .space(let name) = room.content, room.isJoined { return name }
            return nil
        }.first
        isPresent = directory != nil || space != nil
        name = directory?.name ?? space ?? ""
        put(rooms.compactMap { if case .feed(let feed) = $0.content { feed } else { nil } }, \.feeds, .feeds)
        put(rooms.compactMap { if case .channel(let found) = $0.content { found } else { nil } }, \.channels, .channels)
        put(
            rooms.compactMap { if case .application(let found) = $0.content { found } else { nil } }, \.applications,
            .applications)
        told.append(contentsOf: deriveTimed(rooms))
        return told
    }

    /// What depends on the time of the day, too: wakes up when the next item begins or ends.
    private func deriveTimed(_ rooms: [PortalSnapshot]) -> [PortalChange] {
        guard let clock = account.parts?.engine.clock else { return [] }
        let now = clock.now().wall
        var told: [PortalChange] = []
        let items = Ticker.items(of: feeds, at: now)
        if items != ticker {
            ticker = items
            told.append(.ticker)
        }
        let all = rooms.flatMap { room -> [Announcement] in
            if case .board(let board) = room.content { return board.announcements }
            return []
        }
        let active = all.filter { $0.isActive(at: now) }
            .sorted { ($0.priority.rank, $0.published, $0.id) > ($1.priority.rank, $1.published, $1.id) }
        if active != announcements {
            announcements = active
            told.append(.board)
        }
        let times = items.compactMap(\.expires) + all.flatMap { [$0.from, $0.until].compactMap { $0 } }
        wake(at: times.filter { $0 > now }.min(), clock, now)
        return told
    }

    private func wake(at next: Int64?, _ clock: any ConnectionClock, _ now: Int64) {
        waking?.cancel()
        waking = nil
        guard let next else { return }
        // Timers may not be longer than the clock goes right.
        let wait = min(next - now, 3_600_000)
        waking = Task { [weak self] in
            guard (try? await clock.sleep(milliseconds: wait)) != nil, let self, !Task.isCancelled else { return }
            for change in deriveTimed(orderedRooms()) { changes.notify(change) }
        }
    }

    /// What is joined as the store knows it, the others as the server told.
    private func orderedRooms() -> [PortalSnapshot] {
        var orders: [String: String] = [:]
        var rooms = snapshots
        for entry in directory?.entries ?? [] {
            orders[entry.snapshot.roomID] = entry.order
            if rooms[entry.snapshot.roomID]?.isJoined != true { rooms[entry.snapshot.roomID] = merged(entry.snapshot) }
        }
        let known = directory.map { Set($0.entries.map(\.snapshot.roomID)) }
        // What was left and is not offered any more is gone.
        return rooms.values.filter { $0.isJoined || known?.contains($0.roomID) == true }
            .sorted { ($0.order(orders), $0.title, $0.roomID) < ($1.order(orders), $1.title, $1.roomID) }
    }

    /// The server tells of a room that this member is not in less than the store knows.
    private func merged(_ listed: PortalSnapshot) -> PortalSnapshot {
        guard case .application(var application) = listed.content else { return listed }
        application.submissions = submissions[listed.roomID] ?? []
        var room = listed
        room.content = .application(application)
        return room
    }

    // MARK: The server's list

    /// Asks the server which rooms there are; once at a time.
    package func refresh() {
        guard refreshing == nil else { return isAskedAgain = true }
        guard let parts = account.parts, account.isOnMadoServer, parts.engine.sendsAtOnce else { return }
        isAskedAgain = false
        refreshing = Task { [weak self] in
            await parts.engine.fetchPortal()
            guard let self else { return }
            refreshing = nil
            if isAskedAgain { refresh() }
        }
    }
}

extension PortalSnapshot {
    fileprivate func order(_ orders: [String: String]) -> String { orders[roomID] ?? "~" }
}

extension AccountEngine {
    /// Keeps the server's list of the portal's rooms.
    func fetchPortal() async {
        guard let answer = try? await client.portal(), PortalDirectory(answer) != nil else { return }
        let text = String(decoding: answer.bytes, as: UTF8.self)
        try? await change { database, changes in
            guard try database.value(PortalDirectory.value) != text else { return }
            try database.setValue(text, for: PortalDirectory.value)
            changes.portal = true
        }
    }
}

/// Which items run through the window.
enum Ticker {
    /// More cannot be followed by anybody.
    private static let limit = 60
    /// How long an item without an end is news, in milliseconds.
    private static let freshness: Int64 = 7 * 86_400_000

    static func items(of feeds: [Feed], at now: Int64) -> [FeedItem] {
        var items: [FeedItem] = []
        for feed in feeds where feed.isSubscribed {
            var series: Set<String> = []
            for item in feed.items where !item.isExpired(at: now) {
                guard item.expires != nil || item.published > now - freshness else { continue }
                // Of a series only the newest value is news.
                if let reading = item.reading, !series.insert(reading.name).inserted { continue }
                items.append(item)
            }
        }
        let sorted = items.sorted { left, right in
            let ranks = (max(1, left.priority.rank), max(1, right.priority.rank))
            return (ranks.0, left.published, left.id) > (ranks.1, right.published, right.id)
        }
        return Array(sorted.prefix(limit))
    }
}
