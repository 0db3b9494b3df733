package import JSON

/// The key of a piece of room state.
package struct StateKey: Hashable, Sendable {
    package let type: String
    package let key: String
    package init(_ type: String, _ key: String = "") {
        self.type = type
        self.key = key
    }
}

/// An event that is in a room: immutable, with its text ready to be spliced into answers.
///
/// `json` is the event in the format that clients see, without `room_id` and without `unsigned`
/// (both depend on who asks and where); it always starts with `{` and ends with `}`.
package final class Event: Sendable {
    /// Place in the journal; rooms are linear, so this is the order in the room too.
    package let position: Int64
    package let roomID: RoomID
    package let eventID: EventID
    package let type: String
    /// nil when the event is not state.
    package let stateKey: String?
    package let sender: UserID
    /// Milliseconds since 1970, UTC.
    package let timestamp: Int64
    package let json: [UInt8]
    /// Where the content stands in `json`.
    package let contentRange: Range<Int>
    /// The transaction that sent it, shown to the device which did; nil for events of the server's own.
    package let transaction: EventTransaction?
    /// The position of the state event that this one replaced, if it is state and replaced one.
    package let replaces: Int64?
    /// The content of the event that this one replaced, if it is state and replaced one.
    package let previousContent: [UInt8]?
    /// The redaction in the same form as `json`, with `room_id`, if this event was redacted.
    package let redactedBecause: [UInt8]?
    /// `content.membership` of `m.room.member` events: read once, since everything asks for it.
    package let membership: Membership?

    package init(
        position: Int64, roomID: RoomID, eventID: EventID, type: String, stateKey: String?, sender: UserID,
        timestamp: Int64, json: [UInt8], contentRange: Range<Int>, transaction: EventTransaction? = nil,
        replaces: Int64? = nil, previousContent: [UInt8]? = nil,
        redactedBecause: [UInt8]? = nil
    ) {
        self.position = position
        self.roomID = roomID
        self.eventID = eventID
        self.type = type
        self.stateKey = stateKey
        self.sender = sender
        self.timestamp = timestamp
        self.json = json
        self.contentRange = contentRange
        self.transaction = transaction
        self.replaces = replaces
        self.previousContent = previousContent
        self.redactedBecause = redactedBecause
        membership = type == "m.room.member" ? Self.membership(in: Array(json[contentRange])) : nil
    }

    private static func membership(in content: [UInt8]) -> Membership? {
        (try? JSONValue.parse(content, limits: .stored))?["membership"]?.string.flatMap(Membership.init)
    }

    package var isState: Bool { stateKey != nil }
    package var stateIdentity: StateKey? { stateKey.map { StateKey(type, $0) } }
    package var contentBytes: ArraySlice<UInt8> { json[contentRange] }

    /// The content, parsed anew at each call. The text was checked before it got here, so that it always parses.
    package var content: JSONValue {
        guard let value = try? JSONValue.parse(Array(contentBytes), limits: .stored) else {
            preconditionFailure("an event in the store does not parse: \(eventID)")
        }
        return value
    }

    /// Builds `json` and finds the content in it.
    package static func encode(
        type: String, stateKey: String?, sender: UserID, content: ArraySlice<UInt8>, eventID: EventID,
        timestamp: Int64, redacts: EventID? = nil
    ) -> (json: [UInt8], contentRange: Range<Int>) {
        var json: [UInt8] = []
        json.reserveCapacity(content.count + 256)
        json.append(contentsOf: #"{"content":"#.utf8)
        let start = json.count
        json.append(contentsOf: content)
        let range = start..<json.count
        var rest = JSONWriter(reserving: 256)
        rest.object { rest in
            rest.member("event_id", eventID.string)
            rest.member("origin_server_ts", timestamp)
            if let redacts { rest.member("redacts", redacts.string) }
            rest.member("sender", sender.string)
            if let stateKey { rest.member("state_key", stateKey) }
            rest.member("type", type)
        }
        json.append(UInt8(ascii: ","))
        json.append(contentsOf: rest.bytes.dropFirst())
        return (json, range)
    }
}

/// The client's transaction identifier and the device that used it.
package struct EventTransaction: Hashable, Sendable {
    package let device: DeviceID
    package let identifier: String
    package init(device: DeviceID, identifier: String) {
        self.device = device
        self.identifier = identifier
    }
}

/// What a member is to a room. Source: `m.room.member`, property `membership`.
package enum Membership: String, Sendable, CaseIterable {
    case invite, join, knock, leave, ban
}
