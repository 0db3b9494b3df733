import MatrixAPI
import Store
import Testing

/// What every engine says of pushers and of what waits for them.
@Suite struct PusherContractTests {
    private func pusher(
        _ user: UserID, key: String = "key", language: String = "en", device: String? = nil
    ) -> StoredPusher {
        StoredPusher(
            user: user, appID: "app", pushkey: key, kind: "http", appDisplayName: "App", deviceDisplayName: "Phone",
            profileTag: nil, language: language, data: Array("{}".utf8),
            device: device.map { DeviceID(unchecked: $0) }, created: 5, since: 7)
    }

    @Test(arguments: StoreEngine.all)
    func aPusherIsReplacedAndKeepsItsQueue(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try fixture.write { (writer) throws in
            try writer.setPusher(pusher(.ana))
            try writer.setPusher(pusher(.ben))
            let id = try writer.pushers(of: .ana)[0].id
            try writer.enqueuePush(QueuedPush(pusher: id, position: 9, actions: Array("[]".utf8), created: 1))
            try writer.setPusher(pusher(.ana, language: "ja"))
            let all = try writer.pushers()
            #expect(all.map(\.user) == [.ana, .ben])
            #expect(all[0].id == id && all[0].language == "ja" && all[0].since == 7)
            #expect(try writer.queuedPushes(of: id, limit: 5).map(\.position) == [9])
            #expect(try writer.pushersWithQueue() == [id])
            try writer.deletePushers(appID: "app", pushkey: "key", exceptOf: .ben)
            #expect(try writer.pushers().map(\.user) == [.ben])
            #expect(try writer.pushersWithQueue() == [])
            #expect(try writer.deletePusher(id) == false)
        }
    }

    @Test(arguments: StoreEngine.all)
    func aQueueIsTakenFromTheFront(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try fixture.write { (writer) throws in
            try writer.setPusher(pusher(.ana))
            try writer.setPusher(pusher(.ana, key: "second"))
            let ids = try writer.pushers().map(\.id)
            for position in [1, 2, 3] as [Int64] {
                for id in ids {
                    try writer.enqueuePush(
                        QueuedPush(pusher: id, position: position, actions: Array("[]".utf8), created: position))
                }
            }
            let first = try writer.queuedPushes(of: ids[0], limit: 2)
            #expect(first.map(\.position) == [1, 2])
            try writer.deleteQueuedPushes(of: ids[0], through: first[1].id)
            #expect(try writer.queuedPushes(of: ids[0], limit: 9).map(\.position) == [3])
            #expect(try writer.queuedPushes(of: ids[1], limit: 9).map(\.position) == [1, 2, 3])
            try writer.setMailed(77, count: 2, of: ids[1])
            #expect(try writer.pusher(ids[1])?.mailed == 77)
            #expect(try writer.pushedPosition() == 0)
            try writer.setPushedPosition(42)
        }
        try await fixture.read { (reader) throws in #expect(try reader.pushedPosition() == 42) }
    }

    @Test(arguments: StoreEngine.all)
    func aPusherEndsWithItsDevice(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try fixture.write { (writer) throws in
            let device = DeviceID(unchecked: "PHONE")
            try writer.setDevice(StoredDevice(user: .ana, id: device, displayName: nil, created: 1))
            try writer.setPusher(pusher(.ana, device: "PHONE"))
            try writer.setPusher(pusher(.ana, key: "mail"))
            _ = try writer.deleteDevice(device, of: .ana)
            #expect(try writer.pushers().map(\.pushkey) == ["mail"])
        }
    }
}
