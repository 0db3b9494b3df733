import JSON
import MatrixAPI

/// What the server says this member may see of the portal: the answer of `GET /_mado/v1/portal`, kept as it came.
struct PortalDirectory: Sendable {
    struct Entry: Sendable {
        let snapshot: PortalSnapshot
        let order: String
        let isDefault: Bool
    }

    /// The name of the value that it is kept under.
    static let value = "portal"

    let spaceID: String
    let name: String
    let entries: [Entry]

    init?(_ answer: JSONValue) {
        guard let spaceID = answer["space_id"]?.string else { return nil }
        self.spaceID = spaceID
        name = answer["name"]?.string ?? ""
        entries = answer["rooms"]?.array?.compactMap { Entry($0) } ?? []
    }

    init?(text: String) {
        guard let value = try? JSONValue.parse(Array(text.utf8), limits: .stored) else { return nil }
        self.init(value)
    }
}

extension PortalDirectory.Entry {
    init?(_ room: JSONValue) {
        guard let roomID = room["room_id"]?.string,
            let type = room["room_type"]?.string.flatMap(PortalRoomType.init(rawValue:))
        else { return nil }
        let title = room["name"]?.string ?? ""
        let topic = room["topic"]?.string ?? ""
        let isJoined = room["membership"]?.string == "join"
        let content: PortalSnapshot.Content
        switch type {
        case .space: return nil
        case .feed:
            content = .feed(
                Feed(
                    roomID: roomID, title: title.isEmpty ? room["feed"]?.string ?? "" : title, topic: topic,
                    provider: room["provider"]?.string ?? "", isSubscribed: isJoined, rule: DeliveryRule()))
        case .channel:
            guard let kind = room["kind"]?.string.flatMap(Channel.Kind.init) else { return nil }
            var channel = Channel(roomID: roomID, title: title, kind: kind, isJoined: isJoined)
            channel.programme = Programme(room["programme"])
            content = .channel(channel)
        case .board:
            content = .board(BoardContent(audience: Audience(room["audience"]), announcements: []))
        case .application:
            let form = Form(room["form"])
            content = .application(
                PortalApplication(
                    roomID: roomID, title: title.isEmpty ? form?.title ?? "" : title, topic: topic,
                    isJoined: isJoined, form: form))
        }
        snapshot = PortalSnapshot(
            roomID: roomID, type: type, isJoined: isJoined, title: title, topic: topic, content: content)
        order = room["order"]?.string ?? room["order"]?.int.map { "\($0)" } ?? "~"
        isDefault = room["default_subscribed"]?.bool ?? false
    }
}
