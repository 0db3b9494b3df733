import JSON
import MatrixAPI

/// Decides by the member's push rules which new messages are worth a notice.
struct NoticeReader {
    let database: Database
    let owner: String
    let summaries: SummaryReader

    /// More at once are no help to anybody.
    private static let limit = 50

    func notices(_ arrived: [(roomID: String, eventID: String)]) throws -> [Notice] {
        try arrived.suffix(Self.limit).compactMap { try notice($0.roomID, $0.eventID) }
    }

    private func notice(_ roomID: String, _ eventID: String) throws -> Notice? {
        guard let rules = summaries.rules, var reader = try TimelineReader(database, owner: owner, roomID: roomID),
            let stored = try reader.storedEvent(eventID), let sender = UserID(stored.event.sender),
            let room = RoomID(roomID), let id = EventID(eventID), stored.event.stateKey == nil,
            let summary = try summaries.summary(roomID), summary.membership == "join"
        else { return nil }
        let event = stored.event
        // What was read elsewhere before it came here is no news.
        if let read = try database.readPosition(of: owner, in: reader.room, thread: event.threadRoot ?? ""),
            read >= stored.position
        {
            return nil
        }
        let (json, range) = Event.encode(
            type: event.type, stateKey: nil, sender: sender, content: event.content.bytes, eventID: id,
            timestamp: event.timestamp)
        let create = try database.state("m.room.create", in: reader.room)
        let creators = RoomCreators(creator: UserID(unchecked: create?.sender ?? owner), version: .v10)
        let levels = PowerLevels(
            content: try database.state("m.room.power_levels", in: reader.room)?.content, creators: creators)
        let pushed = Event(
            position: 0, roomID: room, eventID: id, type: event.type, stateKey: nil, sender: sender,
            timestamp: event.timestamp, json: json, contentRange: range)
        let actions = rules.evaluate(
            PushEvent(pushed, memberCount: summary.memberCount, powerLevels: levels),
            displayName: try database.member(owner, in: reader.room)?.displayName)
        guard actions.notify else { return nil }
        let item = try reader.item(stored, TimelineAnnotations())
        var notice = Notice(
            roomID: roomID, itemID: item.id, sender: item.sender, conversationTitle: summary.title,
            isDirect: summary.isDirect, text: Self.text(stored.event.content, item), timestamp: item.timestamp,
            isHighlight: actions.highlight, hasSound: actions.sound != nil)
        notice.isOfPortal = summary.portalType != nil
        return notice
    }

    /// An item's headline and an announcement's title say enough.
    private static func text(_ content: JSONValue, _ item: TimelineItem) -> String {
        let title = content["mado.item"]?["headline"]?.string ?? content["mado.announcement"]?["title"]?.string
        return MessageText.oneLine(title ?? item.content.plainText)
    }
}
