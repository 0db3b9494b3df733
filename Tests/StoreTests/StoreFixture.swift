import Foundation
import MatrixAPI
import Store
import StoreSQLite
import TestSupport
import Testing

/// An engine that the contract suite runs against.
struct StoreEngine: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let open: @Sendable (_ folder: String) throws -> any Store

    static let all = [
        StoreEngine(testDescription: "SQLite") { try SQLiteStore(folder: $0) }
    ]
}

/// An empty store with a writer.
final class StoreFixture {
    let folder: TemporaryFolder
    let engine: StoreEngine
    private(set) var store: any Store
    private(set) var writer: any StoreWriter

    init(_ engine: StoreEngine) throws {
        folder = TemporaryFolder()
        self.engine = engine
        store = try engine.open(folder.path + "/store")
        writer = try store.makeWriter()
    }

    /// One transaction.
    func write(_ body: (any StoreWriter) throws -> Void) throws {
        try writer.begin()
        do {
            try body(writer)
            try writer.commit()
        } catch {
            writer.rollback()
            throw error
        }
    }

    func read<T: Sendable>(_ body: @escaping @Sendable (any StoreReader) throws -> T) async throws -> T {
        try await store.read(body)
    }
}

extension RoomID {
    static let one = RoomID(unchecked: "!one:test")
    static let two = RoomID(unchecked: "!two:test")
}

extension UserID {
    static let ana = UserID(unchecked: "@ana:test")
    static let ben = UserID(unchecked: "@ben:test")
    static let cem = UserID(unchecked: "@cem:test")
}

extension DeviceID {
    static let phone = DeviceID(unchecked: "PHONE")
    static let desk = DeviceID(unchecked: "DESK")
}

extension [UInt8] {
    init(json: String) { self = Array(json.utf8) }
}

extension StoredRoom {
    init(_ id: RoomID, isPublic: Bool = false) {
        self.init(id: id, version: "10", creator: .ana, created: 1, isPublic: isPublic)
    }
}

extension Event {
    /// An event whose identifier and time follow from its position.
    convenience init(
        _ position: Int64, in room: RoomID = .one, _ type: String = "m.room.message", key: String? = nil,
        sender: UserID = .ana, content: String = "{}", replaces: Int64? = nil, transaction: EventTransaction? = nil
    ) {
        let id = EventID(position)
        let (json, range) = Event.encode(
            type: type, stateKey: key, sender: sender, content: Array(content.utf8)[...], eventID: id,
            timestamp: position * 10)
        self.init(
            position: position, roomID: room, eventID: id, type: type, stateKey: key, sender: sender,
            timestamp: position * 10, json: json, contentRange: range, transaction: transaction, replaces: replaces)
    }
}

extension EventID {
    init(_ position: Int64) { self.init(unchecked: "$event-\(position)") }
}

/// The positions of events, for comparing.
func positions(_ events: [Event]) -> [Int64] { events.map(\.position) }

/// Writes one event, the room with the first one, in a transaction of its own.
func commitMessage(_ position: Int64, by writer: any StoreWriter, size: Int = 10) throws {
    try writer.begin()
    do {
        if position == 1 { try writer.insertRoom(StoredRoom(.one)) }
        let body = String(repeating: "x", count: size)
        try writer.insert(Event(position, content: #"{"body":"\#(body)"}"#), relation: nil)
        try writer.setLastPosition(position)
        try writer.commit()
    } catch {
        writer.rollback()
        throw error
    }
}
