import MatrixAPI
import Store
import Testing

/// What every engine does with accounts, devices and tokens.
@Suite struct AccountContractTests {
    private func account(_ user: UserID, kind: AccountKind = .member) -> StoredAccount {
        StoredAccount(user: user, passwordHash: "$argon2id$x", kind: kind, created: 7)
    }

    @Test(arguments: StoreEngine.all)
    func accountsAreMadeOnceAndChanged(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        var ana = account(.ana, kind: .admin)
        try fixture.write { (writer) throws in
            try writer.insertAccount(ana)
            try writer.insertAccount(account(.ben))
            try writer.insertAccount(account(.cem, kind: .guest))
        }
        #expect(throws: StoreError.self) { try fixture.write { try $0.insertAccount(ana) } }
        ana.passwordHash = nil
        ana.kind = .member
        ana.isDeactivated = true
        ana.isLocked = true
        ana.isErased = true
        try fixture.write { [ana] in try $0.updateAccount(ana) }
        try await fixture.read { [ana] (reader) throws in
            #expect(try reader.account(.ana) == ana)
            #expect(try reader.account(.ben)?.passwordHash == "$argon2id$x")
            #expect(try reader.account(UserID(unchecked: "@no:test")) == nil)
            #expect(try reader.accounts(after: nil, limit: 2).map(\.user) == [.ana, .ben])
            #expect(try reader.accounts(after: .ben, limit: 9).map(\.user) == [.cem])
            #expect(try reader.accountCount(kind: nil) == 2)
            #expect(try reader.accountCount(kind: .guest) == 1)
            #expect(try reader.accountCount(kind: .admin) == 0)
        }
    }

