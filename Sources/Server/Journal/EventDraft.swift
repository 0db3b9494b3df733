package import JSON
package import MatrixAPI
import Store

/// An event on its way to the journal: everything that needs no order is done, on the loop, before it gets there.
package struct EventDraft: Sendable {
    package let proposed: ProposedEvent
    package let eventID: EventID
    package let timestamp: Int64
    package let redacts: EventID?
    package let transaction: EventTransaction?
    let json: [UInt8]
    let contentRange: Range<Int>

    /// The largest event, in bytes. Source: Client-Server API, "Size limits".
    package static let maximumBytes = 65_536

    /// - Parameters:
    ///   - room: nil for the create event of a room whose identifier follows from it.
    ///   - timestamp: milliseconds since 1970.
    /// - Throws: `M_BAD_JSON` when the content is not canonical JSON (floats, large integers), `M_TOO_LARGE` when
    ///   the event, its type or its state key is too large.
    package init(
        room: RoomID?, type: String, stateKey: String? = nil, sender: UserID, content: JSONValue, timestamp: Int64,
        redacts: EventID? = nil, transaction: EventTransaction? = nil, eventID: EventID? = nil
    ) throws {
        let eventID = eventID ?? .random(at: timestamp)
        let canonical: [UInt8]
        do {
            canonical = try content.canonical()
        } catch {
            throw MatrixError.badJSON("The content is not valid as an event's: \(error)")
        }
        if type.utf8.count > 255 || (stateKey?.utf8.count ?? 0) > 255 {
            throw MatrixError(413, .tooLarge, "Type and state key of an event have at most 255 bytes")
        }
        (json, contentRange) = Event.encode(
            type: type, stateKey: stateKey, sender: sender, content: canonical[...], eventID: eventID,
            timestamp: timestamp, redacts: redacts)
        if json.count + (room?.string.utf8.count ?? 64) + 16 > Self.maximumBytes {
            throw MatrixError(413, .tooLarge, "The event is larger than \(Self.maximumBytes) bytes")
        }
        proposed = ProposedEvent(
            roomID: room, type: type, stateKey: stateKey, sender: sender, content: content)
        self.eventID = eventID
        self.timestamp = timestamp
        self.redacts = redacts
        self.transaction = transaction
    }

    /// What the content says about another event that this one relates to.
    var relation: EventRelation? {
        guard stateKey == nil, let relates = proposed.content["m.relates_to"],
            let type = relates["rel_type"]?.string, let id = EventID(relates["event_id"]?.string ?? "")
        else { return nil }
        return EventRelation(eventID: id, relationType: type)
    }

    var type: String { proposed.type }
    var stateKey: String? { proposed.stateKey }
    var contentBytes: ArraySlice<UInt8> { json[contentRange] }
}

extension EventID {
    /// A fresh identifier in the form that room versions since 4 have: `$` and 32 bytes in URL-safe Base64.
    ///
    /// Rooms live on one server, so that nobody recomputes the hash of an event; random bytes do. The first six are
    /// the time: events of one time stand together in the store's index, which then has few pages to write.
    package static func random(at timestamp: Int64) -> EventID {
        let time = (0..<6).map { UInt8(truncatingIfNeeded: timestamp >> (40 - 8 * Int64($0))) }
        return EventID(unchecked: "$" + Base64.encodeURLSafe(time + RandomBytes.make(26)))
    }
}

extension RoomID {
    /// A fresh identifier for room versions before 12.
    package static func random(server: String) -> RoomID {
        RoomID(unchecked: "!\(Base64.encodeURLSafe(RandomBytes.make(15))):\(server)")
    }
}
