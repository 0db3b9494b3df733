package import JSON
package import MatrixAPI
package import Store

/// The form in which a client gets an event: its ready text with `room_id` and `unsigned` spliced in.
///
/// Source: Client-Server API, "ClientEvent" and "UnsignedData".
package struct EventEncoding: Sendable {
    /// Who gets it; nil for what is the same for everybody.
    package let user: UserID?
    /// The device that asks: it alone is told the transaction identifiers that it used.
    package let device: DeviceID?
    /// Milliseconds since 1970, for the events' age.
    package let now: Int64

    package init(user: UserID?, device: DeviceID?, now: Int64) {
        self.user = user
        self.device = device
        self.now = now
    }

    /// The event's JSON, with the content that it replaced and what the user was to the room, if that is known.
    ///
    /// - Parameters:
    ///   - includesRoomID: sync leaves it out, since it stands above the events there.
    ///   - reader: for what memory does not hold.
    /// - Throws: `NeedsStore` when `reader` is nil and it takes one.
    package func encode(
        _ event: Event, in room: RoomSnapshot, includesRoomID: Bool = true, _ reader: (any StoreReader)?
    ) throws -> RawJSON {
        var membership: Membership?
        if let user, let member = room.members[user], member.position <= event.position {
            membership = room.membership(of: user)
        }
        return try encode(event, membership: membership, includesRoomID: includesRoomID, reader)
    }

    /// The same, with a membership that the caller knows; left out when nil.
    package func encode(
        _ event: Event, membership: Membership?, includesRoomID: Bool = true, _ reader: (any StoreReader)?
    ) throws -> RawJSON {
        splice(try event.withPreviousContent(reader), membership, includesRoomID)
    }

    /// An invite or a knock for somebody who does not see the room: with what they may know of it.
    /// Source: `invite_room_state` and `knock_room_state` of `m.room.member`.
    package func encode(
        _ event: Event, knownState: [RawJSON], _ reader: (any StoreReader)?
    ) throws -> RawJSON {
        splice(try event.withPreviousContent(reader), nil, true, knownState: knownState)
    }

    /// An event with all that its form needs.
    package func encode(_ seen: SeenEvent) -> RawJSON {
        splice(seen.event, seen.membership, true, relations: seen.relations)
    }

    /// The event as a piece of state, without the content that it replaced: a large room's state is not looked up
    /// piece by piece.
    package func encodeState(_ event: Event, includesRoomID: Bool = true) -> RawJSON {
        splice(event, nil, includesRoomID)
    }

    private func splice(
        _ event: Event, _ membership: Membership?, _ includesRoomID: Bool, relations: BundledRelations? = nil,
        knownState: [RawJSON] = []
    ) -> RawJSON {
        var text: [UInt8] = []
        text.reserveCapacity(event.json.count + 160 + (event.previousContent?.count ?? 0))
        text.append(contentsOf: event.json)
        text.removeLast()
        if includesRoomID {
            text.append(contentsOf: #","room_id":"#.utf8)
            Self.append(event.roomID.string, to: &text)
        }
        text.append(contentsOf: #","unsigned":{"age":"#.utf8)
        text.append(contentsOf: String(max(0, now - event.timestamp)).utf8)
        if let membership {
            text.append(contentsOf: #","membership":""#.utf8)
            text.append(contentsOf: membership.rawValue.utf8)
            text.append(UInt8(ascii: "\""))
        }
        if let transaction = event.transaction, event.sender == user, transaction.device == device {
            text.append(contentsOf: #","transaction_id":"#.utf8)
            Self.append(transaction.identifier, to: &text)
        }
        if let previous = event.previousContent, event.redactedBecause == nil {
            text.append(contentsOf: #","prev_content":"#.utf8)
            text.append(contentsOf: previous)
        }
        if !knownState.isEmpty, let kind = event.content["membership"]?.string {
            text.append(contentsOf: #","\#(kind)_room_state":["#.utf8)
            for (index, piece) in knownState.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                text.append(contentsOf: piece.bytes)
            }
            text.append(UInt8(ascii: "]"))
        }
        if let relations {
            text.append(contentsOf: #","m.relations":"#.utf8)
            text.append(contentsOf: relations.json { encode($0) })
        }
        if let redaction = event.redactedBecause {
            text.append(contentsOf: #","redacted_because":"#.utf8)
            text.append(contentsOf: redaction)
        }
        text.append(contentsOf: "}}".utf8)
        return RawJSON(text)
    }

    private static func append(_ string: String, to text: inout [UInt8]) {
        var writer = JSONWriter(reserving: string.utf8.count + 2)
        writer.value(string)
        text.append(contentsOf: writer.bytes)
    }
}
