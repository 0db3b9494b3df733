package import JSON

/// Which events of rooms a client wants, and how many.
///
/// Source: `room_event_filter.yaml`.
package struct RoomEventFilter: Sendable {
    package var events = EventFilter()
    package var rooms: Set<RoomID>?
    package var notRooms: Set<RoomID> = []
    /// Only events with (true) or without (false) a member `url` in their content.
    package var containsURL: Bool?
    package var unreadThreadNotifications = false
    package var lazyLoadMembers = false
    package var includeRedundantMembers = false

    /// All events.
    package init() {}

    /// - Throws: what of the filter is not as specified.
    package init(parsing value: JSONValue) throws(FilterError) { try self.init(FilterReader(value, "")) }

    init(_ reader: FilterReader) throws(FilterError) {
        events = try EventFilter(reader)
        rooms = try reader.identifiers("rooms")
        notRooms = try reader.identifiers("not_rooms") ?? []
        containsURL = try reader.flag("contains_url")
        unreadThreadNotifications = try reader.flag("unread_thread_notifications") ?? false
        lazyLoadMembers = try reader.flag("lazy_load_members") ?? false
        includeRedundantMembers = try reader.flag("include_redundant_members") ?? false
    }

    package var limit: Int? { events.limit }
    package var excludesAll: Bool { events.excludesAll || rooms?.isEmpty == true }

    /// Whether there may be events of the room that it does not let through.
    package func leavesOut(_ room: RoomID) -> Bool {
        events.types != nil || events.notTypes != nil || events.senders != nil || !events.notSenders.isEmpty
            || containsURL != nil || !matches(room: room)
    }

    package func matches(room: RoomID) -> Bool { !notRooms.contains(room) && rooms?.contains(room) ?? true }

    /// Whether the client wants the event, its room aside.
    package func matches(_ event: Event) -> Bool {
        guard events.matches(type: event.type, sender: event.sender) else { return false }
        guard let containsURL else { return true }
        return (event.content["url"] != nil) == containsURL
    }
}
