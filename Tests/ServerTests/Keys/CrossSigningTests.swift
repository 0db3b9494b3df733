import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

@Suite struct CrossSigningTests {
    @Test func firstUploadNeedsNoProofAndLaterOnesDo() async throws {
        try await SyncHarness.run { server in
            let kenji = try await server.member("kenji")
            let first = try CrossSigning(of: kenji.user, seed: 10).upload()
            #expect(await kenji.uploadCrossSigning(first).status == 200)
            #expect(await kenji.uploadCrossSigning(first).status == 200, "the same keys again change nothing")
            let master = #""master_key":\#(CrossSigning(of: kenji.user, seed: 10).masterObject)"#
            #expect(await kenji.uploadCrossSigning(master).status == 200, "nor does a part of them")
            let other = CrossSigning(of: kenji.user, seed: 20)
            let asked = await kenji.uploadCrossSigning(try other.upload())
            #expect(asked.status == 401)
            let session = try #require(asked["session"]?.string)
            let wrong = kenji.proof(session: session, password: "wrong password")
            #expect(await kenji.uploadCrossSigning("\(try other.upload()),\(wrong)").status == 401)
            #expect(
                await kenji.query(kenji)["master_keys"]?[kenji.user.string]?["keys"]?[
                    "ed25519:\(other.master.publicPart)"]
                    == nil)
            let done = await kenji.uploadCrossSigning("\(try other.upload()),\(kenji.proof(session: session))")
            #expect(done.status == 200)
            let keys = await kenji.query(kenji)
            for (usage, key) in [
                ("master", other.master), ("self_signing", other.selfSigning), ("user_signing", other.userSigning),
            ] {
                let found = keys["\(usage)_keys"]?[kenji.user.string]?.string("keys", "ed25519:\(key.publicPart)")
                #expect(found == key.publicPart)
            }
        }
    }

    @Test func userSigningKeysAreOnesOwnBusiness() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            _ = await kenji.uploadCrossSigning(try CrossSigning(of: kenji.user, seed: 10).upload())
            let (own, hers) = (await kenji.query(kenji), await hanako.query(kenji))
            #expect(own["user_signing_keys"]?[kenji.user.string] != nil)
            #expect(hers["user_signing_keys"]?[kenji.user.string] == nil)
            #expect(hers["self_signing_keys"]?[kenji.user.string] != nil)
        }
    }

    @Test func wrongKeysAreRefused() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let keys = CrossSigning(of: kenji.user, seed: 10)
            let unsigned = keys.object("self_signing", keys.selfSigning)
            let signed = try keys.master.sign(unsigned, as: kenji.user)
            #expect(await kenji.uploadCrossSigning(#""self_signing_key":\#(signed)"#).outcome == "400 M_MISSING_PARAM")
            let master = #""master_key":\#(keys.masterObject)"#
            #expect(
                await kenji.uploadCrossSigning(#"\#(master),"self_signing_key":\#(unsigned)"#).outcome
                    == "400 M_INVALID_SIGNATURE")
            let byAnother = try SigningKey(99).sign(unsigned, as: kenji.user, name: keys.master.publicPart)
            #expect(
                await kenji.uploadCrossSigning(#"\#(master),"self_signing_key":\#(byAnother)"#).outcome
                    == "400 M_INVALID_SIGNATURE")
            let hers = CrossSigning(of: hanako.user, seed: 20).masterObject
            let misused = keys.object("self_signing", keys.master)
            for wrong in [hers, misused, #"{"user_id":"\#(kenji.user)","usage":["master"],"keys":{}}"#] {
                #expect(await kenji.uploadCrossSigning(#""master_key":\#(wrong)"#).outcome == "400 M_INVALID_PARAM")
            }
            let namesake = try await server.logIn("kenji", device: keys.master.publicPart)
            #expect(await namesake.uploadCrossSigning(master).outcome == "403 M_FORBIDDEN")
            #expect(await kenji.query(kenji)["master_keys"]?.count == 0, "nothing is kept of an upload that fails")
        }
    }

    @Test func devicesAreSignedByTheSelfSigningKeyAndNoOther() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let device = SigningKey(1)
            let keys = try await kenji.uploadDeviceKeys(device)
            let cross = CrossSigning(of: kenji.user, seed: 10)
            #expect(
                await kenji.uploadSignature(
                    of: kenji.device.string, kenji.user, try cross.selfSigning.sign(keys, as: kenji.user))
                    == "M_NOT_FOUND", "there is no self-signing key yet")
            _ = await kenji.uploadCrossSigning(try cross.upload())
            func upload(_ key: SigningKey, _ object: String, name: String? = nil) async throws -> String? {
                await kenji.uploadSignature(
                    of: kenji.device.string, kenji.user, try key.sign(object, as: kenji.user, name: name))
            }
            #expect(try await upload(cross.master, keys) == "M_INVALID_SIGNATURE")
            #expect(try await upload(cross.master, keys, name: cross.selfSigning.publicPart) == "M_INVALID_SIGNATURE")
            let changed = try kenji.deviceKeys(device, algorithms: #"["m.olm.v1"]"#)
            #expect(try await upload(cross.selfSigning, changed) == "M_INVALID_PARAM")
            let floating = keys.replacing(#"["m.megolm.v1.aes-sha2"]"#, with: "[1.5]")
            #expect(await kenji.uploadSignature(of: kenji.device.string, kenji.user, floating) == "M_BAD_JSON")
            #expect(await kenji.uploadSignature(of: "NOWHERE", kenji.user, keys) == "M_NOT_FOUND")
            #expect(
                await hanako.uploadSignature(of: kenji.device.string, kenji.user, keys) == "M_FORBIDDEN")

            let token = await kenji.firstToken()
            #expect(try await upload(cross.selfSigning, keys) == nil)
            let lists = await kenji.sync(since: token)["device_lists"]
            #expect(lists?["changed"]?.array?.compactMap(\.string) == [kenji.user.string])
            let seen = await hanako.query(kenji)["device_keys"]?[kenji.user.string]?[kenji.device.string]
            #expect(seen?["signatures"]?[kenji.user.string]?.count == 2, "all see it")
        }
    }

    @Test func mastersAreSignedByOnesOwnDeviceAndByOthersUserSigningKeys() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let ana = try await server.member("ana")
            let (his, hers) = (CrossSigning(of: kenji.user, seed: 10), CrossSigning(of: hanako.user, seed: 20))
            let device = SigningKey(1)
            try await kenji.uploadDeviceKeys(device)
            _ = await kenji.uploadCrossSigning(try his.upload())
            _ = await hanako.uploadCrossSigning(try hers.upload())
            let name = his.master.publicPart
            let byDevice = try device.sign(his.masterObject, as: kenji.user, name: kenji.device.string)
            #expect(await kenji.uploadSignature(of: name, kenji.user, byDevice) == nil)
            let byHer = try hers.userSigning.sign(his.masterObject, as: hanako.user)
            _ = try await server.room(hanako, kenji, ana)
            let tokens = [(hanako, await hanako.firstToken()), (ana, await ana.firstToken())]
            let waiting = hanako.poll(since: tokens[0].1)
            #expect(await hanako.uploadSignature(of: name, kenji.user, byHer) == nil)
            _ = await waiting.whole()
            for _ in ["memory", "store"] {
                for (member, token) in tokens {
                    let changed = await member.sync(since: token)["device_lists"]?["changed"]?.array
                    #expect(
                        changed?.compactMap(\.string) ?? [] == (member.user == hanako.user ? [kenji.user.string] : []),
                        "she sees his key signed, and nobody else does")
                }
                server.journal.log.forgetAll(before: server.journal.position)
            }
            #expect(
                await ana.uploadSignature(of: name, kenji.user, byHer) == "M_NOT_FOUND", "she has no key to sign with")
            #expect(
                await hanako.uploadSignature(
                    of: name, kenji.user, try hers.selfSigning.sign(his.masterObject, as: hanako.user))
                    == "M_INVALID_SIGNATURE")
            let selfSigning = his.object("self_signing", his.selfSigning)
            #expect(
                await hanako.uploadSignature(
                    of: his.selfSigning.publicPart, kenji.user,
                    try hers.userSigning.sign(selfSigning, as: hanako.user)) == "M_FORBIDDEN")

            func signers(_ viewer: TestMember) async -> Set<String> {
                let key = await viewer.query(kenji)["master_keys"]?[kenji.user.string]
                return Set(key?["signatures"]?.object?.map(\.key) ?? [])
            }
            #expect(await signers(hanako) == [kenji.user.string, hanako.user.string])
            #expect(await signers(kenji) == [kenji.user.string], "whom she trusts is nobody else's business")
            #expect(await signers(ana) == [kenji.user.string])
        }
    }
}
