import MatrixAPI
import Store

/// Reads a page of a room's events for one user: those that the user may see and the client wants.
///
/// A page may have fewer events than asked for, or none, and still not be the last: after `maximumScanned` events it
/// ends with a place to go on from, so that neither a filter nor invisible history makes a request endless or ends
/// pagination.
struct TimelineScan {
    static let maximumScanned = 2000

    let visibility: HistoryVisibilityFilter
    let reader: any StoreReader
    let filter: RoomEventFilter

    struct Page {
        /// In the order of the scan.
        var events: [Event] = []
        /// Where the next page begins; nil when there is nothing more.
        var next: TimelineToken?
    }

    /// Scans (`after`, `through`] from the end that `order` names.
    func page(after: Int64, through: Int64, order: TimelineOrder, limit: Int) throws -> Page {
        var page = Page()
        guard !filter.excludesAll, filter.matches(room: visibility.room.id) else { return page }
        var (low, high) = (after, min(through, visibility.room.position))
        var scanned = 0
        while page.events.count < limit, scanned < Self.maximumScanned {
            let wanted = min(max(limit - page.events.count, 32), Self.maximumScanned - scanned)
            let batch = try reader.events(
                in: visibility.room.id, after: low, through: high, order: order, limit: wanted)
            guard var last = batch.last else { return page }
            for event in try visibility.visible(batch) where filter.matches(event) {
                page.events.append(event)
                if page.events.count == limit {
                    last = event
                    break
                }
            }
            scanned += batch.count
            switch order {
            case .backward: high = last.position - 1
            case .forward: low = last.position
            }
            if batch.count < wanted, last === batch.last { return page }
        }
        page.next = TimelineToken(after: order == .backward ? high : low)
        return page
    }

    /// The memberships of those who sent `events`, as of the newest of them, for clients that load members lazily.
    func senders(of events: [Event]) throws -> [Event] {
        guard filter.lazyLoadMembers, let newest = events.map(\.position).max() else { return [] }
        return try Set(events.map(\.sender)).sorted().compactMap { sender in
            try reader.stateEvent(
                in: visibility.room.id, StateKey("m.room.member", sender.string), at: newest)
        }
    }
}
