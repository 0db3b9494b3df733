import JSON
package import MatrixAPI
package import Store

/// The portal's feeds: items come in from providers and become events; values of series are kept besides.
package final class Feeds: Sendable {
    package struct Settings: Sendable {
        /// How long values of a series are kept.
        package var seriesKept = Duration.seconds(90 * 86_400)
        package init() {}
    }

    /// What became of a batch of items.
    package struct Receipt: Sendable, Equatable {
        package var accepted = 0
        package var unchanged = 0
        package var updated = 0
        /// The event that shows each item, in the order of the batch.
        package var events: [(id: String, event: EventID)] = []

        package static func == (one: Receipt, other: Receipt) -> Bool {
            one.accepted == other.accepted && one.unchanged == other.unchanged && one.updated == other.updated
                && one.events.map(\.id) == other.events.map(\.id)
                && one.events.map(\.event) == other.events.map(\.event)
        }
    }

    /// Items in one batch, at most.
    package static let maximumItems = 500

    package let portal: Portal
    let journal: Journal
    private let settings: Settings
    private let clock: WallClock

    package init(portal: Portal, settings: Settings = Settings(), clock: WallClock = .system) {
        self.portal = portal
        journal = portal.journal
        self.settings = settings
        self.clock = clock
    }

    // MARK: Feeds

    /// Makes a feed.
    /// - Throws: `M_INVALID_PARAM` for a name that is none or taken.
    package func make(
        _ name: String, title: String?, topic: String? = nil, kind: String = "mixed", provider: String,
        isDefault: Bool = true, order: String = ""
    ) async throws -> RoomID {
        guard FeedItem.Value.isName(name) else {
            throw MatrixError.invalidParam("The name of a feed has 1 to 64 letters, digits and ._-")
        }
        guard try await feed(named: name) == nil else {
            throw MatrixError.invalidParam("There is a feed \(name) already")
        }
        let description = JSONValue.object { content in
            content.member("name", name)
            content.member("provider", provider)
            content.member("kind", kind)
            content.array("series") { _ in }
            content.member("default_subscribed", isDefault)
        }
        var creation = PortalRoomCreation(type: .feed, name: title ?? name, description: description)
        creation.topic = topic
        creation.order = order
        return try await portal.makeRoom(creation)
    }

    /// The feed with a name, or a room's identifier; nil when there is none.
    package func feed(named name: String) async throws -> PortalRoom? {
        try await portal.rooms(ofType: .feed).first {
            $0.description["name"]?.string == name || $0.id.string == name
        }
    }

    // MARK: Items

    /// Takes in items, all or none: new ones become events, new versions edits, what is known already nothing.
    ///
    /// - Parameter provider: the name that the items bear.
    /// - Throws: `M_INVALID_PARAM` for too many; `M_NOT_FOUND` when the feed is gone; `StoreError`.
    package func publish(_ items: [FeedItem], to feed: RoomID, by provider: String) async throws -> Receipt {
        guard items.count <= Self.maximumItems else {
            throw MatrixError.invalidParam("A batch has at most \(Self.maximumItems) items")
        }
        let now = clock.now
        let prepared = items.map { (item: $0, digest: $0.digest) }
        let oldest = now - settings.seriesKept.milliseconds
        return try await journal.write { [portal] transaction in
            var receipt = Receipt()
            var series: Set<String> = []
            for (item, digest) in prepared {
                let event = try transaction.publish(
                    item, digest, in: feed, by: portal.account, provider: provider, at: now, &receipt)
                receipt.events.append((item.id, event))
                if let name = item.series?.name { series.insert(name) }
            }
            for name in series { try transaction.store.deleteSeriesPoints(of: name, in: feed, before: oldest) }
            return receipt
        }
    }

    /// The newest points of a series with a time in the range, oldest first.
    /// - Throws: `M_FORBIDDEN` for those who are not in the feed; `M_NOT_FOUND` when it has no such series.
    package func points(
        of series: String, in feed: RoomID, from: Int64, through: Int64, limit: Int, for user: UserID
    ) async throws -> (points: [StoredSeriesPoint], unit: String?) {
        guard let room = try await journal.room(feed), room.isJoined(user) else { throw Rooms.notInRoom }
        let points = try await journal.store.read { reader in
            try reader.seriesPoints(series, in: feed, from: from, through: through, limit: limit)
        }
        let described = room.stateEvent(StateKey("mado.feed"))?.content["series"]?.array?
            .first { $0["name"]?.string == series }
        if points.isEmpty, described == nil {
            let any = try await journal.store.read { reader in
                try reader.seriesPoints(series, in: feed, from: 0, through: .max, limit: 1)
            }
            guard !any.isEmpty else { throw MatrixError.notFound("The feed has no series \(series)") }
        }
        return (points, described?["unit"]?.string)
    }

    /// Notes in the feed's description which series it has, when items name others than those, or call them otherwise.
    func describeSeries(of items: [FeedItem], in feed: RoomID) async throws {
        guard let room = try await journal.room(feed), let content = room.stateEvent(StateKey("mado.feed"))?.content
        else { return }
        let present = content["series"]?.array.map(Array.init) ?? []
        let known = Dictionary(
            present.compactMap { one in one["name"]?.string.map { ($0, one["label"]?.string) } }
        ) { first, _ in first }
        var changed: [String: FeedItem.Value] = [:]
        var order: [String] = []
        for series in items.compactMap(\.series) {
            let label = known[series.name]
            guard label == nil || (series.label != nil && label != .some(series.label)) else { continue }
            if changed.updateValue(series, forKey: series.name) == nil, label == nil { order.append(series.name) }
        }
        guard !changed.isEmpty, known.count + order.count <= 1000 else { return }
        let (replaced, added) = (changed, order)
        let described = content.replacing(["series"]) { object in
            object.array("series") { list in
                for one in present {
                    guard let series = one["name"]?.string.flatMap({ replaced[$0] }) else {
                        list.value(one)
                        continue
                    }
                    list.object { Self.describe(series, in: &$0) }
                }
                for name in added {
                    if let series = replaced[name] { list.object { Self.describe(series, in: &$0) } }
                }
            }
        }
        try await portal.setState("mado.feed", described, in: feed)
    }

    private static func describe(_ series: FeedItem.Value, in object: inout JSONWriter) {
        object.member("name", series.name)
        object.memberIfPresent("unit", series.unit)
        object.member("label", series.label ?? series.name)
    }
}

