import MatrixAPI
import Store
import Testing

/// What every engine says of second servers and of what members let them know.
@Suite struct SecondServerContractTests {
    private func server(_ name: String, token: UInt8) -> StoredSecondServer {
        StoredSecondServer(
            name: name, title: name.uppercased(), url: "https://\(name).test/", upstream: nil,
            tokenHash: TokenHash([UInt8](repeating: token, count: 32)), created: 1)
    }

    @Test(arguments: StoreEngine.all)
    func serversAreFoundByNameAndToken(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        let arcade = server("arcade", token: 1)
        try fixture.write { (writer) throws in
            try writer.setSecondServer(server("other", token: 2))
            try writer.setSecondServer(server("arcade", token: 3))
            // A new token in the place of the former.
            try writer.setSecondServer(arcade)
        }
        try await fixture.read { (reader) throws in
            #expect(try reader.secondServers().map(\.name) == ["arcade", "other"])
            #expect(try reader.secondServer("arcade") == arcade)
            #expect(try reader.secondServer("nothing") == nil)
            #expect(try reader.secondServer(token: arcade.tokenHash) == arcade)
            #expect(try reader.secondServer(token: TokenHash([UInt8](repeating: 3, count: 32))) == nil)
        }
    }

    @Test(arguments: StoreEngine.all)
    func consentsGoWithTheirServer(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try fixture.write { (writer) throws in
            try writer.setSecondServer(server("arcade", token: 1))
            try writer.setSessionConsent(StoredSessionConsent(server: "arcade", user: .ana, provenUntil: 9))
            try writer.setSessionConsent(StoredSessionConsent(server: "arcade", user: .ana, isRefused: true))
            try writer.setSessionConsent(StoredSessionConsent(server: "other", user: .ana, provenUntil: 7))
            #expect(try writer.sessionConsent(of: .ana, to: "arcade")?.isRefused == true)
            #expect(try writer.sessionConsent(of: .ben, to: "arcade") == nil)
            #expect(try writer.deleteSecondServer("arcade"))
            #expect(try writer.deleteSecondServer("arcade") == false)
        }
        try await fixture.read { (reader) throws in
            #expect(try reader.sessionConsent(of: .ana, to: "arcade") == nil)
            #expect(try reader.sessionConsent(of: .ana, to: "other")?.provenUntil == 7)
        }
    }
}
