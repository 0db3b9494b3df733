import MatrixAPI
import Store
import Testing

/// What every engine does with keys for end-to-end encryption.
@Suite struct KeyContractTests {
    private func key(_ id: String, _ algorithm: String = "signed_curve25519") -> StoredDeviceKey {
        StoredDeviceKey(algorithm: algorithm, keyID: id, json: .init(json: #"{"key":"\#(id)"}"#))
    }

    @Test(arguments: StoreEngine.all)
    func deviceKeys(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try fixture.write { (writer) throws in
            try writer.setDeviceKeys([1], of: .ana, device: .phone)
            try writer.setDeviceKeys([2], of: .ana, device: .phone)
            try writer.setDeviceKeys([3], of: .ana, device: .desk)
            try writer.setDeviceKeys([4], of: .ben, device: .phone)
        }
        #expect(try await fixture.read { try $0.deviceKeys(of: .ana) } == [.phone: [2], .desk: [3]])
        #expect(try await fixture.read { try $0.deviceKeys(of: .ben, device: .phone) } == [4])
        #expect(try await fixture.read { try $0.deviceKeys(of: .ben, device: .desk) } == nil)
    }

    @Test(arguments: StoreEngine.all)
    func aOneTimeKeyIsGivenOnceOldestFirst(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try fixture.write { (writer) throws in
            // The identifiers' order is not the order of upload.
            for id in ["z", "a", "m"] { try writer.insertOneTimeKey(key(id), of: .ana, device: .phone) }
            try writer.insertOneTimeKey(key("a", "curve25519"), of: .ana, device: .phone)
            try writer.insertOneTimeKey(key("d"), of: .ana, device: .desk)
            #expect(throws: StoreError.self) { try writer.insertOneTimeKey(key("a"), of: .ana, device: .phone) }
        }
        try await fixture.read { (reader) throws in
            #expect(
                try reader.oneTimeKeyCounts(of: .ana, device: .phone) == ["signed_curve25519": 3, "curve25519": 1])
            #expect(
                try reader.oneTimeKey("a", algorithm: "signed_curve25519", of: .ana, device: .phone)
                    == StoredDeviceKey(
                        algorithm: "signed_curve25519", keyID: "a", json: .init(json: #"{"key":"a"}"#)))
        }
        var claimed: [StoredDeviceKey?] = []
        for _ in 0..<4 {
            try fixture.write { (writer) throws in
                claimed.append(try writer.claimOneTimeKey(algorithm: "signed_curve25519", of: .ana, device: .phone))
            }
        }
        #expect(claimed == [key("z"), key("a"), key("m"), nil])
        #expect(try await fixture.read { try $0.oneTimeKeyCounts(of: .ana, device: .phone) } == ["curve25519": 1])
        #expect(try await fixture.read { try $0.oneTimeKeyCounts(of: .ana, device: .desk) } == ["signed_curve25519": 1])
    }

    @Test(arguments: StoreEngine.all)
    func aFallbackKeyStaysAndIsUsed(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        let algorithm = "signed_curve25519"
        try fixture.write { (writer) throws in
            try writer.setFallbackKey(key("a"), of: .ana, device: .phone)
            #expect(try writer.unusedFallbackKeyTypes(of: .ana, device: .phone) == [algorithm])
            #expect(try writer.claimFallbackKey(algorithm: algorithm, of: .ana, device: .phone) == key("a"))
            #expect(try writer.unusedFallbackKeyTypes(of: .ana, device: .phone) == [])
            #expect(try writer.claimFallbackKey(algorithm: algorithm, of: .ana, device: .phone) == key("a"))
            #expect(try writer.claimFallbackKey(algorithm: algorithm, of: .ana, device: .desk) == nil)
            try writer.setFallbackKey(key("b"), of: .ana, device: .phone)
            #expect(try writer.unusedFallbackKeyTypes(of: .ana, device: .phone) == [algorithm])
        }
        let kept = try await fixture.read { try $0.fallbackKey(algorithm: algorithm, of: .ana, device: .phone) }
        #expect(kept == key("b"))
    }

    @Test(arguments: StoreEngine.all)
    func crossSigningKeysAndSignatures(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        let signature = { @Sendable (target: String, signer: UserID, value: String) in
            StoredKeySignature(
                targetUser: .ana, targetKey: target, signer: signer, signerKeyID: "ed25519:k", signature: value)
        }
        try fixture.write { (writer) throws in
            try writer.setCrossSigningKey([1], usage: "master", of: .ana)
            try writer.setCrossSigningKey([2], usage: "master", of: .ana)
            try writer.setCrossSigningKey([3], usage: "self_signing", of: .ana)
            try writer.setKeySignature(signature("PHONE", .ana, "old"))
            try writer.setKeySignature(signature("PHONE", .ana, "new"))
            try writer.setKeySignature(signature("MASTER", .ben, "b"))
        }
        #expect(try await fixture.read { try $0.crossSigningKeys(of: .ana) } == ["master": [2], "self_signing": [3]])
        #expect(
            try await fixture.read { try $0.keySignatures(of: .ana) }
                == [signature("MASTER", .ben, "b"), signature("PHONE", .ana, "new")])
        try fixture.write { try $0.deleteKeySignatures(of: .ana, targetKey: "MASTER") }
        #expect(try await fixture.read { try $0.keySignatures(of: .ana) }.map(\.targetKey) == ["PHONE"])
    }

    @Test(arguments: StoreEngine.all)
    func backupVersionsCountUpAndAreNotUsedAgain(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try fixture.write { (writer) throws in
            #expect(try writer.insertKeyBackupVersion(of: .ana, algorithm: "x", authData: [1]) == 1)
            #expect(try writer.insertKeyBackupVersion(of: .ana, algorithm: "x", authData: [2]) == 2)
            #expect(try writer.insertKeyBackupVersion(of: .ben, algorithm: "x", authData: [3]) == 1)
            try writer.setKeyBackupAuthData([9], of: .ana, version: 1)
            #expect(try writer.keyBackupVersion(nil, of: .ana)?.version == 2)
            #expect(try writer.deleteKeyBackupVersion(2, of: .ana))
            #expect(try !writer.deleteKeyBackupVersion(2, of: .ana))
            #expect(try writer.keyBackupVersion(2, of: .ana) == nil)
            #expect(try writer.keyBackupVersion(nil, of: .ana)?.version == 1)
            #expect(try writer.keyBackupVersion(1, of: .ana)?.authData == [9])
            #expect(try writer.insertKeyBackupVersion(of: .ana, algorithm: "x", authData: []) == 3)
        }
    }

    @Test(arguments: StoreEngine.all)
    func backupSessionsByVersionRoomAndSession(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        let session = { @Sendable (room: RoomID, id: String, byte: UInt8) in
            StoredBackupSession(room: room, session: id, json: [byte])
        }
        try fixture.write { (writer) throws in
            let version = try writer.insertKeyBackupVersion(of: .ana, algorithm: "x", authData: [])
            try writer.setBackupSessions(
                [session(.one, "a", 1), session(.one, "b", 2), session(.two, "a", 3)], of: .ana, version: version)
            let before = try #require(try writer.keyBackupVersion(version, of: .ana))
            #expect(before.count == 3)
            try writer.setBackupSessions([session(.one, "a", 9)], of: .ana, version: version)
            let after = try #require(try writer.keyBackupVersion(version, of: .ana))
            #expect(after.count == 3)
            #expect(after.etag != before.etag)
            #expect(
                try writer.backupSessions(.all, of: .ana, version: version)
                    == [session(.one, "a", 9), session(.one, "b", 2), session(.two, "a", 3)])
            #expect(try writer.backupSessions(.room(.one), of: .ana, version: version).map(\.session) == ["a", "b"])
            #expect(
                try writer.backupSessions(.session(.two, "a"), of: .ana, version: version) == [session(.two, "a", 3)])
            #expect(try writer.backupSessions(.all, of: .ben, version: version).isEmpty)

            #expect(try writer.deleteBackupSessions(.session(.one, "x"), of: .ana, version: version) == 0)
            #expect(try writer.keyBackupVersion(version, of: .ana) == after)
            #expect(try writer.deleteBackupSessions(.session(.one, "a"), of: .ana, version: version) == 1)
            #expect(try writer.deleteBackupSessions(.room(.two), of: .ana, version: version) == 1)
            #expect(try writer.keyBackupVersion(version, of: .ana)?.count == 1)
            #expect(try writer.deleteBackupSessions(.all, of: .ana, version: version) == 1)
        }
    }

