import MatrixAPI
import Store

/// Finding events by their words, in the rooms that somebody is in.
///
/// Source: Client-Server API, "Server Side Search".
package struct MessageSearch: Sendable {
    /// Matches that are looked at for one page, visible and wanted or not.
    private static let maximumScanned = 2000
    /// Matches are counted up to here.
    private static let maximumCount = 1000

    struct Query: Sendable {
        let term: String
        var keys = Set(SearchKey.allCases)
        var filter = RoomEventFilter()
        var isByRank = true
        var limit = 10
        /// Where the page before ended: a position, or how many were looked at.
        var from: Int64?
        /// Events before and after each result; nil for none of that.
        var context: (before: Int, after: Int)?
        var includesState = false
    }

    struct Result: Sendable {
        let seen: SeenEvent
        let rank: Double
        var context: Context?
    }

    struct Context: Sendable {
        let before: [SeenEvent]
        let after: [SeenEvent]
        let start: TimelineToken
        let end: TimelineToken
        /// Member events of those who sent these events.
        let profiles: [Event]
    }

    struct Page: Sendable {
        var results: [Result] = []
        /// nil when there is nothing more.
        var next: Int64?
        var count = 0
        var highlights: [String] = []
        var state: [RoomID: [Event]] = [:]
    }

    private let journal: Journal
    private let index: SearchIndex
    let clock: WallClock

    package init(journal: Journal, index: SearchIndex, clock: WallClock = .system) {
        self.journal = journal
        self.index = index
        self.clock = clock
    }

    func page(_ query: Query, for user: UserID) async throws -> Page {
        try await index.catchUp()
        return try await journal.store.read(isBulk: true) { [journal] reader in
            let words = SearchWord.words(in: query.term)
            let rooms = try journal.memberships(of: user, reader).filter { id, membership in
                membership.membership == .join && query.filter.matches(room: id)
            }
            let search = TextSearch(words: words, keys: query.keys, rooms: rooms.keys.sorted())
            var scan = SearchScan(
                query: query, search: search, user: user, journal: journal, reader: reader,
                ignored: try IgnoredUsers.load(user, reader))
            try scan.run(limit: Self.maximumScanned)
            var page = scan.page
            page.count = try scan.count(limit: Self.maximumCount)
            page.highlights = words.map { $0.tokens.joined() }
            if query.includesState {
                for room in Set(page.results.map(\.seen.event.roomID)) {
                    page.state[room] = try scan.room(room)?.room.allState ?? []
                }
            }
            return page
        }
    }
}

/// One page of a search while it is made, on a reader's thread.
struct SearchScan {
    private static let batch = 100

    let query: MessageSearch.Query
    let search: TextSearch
    let user: UserID
    let journal: Journal
    let reader: any StoreReader
    let ignored: Set<UserID>
    private(set) var page = MessageSearch.Page()
    private var visibilities: [RoomID: HistoryVisibilityFilter] = [:]

    init(
        query: MessageSearch.Query, search: TextSearch, user: UserID, journal: Journal, reader: any StoreReader,
        ignored: Set<UserID>
    ) {
        self.query = query
        self.search = search
        self.user = user
        self.journal = journal
        self.reader = reader
        self.ignored = ignored
    }

    mutating func run(limit: Int) throws {
        var scanned = 0
        var cursor = query.from ?? (query.isByRank ? 0 : .max)
        while scanned < limit {
            let matches = try next(cursor)
            for match in matches {
                guard page.results.count < query.limit else {
                    page.next = cursor
                    return
                }
                cursor = query.isByRank ? cursor + 1 : match.position - 1
                if let result = try result(at: match.position, rank: match.rank) { page.results.append(result) }
            }
            scanned += matches.count
            if matches.count < Self.batch { return }
        }
        page.next = cursor
    }

    /// How many events match, as far as the user may know: of a room of which they see only a part, not even how many
    /// matches are in the rest.
    mutating func count(limit: Int) throws -> Int {
        // All of them were looked at.
        if query.from == nil, page.next == nil { return page.results.count }
        for id in search.rooms {
            guard try room(id)?.seesEverything(after: 0) == true else { return page.results.count }
        }
        return try reader.searchCount(search, limit: limit)
    }

    private func next(_ cursor: Int64) throws -> [(position: Int64, rank: Double)] {
        if query.isByRank {
            return try reader.searchByRank(search, offset: Int(clamping: cursor), limit: Self.batch)
        }
        return try reader.search(search, through: cursor, limit: Self.batch).map { ($0, 0) }
    }

    /// What the user may see of a room.
    mutating func room(_ id: RoomID) throws -> HistoryVisibilityFilter? {
        if let known = visibilities[id] { return known }
        guard let room = try journal.room(id, reader) else { return nil }
        let visibility = HistoryVisibilityFilter(user: user, room: room, reader: reader, ignoring: ignored)
        visibilities[id] = visibility
        return visibility
    }

    private mutating func result(at position: Int64, rank: Double) throws -> MessageSearch.Result? {
        // The words of what was redacted a moment ago may still be there.
        guard let event = try reader.event(at: position), event.redactedBecause == nil, query.filter.matches(event),
            let visibility = try room(event.roomID),
            let seen = try visibility.seen(try visibility.visible([event]), reader).first
        else { return nil }
        return MessageSearch.Result(seen: seen, rank: rank, context: try context(of: event, visibility))
    }

    private func context(of event: Event, _ visibility: HistoryVisibilityFilter) throws -> MessageSearch.Context? {
        guard let (before, after) = query.context else { return nil }
        let scan = TimelineScan(visibility: visibility, reader: reader, filter: RoomEventFilter())
        let place = event.position
        let earlier = try scan.page(after: 0, through: place - 1, order: .backward, limit: before)
        let later = try scan.page(after: place, through: .max, order: .forward, limit: after)
        let senders = Set((earlier.events + [event] + later.events).map(\.sender))
        return MessageSearch.Context(
            before: try visibility.seen(earlier.events, reader), after: try visibility.seen(later.events, reader),
            start: earlier.next ?? TimelineToken(after: (earlier.events.last?.position ?? place) - 1),
            end: later.next ?? TimelineToken(after: later.events.last?.position ?? place),
            profiles: senders.sorted().compactMap { visibility.room.members[$0] })
    }
}
