import HTTP
import JSON
import MatrixAPI
import Store

/// The events that a member was, or would have been, notified of.
///
/// Worked out when somebody asks, from the push rules as they are now: a send costs the same whoever is in the room.
///
/// Source: Client-Server API, `GET /notifications`.
package struct Notifications: Sendable {
    /// Notifications of one page, and events that are looked at for it in one room.
    private static let maximumLimit = 100
    private static let depth = 200

    private let journal: Journal
    private let rules: PushRules
    private let deliveries: Deliveries?
    private let clock: WallClock

    package init(
        journal: Journal, rules: PushRules, deliveries: Deliveries? = nil, clock: WallClock = .system
    ) {
        self.journal = journal
        self.rules = rules
        self.deliveries = deliveries
        self.clock = clock
    }

    struct Notification: Sendable {
        let seen: SeenEvent
        let actions: PushActions
        let isRead: Bool
    }

    struct Page: Sendable {
        let notifications: [Notification]
        let next: TimelineToken?
    }

    /// The newest at or before `from`, newest first.
    func page(
        for user: UserID, from: TimelineToken?, limit: Int, onlyHighlights: Bool
    ) async throws -> Page {
        let ruleset = try await rules.ruleset(of: user)
        return try await journal.store.read { [journal, deliveries] reader in
            let joined = try journal.memberships(of: user, reader).filter { $0.value.membership == .join }
            let through = from?.position ?? .max
            var rooms: [RoomSnapshot] = []
            for id in joined.keys { if let room = try journal.room(id, reader) { rooms.append(room) } }
            rooms.sort { $0.position > $1.position }
            var found: [Notification] = []
            for room in rooms {
                // What is in the other rooms is older than all that is needed.
                if found.count > limit, room.position < found[limit].seen.event.position { break }
                // What a delivery rule holds is not told of before it is due.
                let window = try deliveries?.window(
                    of: user, in: room.id, since: 0, upTo: reader.lastPosition(), reader)
                found += try Self.notifications(
                    in: room, ruleset, through, limit + 1, onlyHighlights, reader
                ) { window?.isDelivered($0) ?? true }
                found.sort { $0.seen.event.position > $1.seen.event.position }
                if found.count > limit + 1 { found.removeLast(found.count - limit - 1) }
            }
            let next = found.count > limit ? found[limit].seen.event.position : nil
            return Page(
                notifications: Array(found.prefix(limit)), next: next.map { TimelineToken(after: $0) })
        }
    }

    private static func notifications(
        in room: RoomSnapshot, _ ruleset: PushRuleset, _ through: Int64, _ limit: Int, _ onlyHighlights: Bool,
        _ reader: any StoreReader, isDelivered: (Event) -> Bool
    ) throws -> [Notification] {
        guard let levels = room.levels else { return [] }
        let user = ruleset.owner
        let visibility = HistoryVisibilityFilter(
            user: user, room: room, reader: reader, ignoring: try IgnoredUsers.load(user, reader))
        let events = try visibility.visible(
            try reader.events(in: room.id, after: 0, through: through, order: .backward, limit: depth))
        let displayName = room.members[user]?.content["displayname"]?.string
        var found: [(event: Event, actions: PushActions)] = []
        for event in events
        where found.count < limit && event.redactedBecause == nil && event.sender != user && isDelivered(event) {
            let actions = ruleset.evaluate(
                PushEvent(event, memberCount: room.joinedCount, powerLevels: levels), displayName: displayName)
            if actions.notify, actions.highlight || !onlyHighlights { found.append((event, actions)) }
        }
        if found.isEmpty { return [] }
        let receipts = try reader.receipts(of: user, in: room.id)
        return zip(try visibility.seen(found.map(\.event), reader), found.map(\.actions)).map { seen, actions in
            let thread = seen.event.threadRoot?.string ?? "main"
            let read = receipts.filter { $0.thread.isEmpty || $0.thread == thread }.map(\.eventPosition).max() ?? 0
            return Notification(seen: seen, actions: actions, isRead: seen.event.position <= read)
        }
    }
}

extension Notifications: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        routes.add(.get, "/_matrix/client/v3/notifications", authentication: .membersOnly) { request in
            let limit = max(1, try request.limit(default: 20, maximum: Self.maximumLimit))
            let page = try await page(
                for: request.user, from: try request.timelineToken("from"), limit: limit,
                onlyHighlights: request.query("only")?.split(separator: ",").contains("highlight") ?? false)
            let encoding = EventEncoding(user: request.user, device: request.session.device, now: clock.now)
            return .object { object in
                object.memberIfPresent("next_token", page.next?.description)
                object.array("notifications") { list in
                    for notification in page.notifications {
                        list.object { Self.write(notification, encoding, to: &$0) }
                    }
                }
            }
        }
    }

    private static func write(_ notification: Notification, _ encoding: EventEncoding, to object: inout JSONWriter) {
        let event = notification.seen.event
        object.member("actions", RawJSON(notification.actions.json))
        object.member("event", encoding.encode(notification.seen))
        object.member("read", notification.isRead)
        object.member("room_id", event.roomID.string)
        object.member("ts", event.timestamp)
    }
}