    @Test(arguments: StoreEngine.all)
    func withADeviceGoesAllThatIsItsOwn(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        let hash = { @Sendable (byte: UInt8) in TokenHash([UInt8](repeating: byte, count: 32)) }
        try fixture.write { (writer) throws in
            for (byte, device) in [(1, .phone), (2, .desk)] as [(UInt8, DeviceID)] {
                try writer.setDevice(StoredDevice(user: .ana, id: device, displayName: nil, created: 1))
                try writer.insertAccessToken(
                    StoredAccessToken(hash: hash(byte), user: .ana, device: device, expires: nil, created: 1))
                try writer.insertRefreshToken(
                    StoredRefreshToken(hash: hash(byte + 10), user: .ana, device: device, accessHash: hash(byte)))
                try writer.insertToDeviceMessage(
                    StoredToDeviceMessage(position: 1, user: .ana, device: device, sender: .ben, type: "t", json: []))
                try writer.setDeviceKeys([1], of: .ana, device: device)
                try writer.insertOneTimeKey(key("a"), of: .ana, device: device)
                try writer.setFallbackKey(key("f"), of: .ana, device: device)
                try writer.setKeySignature(
                    StoredKeySignature(
                        targetUser: .ana, targetKey: device.string, signer: .ana, signerKeyID: "k", signature: "s"))
            }
            #expect(try writer.deleteDevice(.phone, of: .ana))
            #expect(try !writer.deleteDevice(.phone, of: .ana))
        }
        try await fixture.read { (reader) throws in
            for (byte, device, isKept) in [(1, .phone, false), (2, .desk, true)] as [(UInt8, DeviceID, Bool)] {
                #expect((try reader.device(device, of: .ana) != nil) == isKept)
                #expect((try reader.accessToken(hash(byte)) != nil) == isKept)
                #expect((try reader.refreshToken(hash(byte + 10)) != nil) == isKept)
                let messages = try reader.toDeviceMessages(for: .ana, device: device, after: 0, through: 9, limit: 9)
                #expect(messages.isEmpty != isKept)
                #expect((try reader.deviceKeys(of: .ana, device: device) != nil) == isKept)
                #expect(try reader.oneTimeKeyCounts(of: .ana, device: device).isEmpty != isKept)
                #expect(try reader.unusedFallbackKeyTypes(of: .ana, device: device).isEmpty != isKept)
            }
            #expect(try reader.keySignatures(of: .ana).map(\.targetKey) == ["DESK"])
        }
    }
}