extension JournalTransaction {
    fileprivate func publish(
        _ item: FeedItem, _ digest: [UInt8], in feed: RoomID, by sender: UserID, provider: String, at now: Int64,
        _ receipt: inout Feeds.Receipt
    ) throws -> EventID {
        for point in item.series?.history ?? [] {
            try store.setSeriesPoint(point, of: item.series?.name ?? "", in: feed)
        }
        let known = try store.feedItem(item.id, in: feed)
        if let known, known.digest == digest {
            receipt.unchanged += 1
            return known.event
        }
        if let series = item.series {
            try store.setSeriesPoint(
                StoredSeriesPoint(time: series.time ?? now, value: series.value), of: series.name, in: feed)
        }
        // What an administrator took away is not edited back into being.
        var original = known?.event
        if let id = original, try store.event(id, in: feed)?.redactedBecause != nil { original = nil }
        let content =
            original.map { item.replacement(of: $0, provider: provider, now: now) }
            ?? item.content(provider: provider, now: now)
        let draft = try EventDraft(
            room: feed, type: "m.room.message", sender: sender, content: content, timestamp: now)
        let event = try append(draft, to: feed)
        let shown = original ?? event.eventID
        try store.setFeedItem(
            StoredFeedItem(room: feed, id: item.id, event: shown, digest: digest, updated: now))
        if original == nil { receipt.accepted += 1 } else { receipt.updated += 1 }
        return shown
    }
}
