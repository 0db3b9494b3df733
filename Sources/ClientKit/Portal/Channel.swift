import JSON

/// Something to see or hear, in a room of type `mado.channel`.
package struct Channel: Sendable, Equatable, Identifiable {
    package enum Kind: String, Sendable, Equatable, CaseIterable {
        case television, radio, music, pictures, charts, pages, games
    }

    package let roomID: String
    package var title: String
    package var kind: Kind
    package var isJoined: Bool
    /// nil when nothing is on.
    package var programme: Programme?
    /// When the programme was received here, in milliseconds since 1970.
    package var received: Int64?
    package var id: String { roomID }
}

/// Who an announcement is for.
package enum Audience: Sendable, Equatable {
    case all
    case group(roomID: String)
    case role(String)

    init?(_ value: JSONValue?) {
        switch value?["kind"]?.string {
        case "all": self = .all
        case "group":
            guard let roomID = value?["room_id"]?.string else { return nil }
            self = .group(roomID: roomID)
        case "role":
            guard let role = value?["role"]?.string else { return nil }
            self = .role(role)
        default: return nil
        }
    }

    func write(to object: inout JSONWriter) {
        switch self {
        case .all: object.member("kind", "all")
        case .group(let roomID):
            object.member("kind", "group")
            object.member("room_id", roomID)
        case .role(let role):
            object.member("kind", "role")
            object.member("role", role)
        }
    }
}

/// One announcement, in its newest version.
package struct Announcement: Sendable, Equatable, Identifiable {
    package enum Priority: String, Sendable, Equatable, CaseIterable {
        case normal, important, urgent

        /// Higher is more.
        package var rank: Int {
            switch self {
            case .normal: 0
            case .important: 1
            case .urgent: 2
            }
        }
    }

    /// The event's id.
    package let id: String
    package let roomID: String
    package var boardTitle: String
    package var title: String
    package var text: String
    package var picture: MediaReference?
    package var link: String?
    package var priority: Priority
    /// Milliseconds since 1970.
    package var published: Int64
    package var from: Int64?
    package var until: Int64?
    /// Put away here, or seen on another device.
    package var isDismissed = false
    var position: Int64 = 0

    /// nil for a message that is no announcement.
    init?(_ content: JSONValue, eventID: String, roomID: String, boardTitle: String, timestamp: Int64) {
        guard let value = content["mado.announcement"], value.isObject else { return nil }
        let title = value["title"]?.string ?? ""
        text = value["text"]?.string ?? ""
        guard !title.isEmpty || !text.isEmpty else { return nil }
        id = eventID
        self.roomID = roomID
        self.boardTitle = boardTitle
        self.title = MessageText.oneLine(title.isEmpty ? text : title)
        picture = value["picture"]?.string.map { MediaReference(uri: $0) }
        link = value["link"]?.string.flatMap(PortalLink.checked)
        priority = value["priority"]?.string.flatMap(Priority.init) ?? .normal
        published = timestamp
        from = value["from_ts"]?.int
        until = value["until_ts"]?.int
    }

    package func isActive(at now: Int64) -> Bool { (from ?? .min) <= now && now < (until ?? .max) }

    /// Urgent ones stay until their time is over.
    package var canBeDismissed: Bool { priority != .urgent }
}
