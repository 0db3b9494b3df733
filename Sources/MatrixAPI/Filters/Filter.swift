package import JSON

/// What a client wants of a sync.
///
/// Source: `sync_filter.yaml`. `event_format` is checked and then ignored: events are in one format here.
package struct Filter: Sendable {
    /// The part about rooms.
    package struct Rooms: Sendable {
        package var rooms: Set<RoomID>?
        package var notRooms: Set<RoomID> = []
        package var includeLeave = false
        package var ephemeral = RoomEventFilter()
        package var state = RoomEventFilter()
        package var timeline = RoomEventFilter()
        package var accountData = RoomEventFilter()

        /// Asked before the filters of the room's parts.
        package func matches(_ room: RoomID) -> Bool { !notRooms.contains(room) && rooms?.contains(room) ?? true }
    }

    /// nil for all.
    package var eventFields: EventFields?
    package var presence = EventFilter()
    package var accountData = EventFilter()
    package var room = Rooms()

    /// Everything.
    package init() {}

    /// - Throws: what of the filter is not as specified.
    package init(parsing value: JSONValue) throws(FilterError) {
        let reader = try FilterReader(value, "")
        _ = try reader.choice("event_format", of: ["client", "federation"])
        if let fields = try reader.strings("event_fields"), !fields.isEmpty {
            guard let parsed = EventFields(fields) else {
                throw FilterError("event_fields", "at most \(EventFields.maximumCount) paths")
            }
            eventFields = parsed
        }
        if let presence = try reader.object("presence") { self.presence = try EventFilter(presence) }
        if let accountData = try reader.object("account_data") { self.accountData = try EventFilter(accountData) }
        if let room = try reader.object("room") { self.room = try Rooms(room) }
    }
}

extension Filter.Rooms {
    init(_ reader: FilterReader) throws(FilterError) {
        rooms = try reader.identifiers("rooms")
        notRooms = try reader.identifiers("not_rooms") ?? []
        includeLeave = try reader.flag("include_leave") ?? false
        if let ephemeral = try reader.object("ephemeral") { self.ephemeral = try RoomEventFilter(ephemeral) }
        if let state = try reader.object("state") { self.state = try RoomEventFilter(state) }
        if let timeline = try reader.object("timeline") { self.timeline = try RoomEventFilter(timeline) }
        if let accountData = try reader.object("account_data") {
            self.accountData = try RoomEventFilter(accountData)
        }
    }
}
