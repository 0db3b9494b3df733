import HTTP
import JSON
import MatrixAPI
import Store
import StoreSQLite
import Testing

@testable import Server

@Suite struct DeviceKeysTests {
    private func oneTimeKey(_ name: String, _ key: String = "AAAA") -> String {
        #""signed_curve25519:\#(name)":{"key":"\#(key)","signatures":{}}"#
    }

    @Test func oneTimeKeysAreCountedAndNeverChange() async throws {
        try await SyncHarness.run { server in
            let kenji = try await server.member("kenji")
            #expect(await kenji.upload("")["one_time_key_counts"]?["signed_curve25519"]?.int == 0)
            let first = await kenji.upload(#""one_time_keys":{\#(oneTimeKey("A")),\#(oneTimeKey("B"))}"#)
            #expect(first["one_time_key_counts"]?["signed_curve25519"]?.int == 2)
            let same = await kenji.upload(#""one_time_keys":{\#(oneTimeKey("A"))}"#)
            #expect(same["one_time_key_counts"]?["signed_curve25519"]?.int == 2)
            let other = await kenji.upload(#""one_time_keys":{\#(oneTimeKey("A", "BBBB")),\#(oneTimeKey("C"))}"#)
            #expect(other.outcome == "400 M_UNKNOWN")
            let plain = await kenji.upload(#""one_time_keys":{"curve25519:A":"AAAA"}"#)
            #expect(plain["one_time_key_counts"]?["curve25519"]?.int == 1)
            #expect(
                plain["one_time_key_counts"]?["signed_curve25519"]?.int == 2, "nothing is kept of an upload that fails")
        }
    }

    @Test func aDeviceKeepsNoMoreKeysThanItMayNeed() async throws {
        try await SyncHarness.run { server in
            let kenji = try await server.member("kenji")
            func keys(_ numbers: ClosedRange<Int>) -> String {
                #""one_time_keys":{\#(numbers.map { oneTimeKey("K\($0)") }.joined(separator: ","))}"#
            }
            #expect(await kenji.upload(keys(1...1001)).outcome == "400 M_INVALID_PARAM")
            #expect(await kenji.upload(keys(1...1000)).status == 200)
            #expect(await kenji.upload(keys(1001...1001)).outcome == "400 M_TOO_LARGE")
        }
    }

    @Test func keysOfOthersAndMalformedOnesAreRefused() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let phone = try await server.logIn("kenji")
            for other in [hanako, phone] {
                let keys = try other.deviceKeys(SigningKey(1))
                #expect(await kenji.upload(#""device_keys":\#(keys)"#).outcome == "400 M_INVALID_PARAM")
            }
            let incomplete = #"{"user_id":"\#(kenji.user)","device_id":"\#(kenji.device)","keys":{}}"#
            #expect(await kenji.upload(#""device_keys":\#(incomplete)"#).outcome == "400 M_BAD_JSON")
            #expect(await kenji.upload(#""one_time_keys":{"nocolon":"A"}"#).outcome == "400 M_INVALID_PARAM")
            #expect(await kenji.upload(#""one_time_keys":{"a:b":7}"#).outcome == "400 M_INVALID_PARAM")
            #expect(await kenji.upload(#""one_time_keys":{"a:b":{"key":1.5}}"#).outcome == "400 M_BAD_JSON")
            #expect(await kenji.upload(#""one_time_keys":[]"#).status == 400)
        }
    }

    /// Each key that the device is to have signed is refused with another's signature, another text, or none.
    @Test func keysThatTheDeviceDidNotSignAreRefused() async throws {
        try await SyncHarness.run { server in
            let kenji = try await server.member("kenji")
            let (own, other) = (SigningKey(1), SigningKey(2))
            let keys = try kenji.deviceKeys(own)
            let forged = try other.sign(
                keys.replacing(own.publicPart, with: SigningKey(3).publicPart), as: kenji.user,
                name: kenji.device.string)
            let changed = keys.replacing("m.megolm.v1.aes-sha2", with: "m.none")
            let unsigned = #"{"user_id":"\#(kenji.user)","device_id":"\#(kenji.device)","algorithms":[],"keys":{},"#
            for wrong in [forged, changed, unsigned + #""signatures":{}}"#] {
                #expect(await kenji.upload(#""device_keys":\#(wrong)"#).outcome == "400 M_INVALID_SIGNATURE")
            }
            func key(_ signer: SigningKey) throws -> String {
                try signer.sign(#"{"key":"AAAA"}"#, as: kenji.user, name: kenji.device.string)
            }
            for list in ["one_time_keys", "fallback_keys"] {
                let wrong = #""\#(list)":{"signed_curve25519:A":\#(try key(other))}"#
                #expect(await kenji.upload(#""device_keys":\#(keys),\#(wrong)"#).outcome == "400 M_INVALID_SIGNATURE")
            }
            let none = await kenji.query(kenji)["device_keys"]?[kenji.user.string]
            #expect(none?.count == 0, "nothing is kept of an upload that fails")
            try await kenji.uploadDeviceKeys(own)
            // The device's key is known from here on.
            #expect(await kenji.upload(#""one_time_keys":{\#(oneTimeKey("A"))}"#).outcome == "400 M_INVALID_SIGNATURE")
            #expect(await kenji.upload(#""one_time_keys":{"signed_curve25519:A":\#(try key(own))}"#).status == 200)
        }
    }

    @Test func queryAnswersWithNamesOfDevices() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let keys = try await kenji.uploadDeviceKeys(SigningKey(1))
            _ = await kenji.put("/_matrix/client/v3/devices/\(kenji.device)", #"{"display_name":"Desk"}"#)
            let phone = try await server.logIn("kenji")
            try await phone.uploadDeviceKeys(SigningKey(2))
            let answer = await hanako.query(kenji, hanako)
            #expect(answer["failures"]?.count == 0)
            let found = answer["device_keys"]?[kenji.user.string]
            #expect(found?.count == 2)
            let desk = found?[kenji.device.string]
            #expect(desk?["unsigned"]?["device_display_name"]?.string == "Desk")
            #expect(
                desk?["signatures"]?.string(kenji.user.string, "ed25519:\(kenji.device)")
                    == json(keys).string("signatures", kenji.user.string, "ed25519:\(kenji.device)"))
            #expect(
                answer["device_keys"]?[hanako.user.string]?.count == 0,
                "who has no keys is there, so that a client forgets those of devices that are gone")
            let one = await hanako.query(kenji, devices: #"["\#(phone.device)","NOWHERE"]"#)
            #expect(one["device_keys"]?[kenji.user.string]?.object?.map(\.key) == [phone.device.string])
            let wrong = await hanako.post("/_matrix/client/v3/keys/query", #"{"device_keys":{"kenji":[]}}"#)
            #expect(wrong.outcome == "400 M_INVALID_PARAM")
            #expect(await hanako.post("/_matrix/client/v3/keys/query").status == 400)
        }
    }

    /// More keys than are taken in one go: the first and the last device have some.
    @Test func manyKeysAreClaimedAtOnce() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let phone = try await server.logIn("kenji")
            for device in [kenji, phone] { _ = await device.upload(#""one_time_keys":{\#(oneTimeKey("A"))}"#) }
            let nowhere = (0..<DeviceKeys.claimsAtOnce).map { "NOWHERE\($0)" }
            let devices = [kenji.device.string] + nowhere + [phone.device.string]
            let wanted = devices.map { #""\#($0)":"signed_curve25519""# }.joined(separator: ",")
            let answer = await hanako.post(
                "/_matrix/client/v3/keys/claim", #"{"one_time_keys":{"\#(kenji.user)":{\#(wanted)}}}"#)
            let claimed = answer["one_time_keys"]?[kenji.user.string]?.object?.map(\.key) ?? []
            #expect(Set(claimed) == [kenji.device.string, phone.device.string])
            for device in [kenji, phone] {
                let left = await device.sync()["device_one_time_keys_count"]?["signed_curve25519"]?.int
                #expect(left ?? 0 == 0)
            }
        }
    }

    @Test func tooManyAtOnceAreRefused() async throws {
        try await SyncHarness.run { server in
            let kenji = try await server.member("kenji")
            let users = (0...DeviceKeys.maximumQueried).map { #""@u\#($0):mado.test":[]"# }.joined(separator: ",")
            let query = await kenji.post("/_matrix/client/v3/keys/query", #"{"device_keys":{\#(users)}}"#)
            #expect(query.outcome == "413 M_TOO_LARGE")
            let keys = (0...DeviceKeys.maximumSignatures).map { #""K\#($0)":{}"# }.joined(separator: ",")
            let signatures = await kenji.post(
                "/_matrix/client/v3/keys/signatures/upload", #"{"\#(kenji.user)":{\#(keys)}}"#)
            #expect(signatures.outcome == "413 M_TOO_LARGE")
        }
    }

    @Test func eachKeyIsClaimedOnceAndThenTheFallbackKey() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            _ = await kenji.upload(#""one_time_keys":{\#(oneTimeKey("A")),\#(oneTimeKey("B"))}"#)
            _ = await kenji.upload(
                #""fallback_keys":{"signed_curve25519:F":{"key":"FFFF","fallback":true,"signatures":{}}}"#)
            func counts() async -> (left: Int64?, unused: [String]?) {
                let answer = await kenji.sync()
                return (
                    answer["device_one_time_keys_count"]?["signed_curve25519"]?.int,
                    answer["device_unused_fallback_key_types"]?.array?.compactMap(\.string)
                )
            }
            var now = await counts()
            #expect(now.left == 2 && now.unused == ["signed_curve25519"])
            #expect(await hanako.claim(kenji) == "signed_curve25519:A")
            #expect(await hanako.claim(kenji, "curve25519") == nil)
            #expect(await hanako.claim(kenji) == "signed_curve25519:B")
            now = await counts()
            #expect(now.left == 0 && now.unused == ["signed_curve25519"])
            for _ in 1...2 { #expect(await hanako.claim(kenji) == "signed_curve25519:F") }
            now = await counts()
            #expect(now.left == 0 && now.unused == [])
            _ = await kenji.upload(
                #""fallback_keys":{"signed_curve25519:F":{"key":"FFFF","fallback":true,"signatures":{}}}"#)
            #expect(await counts().unused == [], "the same key again is as used as it was")
            _ = await kenji.upload(
                #""fallback_keys":{"signed_curve25519:G":{"key":"GGGG","fallback":true,"signatures":{}}}"#)
            #expect(await counts().unused == ["signed_curve25519"])
            #expect(await hanako.claim(kenji) == "signed_curve25519:G")
            let wrong = await hanako.post("/_matrix/client/v3/keys/claim", #"{"one_time_keys":{"\#(kenji.user)":[]}}"#)
            #expect(wrong.outcome == "400 M_INVALID_PARAM")
        }
    }

    /// What a reading transaction from before a claim finds is not remembered.
    @Test func countsFromBeforeAClaimAreNotKept() async throws {
        try await SyncHarness.run { server in
            let kenji = try await server.member("kenji")
            let keys = DeviceKeys(journal: server.journal, authentication: server.authentication)
            let upload = try DeviceKeyUpload(
                json(#"{"one_time_keys":{\#(oneTimeKey("A"))}}"#), user: kenji.user, device: kenji.device)
            _ = try await keys.upload(upload, of: kenji.user, device: kenji.device)
            let (begun, gate) = (AsyncStream.makeStream(of: Void.self), Gate())
            let claim = Task {
                for await _ in begun.stream { break }
                defer { gate.open() }
                return try await keys.claim([(kenji.user, kenji.device, "signed_curve25519")]).count
            }
            let old = try await server.store.read { reader in
                _ = try reader.lastPosition()
                begun.continuation.yield()
                gate.wait()
                return try keys.keyCounts(of: kenji.user, device: kenji.device, reader)
            }
            #expect(try await claim.value == 1)
            #expect(old?.oneTime["signed_curve25519"] == 1)
            let now = try await server.store.read { try keys.keyCounts(of: kenji.user, device: kenji.device, $0) }
            #expect(now?.oneTime["signed_curve25519"] == nil)
        }
    }

    @Test func changedKeysLoseTheirSignatures() async throws {
        try await SyncHarness.run { server in
            let kenji = try await server.member("kenji")
            let keys = try await kenji.uploadDeviceKeys(SigningKey(1))
            let cross = CrossSigning(of: kenji.user, seed: 10)
            _ = await kenji.uploadCrossSigning(try cross.upload())
            let signed = try cross.selfSigning.sign(keys, as: kenji.user)
            #expect(await kenji.uploadSignature(of: kenji.device.string, kenji.user, signed) == nil)
            func signatures() async -> Int? {
                let answer = await kenji.query(kenji)
                return answer["device_keys"]?[kenji.user.string]?[kenji.device.string]?["signatures"]?[
                    kenji.user.string]?.count
            }
            #expect(await signatures() == 2)
            try await kenji.uploadDeviceKeys(SigningKey(1))
            #expect(await signatures() == 2, "nothing changed")
            try await kenji.uploadDeviceKeys(SigningKey(2))
            #expect(await signatures() == 1)
        }
    }
}
