import JSON
import SQLite

extension Database {
    /// Keeps the value that a feed's message brings. Of versions that are replaced nothing else stays: a price changes
    /// every minute.
    func keepReadings(of event: ReceivedEvent, in room: Int64, _ roomID: String) throws {
        guard event.type == "m.room.message", event.stateKey == nil else { return }
        let content = event.content["m.new_content"] ?? event.content
        guard content["mado.item"] != nil, try PortalRoomType(self, room: room) == .feed else { return }
        if let target = event.replaced { try removeOlderVersions(of: target, by: event, in: room) }
        guard
            let item = FeedItem(content, eventID: event.eventID, roomID: roomID, timestamp: event.timestamp),
            let reading = item.reading, let value = Double(reading.value)
        else { return }
        try addPoint(SeriesPoint(timestamp: reading.timestamp, value: value), of: reading.name, in: roomID)
    }

    private func removeOlderVersions(of target: String, by newest: ReceivedEvent, in room: Int64) throws {
        let older = try all(
            """
            SELECT event_id FROM relation
            WHERE room = ? AND target = ? AND kind = 'm.replace' AND sender = ? AND event_id <> ?
            """, room, target, newest.sender, newest.eventID
        ) { $0.text(0) }
        for eventID in older {
            try run("DELETE FROM relation WHERE event_id = ?", eventID)
            try run("DELETE FROM event WHERE event_id = ? AND room = ?", eventID, room)
        }
    }
}
