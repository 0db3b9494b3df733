import MatrixAPI
import Store
import TestSupport
import Testing

/// What every engine does with what clients leave: transactions, receipts, account data, messages to devices.
@Suite struct ClientStateContractTests {
    @Test(arguments: StoreEngine.all)
    func aTransactionIsKnownByAllOfItsKey(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        let key = TransactionKey(user: .ana, device: .phone, scope: "send/!one", identifier: "1")
        let event = StoredTransaction(eventID: EventID(1), created: 10)
        let response = StoredTransaction(eventID: nil, response: .init(json: "{}"), created: 20)
        let otherScope = TransactionKey(user: .ana, device: .phone, scope: "sendToDevice/x", identifier: "1")
        try fixture.write { (writer) throws in
            try writer.insertTransaction(event, for: key)
            try writer.insertTransaction(response, for: otherScope)
        }
        try await fixture.read { (reader) throws in
            #expect(try reader.transaction(key) == event)
            #expect(try reader.transaction(otherScope) == response)
            let others = [
                TransactionKey(user: .ben, device: .phone, scope: key.scope, identifier: "1"),
                TransactionKey(user: .ana, device: .desk, scope: key.scope, identifier: "1"),
                TransactionKey(user: .ana, device: .phone, scope: key.scope, identifier: "2"),
            ]
            for other in others { #expect(try reader.transaction(other) == nil) }
        }
        #expect(throws: StoreError.self) { try fixture.write { try $0.insertTransaction(event, for: key) } }
    }

    @Test(arguments: StoreEngine.all)
    func oldTransactionsAreDeletedOldestFirst(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        let key = { (number: Int) in
            TransactionKey(user: .ana, device: .phone, scope: "s", identifier: String(number))
        }
        try fixture.write { (writer) throws in
            for time in 1...5 {
                try writer.insertTransaction(StoredTransaction(eventID: nil, created: Int64(time)), for: key(time))
            }
            #expect(try writer.deleteTransactions(createdBefore: 4, limit: 2) == 2)
            #expect(try writer.transaction(key(2)) == nil)
            #expect(try writer.transaction(key(3)) != nil)
            #expect(try writer.deleteTransactions(createdBefore: 4, limit: 9) == 1)
            #expect(try writer.deleteTransactions(createdBefore: 4, limit: 9) == 0)
            #expect(try writer.transaction(key(4)) != nil)
            #expect(try writer.deleteTransactions(createdBefore: 100, limit: 9) == 2)
        }
    }

    @Test(arguments: StoreEngine.all)
    func aTransactionOutlivesARestartAndNotARollback(engine: StoreEngine) async throws {
        let folder = TemporaryFolder()
        let key = { @Sendable (identifier: String) in
            TransactionKey(user: .ana, device: .phone, scope: "s", identifier: identifier)
        }
        let stored = { @Sendable (time: Int64) in StoredTransaction(eventID: EventID(time), created: time) }
        do {
            let store = try engine.open(folder.path)
            let writer = try store.makeWriter()
            try writer.begin()
            try writer.insertTransaction(stored(1), for: key("kept"))
            try writer.savepoint()
            try writer.insertTransaction(stored(2), for: key("undone"))
            #expect(try writer.transaction(key("undone")) == stored(2))
            try writer.rollbackToSavepoint()
            #expect(try writer.transaction(key("undone")) == nil)
            // Another one takes the place of the one undone.
            try writer.insertTransaction(stored(3), for: key("other"))
            #expect(try writer.transaction(key("undone")) == nil)
            try writer.insertTransaction(stored(4), for: key("undone"))
            #expect(try await store.read { try $0.transaction(key("kept")) } == nil)
            try writer.commit()
            #expect(try await store.read { try $0.transaction(key("undone")) } == stored(4))
            store.close()
        }
        let store = try engine.open(folder.path)
        #expect(try await store.read { try $0.transaction(key("kept")) } == stored(1))
        #expect(try await store.read { try $0.transaction(key("other")) } == stored(3))
        #expect(try await store.read { try $0.transaction(key("undone")) } == stored(4))
    }

    private func receipt(
        _ user: UserID, _ room: RoomID, at position: Int64, type: String = "m.read", thread: String = ""
    ) -> StoredReceipt {
        StoredReceipt(
            room: room, user: user, type: type, thread: thread, eventID: EventID(position), eventPosition: position - 1,
            timestamp: position * 10, position: position)
    }

    @Test(arguments: StoreEngine.all)
    func receiptsAreOnePerTypeAndThread(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        let kept = [
            receipt(.ana, .one, at: 9), receipt(.ana, .one, at: 3, type: "m.read.private"),
            receipt(.ana, .one, at: 4, thread: "main"), receipt(.ben, .one, at: 5), receipt(.ana, .two, at: 6),
        ]
        try fixture.write { (writer) throws in
            try writer.insertRoom(StoredRoom(.one))
            try writer.insertRoom(StoredRoom(.two))
            try writer.setReceipt(receipt(.ana, .one, at: 2))
            for receipt in kept { try writer.setReceipt(receipt) }
        }
        try await fixture.read { (reader) throws in
            #expect(Set(try reader.receipts(in: .one)) == Set(kept.prefix(4)))
            #expect(Set(try reader.receipts(of: .ana, in: .one)) == Set(kept.prefix(3)))
            #expect(try reader.receipts(in: [.one], after: 3, through: 9) == [kept[2], kept[3], kept[0]])
            #expect(try reader.receipts(in: [.two, .one], after: 4, through: 6) == [kept[4], kept[3]])
            #expect(try reader.receipts(in: [], after: 0, through: 9).isEmpty)
            #expect(Set(try reader.receipts(after: 4, through: 6)) == [kept[3], kept[4]])
        }
    }

    @Test(arguments: StoreEngine.all)
    func accountDataIsGlobalOrOfARoom(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        let rules = StoredAccountData(
            user: .ana, room: nil, type: "m.push_rules", json: .init(json: #"{"a":1}"#), position: 2)
        let tags = StoredAccountData(user: .ana, room: .one, type: "m.tag", json: .init(json: "{}"), position: 3)
        let gone = StoredAccountData(
            user: .ana, room: nil, type: "x.gone", json: .init(json: "{}"), position: 4, isDeleted: true)
        let bens = StoredAccountData(user: .ben, room: nil, type: "m.push_rules", json: [], position: 5)
        try fixture.write { (writer) throws in
            try writer.insertRoom(StoredRoom(.one))
            for data in [
                StoredAccountData(user: .ana, room: nil, type: "m.push_rules", json: [], position: 1), rules, tags,
                gone, bens,
            ] { try writer.setAccountData(data) }
            let nowhere = StoredAccountData(user: .ana, room: .two, type: "m.tag", json: [], position: 6)
            #expect(throws: StoreError.self) { try writer.setAccountData(nowhere) }
        }
        try await fixture.read { (reader) throws in
            #expect(try reader.accountData(of: .ana, room: nil, type: "m.push_rules") == rules)
            #expect(try reader.accountData(of: .ana, room: .one, type: "m.push_rules") == nil)
            #expect(try reader.accountData(of: .ana, room: .two, type: "m.tag") == nil)
            #expect(try reader.accountData(of: .ana, room: nil, type: "x.gone")?.isDeleted == true)
            #expect(try reader.accountData(of: .ana, room: nil) == [rules])
            #expect(try reader.accountData(of: .ana, room: .one) == [tags])
            #expect(try reader.accountData(of: .ana, after: 2, through: 9) == [tags, gone])
            #expect(try reader.accountData(of: .ana, after: 0, through: 2) == [rules])
        }
    }

    @Test(arguments: StoreEngine.all)
    func messagesWaitForTheirDevice(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        let message = { @Sendable (position: Int64, device: DeviceID) in
            StoredToDeviceMessage(
                position: position, user: .ana, device: device, sender: .ben, type: "m.room.encrypted",
                json: .init(json: #"{"n":\#(position)}"#))
        }
        try fixture.write { (writer) throws in
            for position in 1...4 as ClosedRange<Int64> {
                try writer.insertToDeviceMessage(message(position, .phone))
                try writer.insertToDeviceMessage(message(position, .desk))
            }
            #expect(throws: StoreError.self) { try writer.insertToDeviceMessage(message(4, .phone)) }
        }
        let store = fixture.store
        let page = { @Sendable (after: Int64, through: Int64, limit: Int) in
            try await store.read {
                try $0.toDeviceMessages(for: .ana, device: .phone, after: after, through: through, limit: limit)
            }
        }
        #expect(try await page(1, 3, 9) == [message(2, .phone), message(3, .phone)])
        #expect(try await page(0, 9, 1) == [message(1, .phone)])
        try fixture.write { try $0.deleteToDeviceMessages(for: .ana, device: .phone, through: 3) }
        #expect(try await page(0, 9, 9) == [message(4, .phone)])
        let desk = try await fixture.read {
            try $0.toDeviceMessages(for: .ana, device: .desk, after: 0, through: 9, limit: 9)
        }
        #expect(desk.count == 4)
    }

    @Test(arguments: StoreEngine.all)
    func changedDeviceListsNameEachUserOnce(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try fixture.write { (writer) throws in
            try writer.insertDeviceListChange(of: .ben, at: 1)
            try writer.insertDeviceListChange(of: .ben, at: 2)
            try writer.insertDeviceListChange(of: .ana, at: 2)
            try writer.insertDeviceListChange(of: .ana, at: 2)
            try writer.insertDeviceListChange(of: .cem, at: 3)
            try writer.insertDeviceListChange(of: .ana, at: 10, onlyFor: .ben)
        }
        try await fixture.read { (reader) throws in
            #expect(try reader.usersWithChangedDevices(after: 0, through: 2, seenBy: .ana) == [.ana, .ben])
            #expect(try reader.usersWithChangedDevices(after: 2, through: 9, seenBy: .ana) == [.cem])
            #expect(try reader.usersWithChangedDevices(after: 3, through: 9, seenBy: .ana).isEmpty)
            #expect(try reader.usersWithChangedDevices(after: 9, through: 10, seenBy: .ben) == [.ana])
            #expect(try reader.usersWithChangedDevices(after: 9, through: 10, seenBy: .cem).isEmpty)
        }
    }

    @Test(arguments: StoreEngine.all)
    func presenceFiltersAndSecrets(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        let ana = StoredPresence(user: .ana, presence: "online", statusMessage: "hi", lastActive: 5)
        let ben = StoredPresence(user: .ben, presence: "offline", statusMessage: nil, lastActive: 6)
        try fixture.write { (writer) throws in
            try writer.setPresence(StoredPresence(user: .ana, presence: "offline", statusMessage: nil, lastActive: 1))
            try writer.setPresence(ben)
            try writer.setPresence(ana)
            let first = try writer.insertFilter(.init(json: #"{"a":1}"#), of: .ana)
            let second = try writer.insertFilter(.init(json: #"{"a":2}"#), of: .ana)
            #expect(first != second)
            #expect(try writer.insertFilter(.init(json: #"{"a":1}"#), of: .ana) == first)
            #expect(try writer.filter(second, of: .ana) == .init(json: #"{"a":2}"#))
            #expect(try writer.filter(second, of: .ben) == nil)
            try writer.setServerSecret([1], name: "a")
            try writer.setServerSecret([0, 255], name: "a")
        }
        try await fixture.read { (reader) throws in
            #expect(try reader.presences() == [ana, ben])
            #expect(try reader.presence(of: .ben) == ben)
            #expect(try reader.presence(of: .cem) == nil)
            #expect(try reader.serverSecret("a") == [0, 255])
            #expect(try reader.serverSecret("b") == nil)
        }
    }
}
