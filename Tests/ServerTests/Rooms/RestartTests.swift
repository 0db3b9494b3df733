import EventLoop
import Foundation
import JSON
import MatrixAPI
import Store
import StoreSQLite
import Testing

@testable import Server

/// What was sent and who is where outlives the process.
@Suite struct RestartTests {
    private static let hanako = UserID(localpart: "hanako", server: "mado.test")
    private static let kenji = UserID(localpart: "kenji", server: "mado.test")

    /// Runs `body` on the store in `folder`, from opening it to closing it.
    private func process<T>(_ folder: String, _ body: (Rooms) async throws -> T) async throws -> T {
        let store = try SQLiteStore(folder: folder)
        defer { store.close() }
        let journal = try Journal(store: store)
        let result = try await body(Rooms(journal: journal, serverName: "mado.test"))
        await journal.close()
        return result
    }

    @Test func transactionsAndVisibilityAreKept() async throws {
        let folder = NSTemporaryDirectory() + "mado-test-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let transaction = EventTransaction(device: DeviceID(unchecked: "D"), identifier: "1")
        let content = json(#"{"msgtype":"m.text","body":"hello"}"#)

        let (room, event, secret) = try await process(folder) { rooms in
            try await rooms.journal.write { transaction in
                for user in [Self.hanako, Self.kenji] {
                    try transaction.store.insertAccount(
                        StoredAccount(user: user, passwordHash: nil, kind: .member, created: 0))
                }
            }
            var creation = RoomCreation()
            creation.invite = [Self.kenji]
            let room = try await rooms.create(creation, by: Self.hanako)
            try await rooms.join(room, by: Self.kenji)
            let event = try await rooms.send(
                "m.room.message", content, to: room, by: Self.hanako, transaction: transaction)
            try await rooms.leave(room, by: Self.kenji)
            let secret = try await rooms.send("m.room.message", content, to: room, by: Self.hanako)
            return (room, event, secret)
        }

        try await process(folder) { rooms in
            let again = try await rooms.send(
                "m.room.message", content, to: room, by: Self.hanako, transaction: transaction)
            #expect(again == event)
            #expect(try await rooms.event(event, in: room, for: Self.kenji).event.eventID == event)
            let hidden = await #expect(throws: MatrixError.self) {
                try await rooms.event(secret, in: room, for: Self.kenji)
            }
            #expect(hidden?.code == .notFound)
            let own = try await rooms.stateEvent(
                StateKey("m.room.member", Self.kenji.string), of: room, for: Self.kenji)
            #expect(own.membership == .leave)
            #expect(own.replaces != nil)
            // Where memory lacks what was replaced, the store is asked.
            let encoding = EventEncoding(user: Self.kenji, device: nil, now: own.timestamp)
            #expect(throws: NeedsStore.self) { try encoding.encode(own.withoutPreviousContent, membership: nil, nil) }
            let text = try await rooms.journal.store.read { reader in
                String(
                    decoding: try encoding.encode(own.withoutPreviousContent, membership: nil, reader).bytes,
                    as: UTF8.self)
            }
            #expect(json(text)["unsigned"]?["prev_content"]?["membership"]?.string == "join")
        }
    }
}
