import MatrixAPI
import Store

/// What happened in (since, upTo], from the journal's part in memory or, when that does not reach back, the store.
struct SyncChanges {
    private let since: Int64
    private let upTo: Int64
    /// nil where the store is read.
    private let shared: SharedChanges?
    /// nil in memory.
    private let reader: (any StoreReader)?

    /// Account data of the member; the key nil is global.
    private(set) var accountData: [RoomID?: [(type: String, content: [UInt8])]] = [:]
    private(set) var toDevice: [(position: Int64, message: [UInt8])] = []
    private(set) var changedDeviceLists: Set<UserID> = []
    /// The member's rooms that may have something new, besides typing.
    private(set) var touchedRooms: Set<RoomID>

    /// Messages to a device in one answer, at most.
    static let toDeviceLimit = 100

    /// - Parameter memberships: the rooms that are the member's.
    /// - Throws: `NeedsStore` when memory does not reach back to `since` and there is no reader.
    init(
        _ query: SyncQuery, _ sources: SyncSources, since: Int64, upTo: Int64,
        memberships: [RoomID: RoomMembership], reader: (any StoreReader)?
    ) throws {
        self.since = since
        self.upTo = upTo
        touchedRooms = []
        let user = query.user
        // Memory does not know which messages were acknowledged: all that wait are asked of the store.
        if let toDeviceSince = query.toDeviceSince,
            let earlier = Self.messages(to: query, after: toDeviceSince, before: since, sources.journal.log),
            let shared = sources.recent.changes(since: since, upTo: upTo)
        {
            self.shared = shared
            self.reader = nil
            toDevice = earlier
            changedDeviceLists = shared.changedDeviceLists
            for change in shared.personal(of: user) { take(change, query.device, toDeviceSince: toDeviceSince) }
            insertRooms(of: shared, memberships)
            return
        }
        guard let reader else { throw NeedsStore() }
        shared = nil
        self.reader = reader
        touchedRooms = Set(try reader.rooms(of: user, changedAfter: since))
        for row in try reader.accountData(of: user, after: since, through: upTo) {
            accountData[row.room, default: []].append((row.type, row.json))
        }
        touchedRooms.formUnion(accountData.keys.compactMap(\.self))
        let waiting = try reader.toDeviceMessages(
            for: user, device: query.device, after: query.toDeviceSince ?? 0, through: upTo,
            limit: Self.toDeviceLimit + 1)
        toDevice = waiting.map { ($0.position, $0.syncEvent) }
        changedDeviceLists = Set(try reader.usersWithChangedDevices(after: since, through: upTo, seenBy: user))
    }

    /// Messages to the device that are older than the range but were not given to it; nil when they are not all in memory.
    private static func messages(
        to query: SyncQuery, after position: Int64, before since: Int64, _ log: ChangeLog
    ) -> [(position: Int64, message: [UInt8])]? {
        guard position < since else { return [] }
        return log.changes(since: position, upTo: since)?.compactMap { change in
            guard case .toDevice(query.user, query.device, let message) = change.kind else { return nil }
            return (change.position, message)
        }
    }

    private mutating func take(_ change: Change, _ device: DeviceID, toDeviceSince: Int64) {
        switch change.kind {
        case .accountData(_, let room, let type, let content):
            accountData[room, default: []].removeAll { $0.type == type }
            accountData[room, default: []].append((type, content))
            if let room { touchedRooms.insert(room) }
        case .toDevice(_, device, let message):
            if change.position > toDeviceSince { toDevice.append((change.position, message)) }
        case .keySignature(of: let signed, by: _): changedDeviceLists.insert(signed)
        case .delivery(let delivery): touchedRooms.insert(delivery.room)
        case .toDevice, .event, .redaction, .receipt, .deviceList: break
        }
    }

    /// Goes through the smaller of the two: what happened on the whole server, or the member's rooms.
    private mutating func insertRooms(of shared: SharedChanges, _ memberships: [RoomID: RoomMembership]) {
        if shared.rooms.count < memberships.count {
            for id in shared.rooms.keys where memberships[id] != nil { touchedRooms.insert(id) }
        } else {
            for id in memberships.keys where shared.rooms[id] != nil { touchedRooms.insert(id) }
        }
    }

    // MARK: Rooms

    /// What happened in a room, where it is in memory for all who ask.
    func shared(in room: RoomID) -> SharedRoomChanges? { shared?.rooms[room] }

    /// New receipts in a room; where they are not in memory, they are read.
    func receipts(in room: RoomID) throws -> [Receipt] {
        guard let reader else { return shared?.rooms[room]?.receipts ?? [] }
        guard touchedRooms.contains(room) else { return [] }
        return try reader.receipts(in: [room], after: since, through: upTo).map(Receipt.init)
    }

    /// What happened in one room in the same range.
    func of(_ room: RoomID) -> RoomChanges {
        RoomChanges(
            in: room, since: since, upTo: upTo,
            from: reader.map { .store($0) } ?? .memory(shared?.rooms[room]?.events ?? []))
    }
}

extension Receipt {
    init(_ row: StoredReceipt) {
        self.init(
            room: row.room, user: row.user, type: row.type, thread: row.thread.isEmpty ? nil : row.thread,
            event: row.eventID, eventPosition: row.eventPosition, timestamp: row.timestamp)
    }
}
