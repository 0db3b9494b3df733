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
    /// Only in memory: feeds of which the member has more.
    private var delivered: Set<RoomID> = []
    /// The rooms that may have something new, besides typing.
    private(set) var touchedRooms: Set<RoomID>

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
            touchedRooms = []
            for change in changes {
                if change.position > since {
                    take(change)
                } else if case .toDevice(user, device, let message) = change.kind, change.position > toDeviceSince {
                    toDevice.append((change.position, message))
                }
            }
            toDevice.removeAll { $0.position <= toDeviceSince }
            touchedRooms = Set(events.keys).union(receipts.keys).union(accountData.keys.compactMap(\.self))
                .union(delivered)
            return
        }
        guard let reader else { throw NeedsStore() }
        self.reader = reader
        touchedRooms = Set(try reader.rooms(of: user, changedAfter: since))
        for row in try reader.accountData(of: user, after: since, through: upTo) {
            accountData[row.room, default: []].append((row.type, row.json))
        }
        touchedRooms.formUnion(accountData.keys.compactMap(\.self))
        let waiting = try reader.toDeviceMessages(
            for: user, device: device, after: toDeviceSince ?? 0, through: upTo, limit: Self.toDeviceLimit + 1)
        toDevice = waiting.map { ($0.position, $0.syncEvent) }
        changedDeviceLists = Set(try reader.usersWithChangedDevices(after: since, through: upTo, seenBy: user))
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
        case .keySignature(of: let signed, by: user): changedDeviceLists.insert(signed)
        case .keySignature: break
        case .delivery(let delivery): if delivery.user == user { delivered.insert(delivery.room) }
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

    /// What happened in one room in the same range.
    func of(_ room: RoomID) -> RoomChanges {
        RoomChanges(
            in: room, since: since, upTo: upTo, from: reader.map { .store($0) } ?? .memory(events[room] ?? []))
    }
}

extension Receipt {
    init(_ row: StoredReceipt) {
        self.init(
            room: row.room, user: row.user, type: row.type, thread: row.thread.isEmpty ? nil : row.thread,
            event: row.eventID, eventPosition: row.eventPosition, timestamp: row.timestamp)
    }
}
