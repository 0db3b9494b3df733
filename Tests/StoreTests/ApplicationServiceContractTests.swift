import MatrixAPI
import Store
import Testing

/// What every engine says of application services.
@Suite struct ApplicationServiceContractTests {
    @Test(arguments: StoreEngine.all)
    func progressIsKeptWithWhatIsOnItsWay(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        var progress = StoredServiceProgress(service: "irc", created: 5, position: 7)
        try fixture.write { [progress] in try $0.setServiceProgress(progress) }
        #expect(try await fixture.read { try $0.serviceProgress("irc") } == progress)
        progress.number = 1
        progress.pending = .init(number: 1, through: 9, body: Array(json: "{}"))
        try fixture.write { [progress] in try $0.setServiceProgress(progress) }
        #expect(try await fixture.read { try $0.serviceProgress("irc") } == progress)
        progress.pending = nil
        progress.position = 9
        try fixture.write { [progress] in try $0.setServiceProgress(progress) }
        #expect(try await fixture.read { try $0.serviceProgress("irc") } == progress)
        #expect(try await fixture.read { try $0.serviceProgress("xmpp") } == nil)
    }

    @Test(arguments: StoreEngine.all)
    func networksHaveDirectories(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try fixture.write { (writer) throws in
            for room in [RoomID.two, .one, .one] {
                try writer.setNetworkRoom(true, room, network: "libera", service: "irc")
            }
            try writer.setNetworkRoom(true, .one, network: "oftc", service: "irc")
        }
        #expect(try await fixture.read { try $0.networkRooms("libera") } == [.one, .two])
        #expect(try await fixture.read { try $0.networkRooms(nil) } == [.one, .two])
        try fixture.write { try $0.setNetworkRoom(false, .one, network: "libera", service: "irc") }
        #expect(try await fixture.read { try $0.networkRooms("libera") } == [.two])
        #expect(try await fixture.read { try $0.networkRooms("oftc") } == [.one])
    }
}
