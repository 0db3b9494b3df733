import MatrixAPI
import Store
import Testing

/// What every engine says of what administrators decide.
@Suite struct ModerationContractTests {
    @Test(arguments: StoreEngine.all)
    func suspensionAndClosing(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        var account = StoredAccount(user: .ana, passwordHash: nil, kind: .member, created: 1)
        account.isSuspended = true
        try fixture.write { [account] (writer) throws in
            try writer.insertRoom(StoredRoom(.one))
            try writer.insertAccount(account)
            try writer.setClosed(true, room: .one)
            try writer.setNoticeRoom(.one, of: .ana)
            try writer.setNoticeRoom(.two, of: .ana)
        }
        #expect(try await fixture.read { try $0.account(.ana) } == account)
        #expect(try await fixture.read { try $0.isClosed(.one) })
        #expect(try await fixture.read { try !$0.isClosed(.two) })
        #expect(try await fixture.read { try $0.noticeRoom(of: .ana) } == .two)
        #expect(try await fixture.read { try $0.noticeRoom(of: .ben) } == nil)
        account.isSuspended = false
        try fixture.write { [account] in try $0.updateAccount(account) }
        #expect(try await fixture.read { try $0.account(.ana) } == account)
    }

    @Test(arguments: StoreEngine.all)
    func sameBytesAreQuarantinedTogether(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        let content = StoredMedia.Content(digest: ContentDigest([1, 2]), size: 2, type: "a/b", fileName: nil)
        let other = StoredMedia.Content(digest: ContentDigest([3]), size: 1, type: "a/b", fileName: nil)
        func media(_ id: String, _ content: StoredMedia.Content?) -> StoredMedia {
            StoredMedia(id: MediaID(unchecked: id), uploader: .ana, created: 1, expires: 9, content: content)
        }
        try fixture.write { (writer) throws in
            for (id, content) in [("a", content), ("b", content), ("c", other)] {
                try writer.insertMedia(media(id, content))
            }
            try writer.insertMedia(media("later", nil))
            try writer.setQuarantined(true, MediaID(unchecked: "a"))
            try writer.insertMedia(media("d", content))
            try writer.setMediaContent(content, of: MediaID(unchecked: "later"))
        }
        let state = try await fixture.read { (reader) throws in
            try ["a", "b", "c", "d", "later"].map { try reader.isQuarantined(MediaID(unchecked: $0)) }
        }
        #expect(state == [true, true, false, true, true])
        let page = try await fixture.read { try $0.media(of: .ana, after: MediaID(unchecked: "a"), limit: 2) }
        #expect(page.map(\.id.string) == ["b", "c"])
        try fixture.write { (writer) throws in
            #expect(try writer.deleteMedia(MediaID(unchecked: "c")))
            #expect(try !writer.deleteMedia(MediaID(unchecked: "c")))
        }
    }

    @Test(arguments: StoreEngine.all)
    func oldMessagesArePurgedAndStateStays(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try fixture.write { (writer) throws in
            try writer.insertRoom(StoredRoom(.one))
            try writer.insertRoom(StoredRoom(.two))
            try writer.insert(Event(1, "m.room.name", key: ""), relation: nil)
            for position in 2...9 as ClosedRange<Int64> { try writer.insert(Event(position), relation: nil) }
            try writer.insert(Event(10, in: .two), relation: nil)
        }
        let everything = Int64.max
        var found: [(deleted: Int, next: Int64?)] = []
        try fixture.write { (writer) throws in
            found.append(try writer.purgeEvents(in: .one, after: 0, before: everything, limit: 4))
            found.append(try writer.purgeEvents(in: .one, after: 4, before: everything, limit: 100))
            found.append(try writer.purgeEvents(in: .two, after: 0, before: everything, limit: 100))
        }
        #expect(found.map(\.deleted) == [3, 4, 0])
        #expect(found.map(\.next) == [4, nil, nil])
        let left = try await fixture.read {
            try $0.events(after: 0, through: .max, limit: 99).map(\.position)
        }
        #expect(left == [1, 9, 10], "state, and what is newest in a room")
    }

    @Test(arguments: StoreEngine.all)
    func aDehydratedDeviceGoesWithItsDevice(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        let device = StoredDehydratedDevice(user: .ana, device: .phone, data: Array(json: "{}"))
        try fixture.write { (writer) throws in
            try writer.setDevice(StoredDevice(user: .ana, id: .phone, displayName: nil, created: 1))
            try writer.setDehydratedDevice(device)
        }
        #expect(try await fixture.read { try $0.dehydratedDevice(of: .ana) } == device)
        try fixture.write { (writer) throws in _ = try writer.deleteDevice(.phone, of: .ana) }
        #expect(try await fixture.read { try $0.dehydratedDevice(of: .ana) } == nil)
    }
}
