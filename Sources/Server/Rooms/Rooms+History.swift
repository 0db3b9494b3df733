package import MatrixAPI
package import Store

/// Reading a room's timeline, each through the user's `HistoryVisibilityFilter`.
extension Rooms {
    /// A page of `GET /rooms/{roomId}/messages`.
    package struct HistoryPage: Sendable {
        package let start: TimelineToken
        /// nil when there is nothing more in that direction.
        package let end: TimelineToken?
        package let events: [SeenEvent]
        /// Memberships of the senders, when they are loaded lazily.
        package let members: [Event]
    }

    /// - Parameters:
    ///   - from: nil for the end of the room's history at which `order` begins.
    ///   - to: where to stop.
    /// - Throws: `M_FORBIDDEN` when the user never was in the room and not everybody may read it.
    package func messages(
        in id: RoomID, for user: UserID, from: TimelineToken?, to: TimelineToken?, order: TimelineOrder, limit: Int,
        filter: RoomEventFilter
    ) async throws -> HistoryPage {
        try await read(id, for: user) { visibility, access, reader in
            var newest = visibility.room.position
            if case .atDeparture(let position) = access { newest = min(newest, position) }
            let scan = TimelineScan(visibility: visibility, reader: reader, filter: filter)
            let start: TimelineToken
            let page: TimelineScan.Page
            switch order {
            case .backward:
                start = TimelineToken(after: min(from?.position ?? newest, newest))
                page = try scan.page(
                    after: to?.position ?? 0, through: start.position, order: order, limit: limit)
            case .forward:
                start = from ?? TimelineToken(after: 0)
                page = try scan.page(
                    after: start.position, through: min(to?.position ?? newest, newest), order: order, limit: limit)
            }
            return HistoryPage(
                start: from ?? start, end: page.next, events: try visibility.seen(page.events, reader),
                members: try scan.senders(of: page.events))
        }
    }

    /// One event.
    /// - Throws: `M_NOT_FOUND` when there is none that the user may see.
    package func event(_ event: EventID, in id: RoomID, for user: UserID) async throws -> SeenEvent {
        try await journal.store.read { [journal] reader in
            guard let room = try journal.room(id, reader), let found = try reader.event(event, in: id),
                let seen = try Self.see([found], in: room, for: user, reader).first
            else { throw Self.eventNotFound }
            return seen
        }
    }

    /// The event that the user may see at or after (`order` forward), or at or before a time.
    /// - Parameter time: milliseconds since 1970.
    /// - Throws: `M_NOT_FOUND` when there is none.
    package func event(
        closestTo time: Int64, in id: RoomID, for user: UserID, order: TimelineOrder
    ) async throws -> Event {
        try await read(id, for: user) { visibility, _, reader in
            guard let closest = try reader.event(in: id, closestTo: time, order: order) else {
                throw MatrixError.notFound("There is no event in that direction")
            }
            // The nearest may be one of those that the user may not see.
            let scan = TimelineScan(visibility: visibility, reader: reader, filter: RoomEventFilter())
            let place = closest.position
            let page =
                switch order {
                case .forward: try scan.page(after: place - 1, through: .max, order: order, limit: 1)
                case .backward: try scan.page(after: 0, through: place, order: order, limit: 1)
                }
            guard let found = page.events.first else {
                throw MatrixError.notFound("There is no event in that direction")
            }
            return found
        }
    }

    /// What happened around an event: `GET /rooms/{roomId}/context/{eventId}`.
    package struct EventContext: Sendable {
        package let event: SeenEvent
        /// Newest first.
        package let before: [SeenEvent]
        package let after: [SeenEvent]
        package let start: TimelineToken
        package let end: TimelineToken
        /// The room's state after the newest of the events.
        package let state: [Event]
    }

    /// - Parameter limit: how many events around it, in all.
    /// - Throws: `M_NOT_FOUND` when there is no such event that the user may see.
    package func context(
        of event: EventID, in id: RoomID, for user: UserID, limit: Int, filter: RoomEventFilter
    ) async throws -> EventContext {
        try await journal.store.read { [journal] reader in
            guard let room = try journal.room(id, reader), let found = try reader.event(event, in: id),
                let seen = try Self.see([found], in: room, for: user, reader).first
            else { throw Self.eventNotFound }
            let visibility = HistoryVisibilityFilter(
                user: user, room: room, reader: reader, ignoring: try IgnoredUsers.load(user, reader))
            let scan = TimelineScan(visibility: visibility, reader: reader, filter: filter)
            let place = found.position
            let before = try scan.page(after: 0, through: place - 1, order: .backward, limit: limit / 2)
            let after = try scan.page(after: place, through: .max, order: .forward, limit: limit - limit / 2)
            let newest = after.events.last?.position ?? place
            return EventContext(
                event: seen, before: try visibility.seen(before.events, reader),
                after: try visibility.seen(after.events, reader),
                start: before.next ?? TimelineToken(after: (before.events.last?.position ?? place) - 1),
                end: after.next ?? TimelineToken(after: newest),
                state: try scan.state(at: newest, for: before.events + [found] + after.events))
        }
    }

    private static let eventNotFound = MatrixError.notFound("There is no such event, or you may not see it")

    /// Those of the events that the user may see: none of a room that they forgot.
    private static func see(
        _ events: [Event], in room: RoomSnapshot, for user: UserID, _ reader: any StoreReader
    ) throws -> [SeenEvent] {
        let visibility = HistoryVisibilityFilter(user: user, room: room, reader: reader)
        if try visibility.isForgotten(reader) { return [] }
        return try visibility.seen(try visibility.visible(events), reader)
    }
}

extension TimelineScan {
    /// The state at a position; with lazy loading, of the memberships only those that `events` need.
    ///
    /// One's own invite or ban shows where the room itself does not: there is no state then.
    fileprivate func state(at position: Int64, for events: [Event]) throws -> [Event] {
        guard
            try visibility.stateAccess() == .atDeparture(position)
                || visibility.history(from: position, through: position).allows(at: position)
        else { return [] }
        let needed = Set(events.map(\.sender.string))
        return try reader.state(of: visibility.room.id, at: position).filter { piece in
            guard filter.lazyLoadMembers, piece.type == "m.room.member", let key = piece.stateKey else { return true }
            return needed.contains(key)
        }
    }
}
