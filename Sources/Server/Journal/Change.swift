package import MatrixAPI

/// Something that a client must learn, with its place in the journal.
package struct Change: Sendable {
    package enum Kind: Sendable {
        /// An event in a room.
        case event(Event)
        /// An event of the room was redacted: the event as it is now.
        case redaction(of: Event)
        case receipt(Receipt)
        /// Account data of a member; `room` is nil when it is global.
        case accountData(user: UserID, room: RoomID?, type: String, content: [UInt8])
        /// A message from device to device waits for this one.
        case toDevice(user: UserID, device: DeviceID, message: [UInt8])
        /// The member's devices or keys changed.
        case deviceList(UserID)
        /// A member signed another one's key, and sees that key with the signature from then on; nobody else does.
        case keySignature(of: UserID, by: UserID)
        /// A member has more of a feed's items, or another rule for them.
        case delivery(DeliveryChange)
    }

    package let position: Int64
    package let kind: Kind

    package init(position: Int64, kind: Kind) {
        self.position = position
        self.kind = kind
    }

    /// The size of what it holds that may be large.
    var bytes: Int {
        switch kind {
        case .event(let event), .redaction(of: let event): event.json.count + (event.previousContent?.count ?? 0)
        case .accountData(_, _, _, let content): content.count
        case .toDevice(_, _, let message): message.count
        case .receipt, .deviceList, .keySignature, .delivery: 0
        }
    }
}

/// That a member has read up to an event. Source: Client-Server API, "Receipts".
package struct Receipt: Sendable {
    package let room: RoomID
    package let user: UserID
    /// `m.read` or `m.read.private`.
    package let type: String
    /// `main`, the thread's root, or nil when the receipt is for everything.
    package let thread: String?
    package let event: EventID
    /// Place of that event in the journal.
    package let eventPosition: Int64
    /// Milliseconds since 1970.
    package let timestamp: Int64

    package init(
        room: RoomID, user: UserID, type: String, thread: String?, event: EventID, eventPosition: Int64,
        timestamp: Int64
    ) {
        self.room = room
        self.user = user
        self.type = type
        self.thread = thread
        self.event = event
        self.eventPosition = eventPosition
        self.timestamp = timestamp
    }
}
