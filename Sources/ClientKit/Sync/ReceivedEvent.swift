import JSON
import MatrixAPI

/// An event of a room as a server sent it, with what is needed of it looked up.
struct ReceivedEvent {
    let eventID: String
    let type: String
    let sender: String
    /// Milliseconds since 1970.
    let timestamp: Int64
    let stateKey: String?
    let content: JSONValue
    /// Set by the server for the device that sent the event.
    let transactionID: String?
    let relation: Relation?
    /// The whole event.
    let value: JSONValue

    /// nil when something is missing that each event has: such a thing cannot be shown, and is left out.
    init?(_ value: JSONValue) {
        guard let eventID = value["event_id"]?.string, let type = value["type"]?.string,
            let sender = value["sender"]?.string, let content = value["content"], content.isObject,
            !eventID.isEmpty, eventID.utf8.count <= 255, sender.utf8.count <= 255
        else { return nil }
        self.eventID = eventID
        self.type = type
        self.sender = sender
        self.content = content
        self.value = value
        timestamp = value["origin_server_ts"]?.time ?? 0
        stateKey = value["state_key"]?.string
        transactionID = value["unsigned"]?["transaction_id"]?.string
        relation = Relation(content: content)
    }

    /// An event from the store.
    init?(stored json: [UInt8]) {
        guard let value = try? JSONValue.parse(json, limits: .stored) else { return nil }
        self.init(value)
    }

    /// The event whose content this one replaces.
    var replaced: String? { stateKey == nil ? relation?.replaced?.string : nil }

    var threadRoot: String? { relation?.threadRoot?.string }

    var annotation: (event: String, key: String)? {
        guard type == "m.reaction" else { return nil }
        return relation?.annotation.map { ($0.event.string, $0.key) }
    }

    /// The event that this redaction takes back: beside the content in old room versions, in it in new ones.
    var redacts: String? {
        guard type == "m.room.redaction", stateKey == nil else { return nil }
        return content["redacts"]?.string ?? value["redacts"]?.string
    }

    var isRedacted: Bool { value["unsigned"]?["redacted_because"] != nil }

    /// Whether it is an entry of its own in a conversation.
    var isShown: Bool {
        if replaced != nil { return false }
        if stateKey != nil { return Self.shownState.contains(type) }
        switch type {
        case "m.room.message", "m.room.encrypted", "m.sticker": return true
        case "m.reaction", "m.room.redaction": return false
        case "m.call.invite": return callTarget != nil && !isFurtherCall
        default: return content["body"]?.string != nil
        }
    }

    /// What can be found by searching; nil when there is nothing.
    var searchText: String? {
        guard type == "m.room.message" || type == "m.sticker" else { return nil }
        return Self.text(of: content)
    }

    static func text(of content: JSONValue) -> String? {
        guard let body = content["body"]?.string else { return nil }
        let text = MessageText.withoutReplyFallback(body, isReply: content["m.relates_to"]?["m.in_reply_to"] != nil)
        return text.isEmpty ? nil : text
    }

    private static let shownState: Set<String> = [
        "m.room.member", "m.room.create", "m.room.name", "m.room.topic", "m.room.avatar", "m.room.encryption",
        "m.room.power_levels", "m.room.join_rules", "m.room.history_visibility", "m.room.guest_access",
        "m.room.tombstone", "m.room.pinned_events",
    ]
}
