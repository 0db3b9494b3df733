import MatrixAPI
import Store

/// What happened in (since, upTo], from the journal's part in memory or, when that does not reach back, the store.
struct SyncChanges {
    private let since: Int64
    private let upTo: Int64
    private let user: UserID
    private let device: DeviceID
    /// nil in memory.
    private let reader: (any StoreReader)?

    /// Only in memory: events by room, oldest first.
    private var events: [RoomID: [Event]] = [:]
    private(set) var receipts: [RoomID: [Receipt]] = [:]
    /// Account data of the member; the key nil is global.
    private(set) var accountData: [RoomID?: [(type: String, content: [UInt8])]] = [:]
    private(set) var toDevice: [(position: Int64, message: [UInt8])] = []
    private(set) var changedDeviceLists: Set<UserID> = []
    /// The rooms that may have something new; nil when that has to be asked of each room.
    private(set) var touchedRooms: Set<RoomID>?

    /// Messages to a device in one answer, at most.
    static let toDeviceLimit = 100

    /// - Parameter toDeviceSince: nil for all messages that wait for the device.
    /// - Throws: `NeedsStore` when memory does not reach back to `since` and there is no reader.
    init(
        log: ChangeLog, since: Int64, toDeviceSince: Int64?, upTo: Int64, user: UserID, device: DeviceID,
        reader: (any StoreReader)?
    ) throws {
        self.since = since
        self.upTo = upTo
        self.user = user
        self.device = device
        // Memory does not know which messages were acknowledged: all that wait are asked of the store.
        if let toDeviceSince, let changes = log.changes(since: min(since, toDeviceSince), upTo: upTo) {
            self.reader = nil
            for change in changes {
                if change.position > since {
                    take(change)
                } else if case .toDevice(user, device, let message) = change.kind, change.position > toDeviceSince {
                    toDevice.append((change.position, message))
                }
            }
            touchedRooms = Set(events.keys).union(receipts.keys).union(accountData.keys.compactMap(\.self))
            return
        }
        guard let reader else { throw NeedsStore() }
        self.reader = reader
        for row in try reader.accountData(of: user, after: since, through: upTo) {
            accountData[row.room, default: []].append((row.type, row.json))
        }
        let waiting = try reader.toDeviceMessages(
            for: user, device: device, after: toDeviceSince ?? 0, through: upTo, limit: Self.toDeviceLimit + 1)
        toDevice = waiting.map { ($0.position, $0.syncEvent) }
        changedDeviceLists = Set(try reader.usersWithChangedDevices(after: since, through: upTo))
    }

    private mutating func take(_ change: Change) {
        switch change.kind {
        case .event(let event): events[event.roomID, default: []].append(event)
        case .redaction: break
        case .receipt(let receipt): receipts[receipt.room, default: []].append(receipt)
        case .accountData(user, let room, let type, let content):
            accountData[room, default: []].removeAll { $0.type == type }
            accountData[room, default: []].append((type, content))
        case .accountData: break
        case .toDevice(user, device, let message): toDevice.append((change.position, message))
        case .toDevice: break
        case .deviceList(let user): changedDeviceLists.insert(user)
        }
    }

    // MARK: Rooms

    /// Reads the receipts of rooms that are not in memory.
    mutating func readReceipts(in rooms: [RoomID]) throws {
        guard let reader else { return }
        for row in try reader.receipts(in: rooms, after: since, through: upTo) {
            receipts[row.room, default: []].append(Receipt(row))
        }
    }

    /// The newest `limit` events of a room that `isWanted`, oldest first, and whether older ones in the range were
    /// left out.
    func timeline(
        in room: RoomID, limit: Int, through: Int64? = nil, where isWanted: (Event) throws -> Bool
    ) throws -> (events: [Event], isLimited: Bool) {
        let through = min(through ?? upTo, upTo)
        guard let reader else {
            let wanted = try (events[room] ?? []).filter { try $0.position <= through && isWanted($0) }
            return (Array(wanted.suffix(limit)), wanted.count > limit)
        }
        return try reader.newestEvents(in: room, after: since, through: through, limit: limit, where: isWanted)
    }

    /// State that changed in (since, before), for each key its newest event, by position.
    func stateChanges(in room: RoomID, before: Int64) throws -> [Event] {
        guard let reader else {
            var newest: [StateKey: Event] = [:]
            for event in events[room] ?? [] where event.position < before {
                if let key = event.stateIdentity { newest[key] = event }
            }
            return newest.values.sorted { $0.position < $1.position }
        }
        return try reader.stateChanges(in: room, after: since, through: before - 1)
    }

    /// Whose membership or profile changed in the range in this room.
    func changedMembers(in room: RoomID) throws -> Set<UserID> {
        let events =
            if let reader { try reader.stateChanges(in: room, after: since, through: upTo) } else { events[room] ?? [] }
        return Set(events.compactMap { $0.type == "m.room.member" ? $0.stateKey.map(UserID.init(unchecked:)) : nil })
    }

    /// Whether a user who was in the room at `since` and is in it now was there all the time.
    ///
    /// - Parameter event: the user's membership in the room now.
    func hasStayed(_ event: Event) throws -> Bool {
        var event = event
        while event.position > since {
            guard event.membership == .join, let replaced = event.replaces else { return false }
            let earlier =
                if let reader { try reader.event(at: replaced) } else {
                    events[event.roomID]?.first { $0.position == replaced }
                }
            guard let earlier else { return event.previousMembership == .join }
            event = earlier
        }
        return event.membership == .join
    }

    /// What a user was to a room at `since`, if that changed in the range.
    func membershipBefore(of user: UserID, in room: RoomID) throws -> Membership? {
        if let reader {
            return try reader.stateEvent(in: room, StateKey("m.room.member", user.string), at: since)?.membership
        }
        let first = (events[room] ?? []).first { $0.stateKey == user.string && $0.type == "m.room.member" }
        return first?.previousMembership
    }
}

extension StoreReader {
    /// The newest `limit` events of a room in (after, through] that `isWanted`, oldest first, and whether older ones
    /// were left out. Looks at ten pages at most, so that a filter that matches nothing cannot cost a whole room.
    func newestEvents(
        in room: RoomID, after: Int64, through: Int64, limit: Int, where isWanted: (Event) throws -> Bool
    ) throws -> (events: [Event], isLimited: Bool) {
        var found: [Event] = []
        var through = through
        let page = max(limit + 1, 50)
        for _ in 0..<10 {
            let events = try events(in: room, after: after, through: through, order: .backward, limit: page)
            for event in events where try isWanted(event) {
                if found.count == limit { return (found.reversed(), true) }
                found.append(event)
            }
            guard events.count == page, let last = events.last else { return (found.reversed(), false) }
            through = last.position - 1
        }
        return (found.reversed(), true)
    }
}

extension Receipt {
    init(_ row: StoredReceipt) {
        self.init(
            room: row.room, user: row.user, type: row.type, thread: row.thread.isEmpty ? nil : row.thread,
            event: row.eventID, eventPosition: row.eventPosition, timestamp: row.timestamp)
    }
}
