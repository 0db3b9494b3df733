import MatrixAPI
import Store

/// Events that relate to an event, and threads.
///
/// Source: Client-Server API, "Relationships API", "Server-side thread list".
extension Rooms {
    /// How far relations of relations are followed, and how many of them at most.
    static let recursionDepth = 3
    private static let maximumDescendants = 1000

    struct RelationQuery: Sendable {
        let parent: EventID
        /// nil for all.
        var relationType: String?
        /// nil for all.
        var eventType: String?
        var from: TimelineToken?
        var to: TimelineToken?
        var order = TimelineOrder.backward
        var limit = 50
        /// Also what relates to what relates to the parent.
        var recurses = false
    }

    struct RelationPage: Sendable {
        let events: [SeenEvent]
        /// nil when there is nothing more.
        let next: TimelineToken?
    }

    /// - Throws: `M_NOT_FOUND` when there is no such parent that the user may see, `M_FORBIDDEN`.
    func relations(_ query: RelationQuery, in id: RoomID, for user: UserID) async throws -> RelationPage {
        try await read(id, for: user) { visibility, _, reader in
            guard let parent = try reader.event(query.parent, in: id), try visibility.allows(parent) else {
                throw MatrixError.notFound("There is no such event, or you may not see it")
            }
            var (after, through) = (Int64(0), Int64.max)
            switch query.order {
            case .backward:
                after = query.to?.position ?? 0
                through = query.from?.position ?? .max
            case .forward:
                after = query.from?.position ?? 0
                through = query.to?.position ?? .max
            }
            var events = try Self.related(query, to: query.parent, in: id, after, through, reader)
            let hasMore = events.count > query.limit
            events = Array(events.prefix(query.limit))
            let next = hasMore ? events.last : nil
            return RelationPage(
                events: try visibility.seen(try visibility.visible(events), reader),
                next: next.map { TimelineToken(after: query.order == .backward ? $0.position - 1 : $0.position) })
        }
    }

    /// One more than the limit if there are more.
    private static func related(
        _ query: RelationQuery, to parent: EventID, in id: RoomID, _ after: Int64, _ through: Int64,
        _ reader: any StoreReader
    ) throws -> [Event] {
        guard query.recurses else {
            return try reader.relations(
                to: parent, in: id, relationType: query.relationType, eventType: query.eventType, after: after,
                through: through, order: query.order, limit: query.limit + 1)
        }
        var found: [Int64: Event] = [:]
        var parents = [parent]
        for _ in 0..<recursionDepth where found.count < maximumDescendants {
            var children: [Event] = []
            for parent in parents where found.count < maximumDescendants {
                children += try reader.relations(
                    to: parent, in: id, relationType: nil, eventType: nil, after: 0, through: .max, order: .backward,
                    limit: maximumDescendants - found.count)
            }
            parents = children.filter { found.updateValue($0, forKey: $0.position) == nil }.map(\.eventID)
        }
        let wanted = found.values.filter { event in
            event.position > after && event.position <= through && query.eventType.map { $0 == event.type } ?? true
                && query.relationType.map { $0 == Relation(content: event.content)?.parent?.type } ?? true
        }
        return wanted.sorted { query.order == .backward ? $0.position > $1.position : $0.position < $1.position }
    }

    /// The threads of a room, those with the newest events first.
    /// - Parameter onlyOwn: only those in which the user wrote.
    func threads(
        in id: RoomID, for user: UserID, onlyOwn: Bool, from: TimelineToken?, limit: Int
    ) async throws -> RelationPage {
        try await read(id, for: user) { visibility, _, reader in
            var events: [Event] = []
            var through = from?.position ?? .max
            var next: TimelineToken?
            var isEnd = false
            // What the user may not see, or did not write in, takes no place on the page.
            for _ in 0..<20 {
                let threads = try reader.threads(in: id, through: through, limit: limit + 1)
                for thread in threads {
                    guard events.count < limit else {
                        next = TimelineToken(after: thread.latestPosition)
                        break
                    }
                    guard let root = try reader.event(thread.root, in: id), try visibility.allows(root) else {
                        continue
                    }
                    if onlyOwn, root.sender != user,
                        try !reader.hasRelation(to: root.eventID, in: id, relationType: Relation.thread, by: user)
                    {
                        continue
                    }
                    events.append(root)
                }
                if next != nil { break }
                guard threads.count > limit, let last = threads.last else {
                    isEnd = true
                    break
                }
                through = last.latestPosition - 1
            }
            // Enough was looked at for one request; there may be more for the page all the same.
            if next == nil, !isEnd { next = TimelineToken(after: through) }
            return RelationPage(events: try visibility.seen(events, reader), next: next)
        }
    }
}