    @Test(arguments: StoreEngine.all)
    func profileFields(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try fixture.write { (writer) throws in
            try writer.insertAccount(account(.ana))
            try writer.setProfileField("displayname", of: .ana, json: .init(json: #""A""#))
            try writer.setProfileField("displayname", of: .ana, json: .init(json: #""Ana""#))
            try writer.setProfileField("m.tz", of: .ana, json: .init(json: #""Asia/Tokyo""#))
            try writer.setProfileField("avatar_url", of: .ana, json: .init(json: #""mxc://x/y""#))
            try writer.setProfileField("avatar_url", of: .ana, json: nil)
        }
        try await fixture.read { (reader) throws in
            #expect(
                try reader.profile(of: .ana)
                    == ["displayname": .init(json: #""Ana""#), "m.tz": .init(json: #""Asia/Tokyo""#)])
            #expect(try reader.profileField("displayname", of: .ana) == .init(json: #""Ana""#))
            #expect(try reader.profileField("avatar_url", of: .ana) == nil)
        }
    }

    @Test(arguments: StoreEngine.all)
    func membersAreFoundByNameWhateverTheLetters(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try fixture.write { (writer) throws in
            for (name, display) in [
                ("zoe", "Émile Zola"), ("kenji", "健二"), ("plain", nil), ("percent", "100%_sure"), ("two", "Émile"),
            ] as [(String, String?)] {
                let user = UserID(localpart: name, server: "test")
                try writer.insertAccount(account(user))
                try writer.setProfileField("displayname", of: user, json: display.map { .init(json: "\"\($0)\"") })
            }
            try writer.insertAccount(account(UserID(localpart: "guest", server: "test"), kind: .guest))
            var gone = account(UserID(localpart: "gone", server: "test"))
            try writer.insertAccount(gone)
            gone.isDeactivated = true
            try writer.updateAccount(gone)
        }
        try await fixture.read { (reader) throws in
            let search = { (term: String) in
                try reader.searchMembers(term, after: nil, limit: 9).map { String($0.user.localpart) }
            }
            #expect(try search("éMI") == ["two", "zoe"])
            #expect(try search(" zol ") == ["zoe"])
            #expect(try search("健") == ["kenji"])
            #expect(try search("LAI") == ["plain"])
            #expect(try search("%") == ["percent"])
            #expect(try search("_sure") == ["percent"])
            #expect(try search("test") == [])
            #expect(try search("g") == [])
            // By display name, and by localpart where there is none.
            #expect(try search("") == ["percent", "plain", "two", "zoe", "kenji"])
            let first = try reader.searchMembers("", after: nil, limit: 2)
            #expect(first.map(\.displayName) == ["100%_sure", nil])
            let second = try reader.searchMembers("", after: first.last?.cursor, limit: 2)
            #expect(second.map { String($0.user.localpart) } == ["two", "zoe"])
        }
    }

    @Test(arguments: StoreEngine.all)
    func devicesAndWhenTheyWereSeen(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        var phone = StoredDevice(user: .ana, id: .phone, displayName: "Phone", created: 3)
        try fixture.write { [phone] (writer) throws in
            try writer.setDevice(phone)
            try writer.setDevice(StoredDevice(user: .ana, id: .desk, displayName: nil, created: 4))
            try writer.setLastSeen(9, address: "192.0.2.1", device: .phone, of: .ana)
            try writer.setLastSeen(9, address: nil, device: .phone, of: .ben)
        }
        phone.lastSeen = 9
        phone.lastSeenAddress = "192.0.2.1"
        #expect(try await fixture.read { try $0.device(.phone, of: .ana) } == phone)
        phone.displayName = nil
        try fixture.write { [phone] in try $0.setDevice(phone) }
        #expect(try await fixture.read { try $0.device(.phone, of: .ana) } == phone)
        #expect(try await fixture.read { try $0.devices(of: .ana) }.map(\.id) == [.desk, .phone])
        #expect(try await fixture.read { try $0.devices(of: .ben) }.isEmpty)
    }

    @Test(arguments: StoreEngine.all)
    func tokensAreFoundByTheirHash(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        let hash = { @Sendable (byte: UInt8) in TokenHash([UInt8](repeating: byte, count: 32)) }
        let access = StoredAccessToken(hash: hash(1), user: .ana, device: .phone, expires: 50, created: 5)
        let other = StoredAccessToken(hash: hash(2), user: .ana, device: .desk, expires: nil, created: 6)
        let refresh = StoredRefreshToken(hash: hash(3), user: .ana, device: .phone, accessHash: hash(1))
        try fixture.write { (writer) throws in
            try writer.insertAccessToken(access)
            try writer.insertAccessToken(other)
            try writer.insertRefreshToken(refresh)
            try writer.insertRefreshToken(
                StoredRefreshToken(hash: hash(4), user: .ana, device: .desk, accessHash: hash(2)))
            try writer.markRefreshTokenUsed(hash(4))
        }
        try await fixture.read { (reader) throws in
            #expect(try reader.accessToken(hash(1)) == access)
            #expect(try reader.accessToken(hash(9)) == nil)
            #expect(try reader.accessTokens(of: .ana) == [other, access])
            #expect(try reader.refreshToken(hash(3)) == refresh)
            #expect(try reader.refreshTokens(of: .ana, device: .desk).map(\.isUsed) == [true])
        }
        try fixture.write { (writer) throws in
            try writer.deleteTokens(of: .ana, device: .desk)
            try writer.deleteAccessToken(hash(1))
        }
        #expect(try await fixture.read { try $0.accessTokens(of: .ana) }.isEmpty)
        #expect(try await fixture.read { try $0.refreshToken(hash(4)) } == nil)
        #expect(try await fixture.read { try $0.refreshToken(hash(3)) } == refresh)
        try fixture.write { try $0.deleteTokens(of: .ana, device: nil) }
        #expect(try await fixture.read { try $0.refreshToken(hash(3)) } == nil)
    }

    @Test(arguments: StoreEngine.all)
    func registrationTokens(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        var token = StoredRegistrationToken(token: "b", usesAllowed: 3, expires: 9)
        let open = StoredRegistrationToken(token: "a", usesAllowed: nil, expires: nil)
        try fixture.write { [token] (writer) throws in
            try writer.setRegistrationToken(token)
            try writer.setRegistrationToken(open)
        }
        token.pending = 1
        token.completed = 2
        try fixture.write { [token] in try $0.setRegistrationToken(token) }
        #expect(try await fixture.read { try $0.registrationToken("b") } == token)
        #expect(try await fixture.read { try $0.registrationTokens() } == [open, token])
        try fixture.write { (writer) throws in
            #expect(try writer.deleteRegistrationToken("b"))
            #expect(try !writer.deleteRegistrationToken("b"))
        }
        #expect(try await fixture.read { try $0.registrationToken("b") } == nil)
    }
}
