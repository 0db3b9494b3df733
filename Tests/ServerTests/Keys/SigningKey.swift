import COpenSSL
import JSON
import MatrixAPI
import Testing

@testable import Server

/// An Ed25519 key pair of a test's device or member, the same for the same seed.
struct SigningKey {
    private let seed: [UInt8]
    /// Unpadded Base64.
    let publicPart: String

    init(_ seed: UInt8) {
        self.seed = [UInt8](repeating: seed, count: 32)
        publicPart = Self.with(self.seed) { key in
            var bytes = [UInt8](repeating: 0, count: 32)
            var count = bytes.count
            EVP_PKEY_get_raw_public_key(key, &bytes, &count)
            return Base64.encode(bytes)
        }
    }

    private static func with<T>(_ seed: [UInt8], _ body: (OpaquePointer) -> T) -> T {
        guard let key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count) else {
            preconditionFailure("no key")
        }
        defer { EVP_PKEY_free(key) }
        return body(key)
    }

    private func signature(of text: [UInt8]) -> String {
        Self.with(seed) { key in
            let context = EVP_MD_CTX_new()
            defer { EVP_MD_CTX_free(context) }
            var signature = [UInt8](repeating: 0, count: 64)
            var count = signature.count
            EVP_DigestSignInit(context, nil, nil, nil, key)
            EVP_DigestSign(context, &signature, &count, text, text.count)
            return Base64.encode(signature)
        }
    }

    /// The object with this key's signature added, as `user` and with the key identifier `ed25519:<name>`.
    func sign(_ object: String, as user: UserID, name: String? = nil) throws -> String {
        let value = json(object)
        let signature = signature(of: try SignedKey.signedBytes(of: value))
        var signatures: [String: [String: String]] = [:]
        for (user, keyID, text) in SignedKey.signatures(of: value) { signatures[user, default: [:]][keyID] = text }
        signatures[user.string, default: [:]]["ed25519:\(name ?? publicPart)"] = signature
        let written = JSONWriter.object { body in
            for (name, member) in value.object.map(Array.init) ?? [] where name != "signatures" {
                body.member(name, member)
            }
            body.object("signatures") { users in
                for (user, keys) in signatures {
                    users.object(user) { for (name, text) in keys { $0.member(name, text) } }
                }
            }
        }
        return String(decoding: written, as: UTF8.self)
    }
}

/// A member's keys for cross-signing, each as it is uploaded.
struct CrossSigning {
    let user: UserID
    let master, selfSigning, userSigning: SigningKey

    init(of user: UserID, seed: UInt8) {
        self.user = user
        (master, selfSigning, userSigning) = (SigningKey(seed), SigningKey(seed + 1), SigningKey(seed + 2))
    }

    func object(_ usage: String, _ key: SigningKey) -> String {
        #"{"user_id":"\#(user)","usage":["\#(usage)"],"keys":{"ed25519:\#(key.publicPart)":"\#(key.publicPart)"}}"#
    }

    var masterObject: String { object("master", master) }

    /// The members of an upload's body.
    func upload() throws -> String {
        let selfSigning = try master.sign(object("self_signing", selfSigning), as: user)
        let userSigning = try master.sign(object("user_signing", userSigning), as: user)
        return #""master_key":\#(masterObject),"self_signing_key":\#(selfSigning),"user_signing_key":\#(userSigning)"#
    }
}

extension TestMember {
    private static let keys = "/_matrix/client/v3/keys/"

    /// The device's keys, signed by itself.
    func deviceKeys(_ key: SigningKey, algorithms: String = #"["m.megolm.v1.aes-sha2"]"#) throws -> String {
        try key.sign(
            """
            {"user_id":"\(user)","device_id":"\(device)","algorithms":\(algorithms),
             "keys":{"ed25519:\(device)":"\(key.publicPart)"}}
            """, as: user, name: device.string)
    }

    @discardableResult
    func uploadDeviceKeys(_ key: SigningKey) async throws -> String {
        let keys = try deviceKeys(key)
        #expect(await upload(#""device_keys":\#(keys)"#).status == 200)
        return keys
    }

    func upload(_ members: String) async -> TestAnswer { await post(Self.keys + "upload", "{\(members)}") }

    func query(_ users: TestMember..., devices: String = "[]") async -> TestAnswer {
        let wanted = users.map { #""\#($0.user)":\#(devices)"# }.joined(separator: ",")
        return await post(Self.keys + "query", #"{"device_keys":{\#(wanted)}}"#)
    }

    /// The identifier of the one-time key that one claims of another's device.
    func claim(_ other: TestMember, _ algorithm: String = "signed_curve25519") async -> String? {
        let answer = await post(
            Self.keys + "claim", #"{"one_time_keys":{"\#(other.user)":{"\#(other.device)":"\#(algorithm)"}}}"#)
        let keys = answer["one_time_keys"]?[other.user.string]?[other.device.string]?.object
        return keys?.map(\.key).first
    }

    func uploadCrossSigning(_ members: String) async -> TestAnswer {
        await post(Self.keys + "device_signing/upload", "{\(members)}")
    }

    /// Uploads a signed object; the error code of its failure, nil when there is none.
    func uploadSignature(of key: String, _ user: UserID, _ object: String) async -> String? {
        let answer = await post(Self.keys + "signatures/upload", #"{"\#(user)":{"\#(key)":\#(object)}}"#)
        #expect(answer.status == 200)
        return answer["failures"]?[user.string]?[key]?["errcode"]?.string
    }

    func makeEncrypted(_ room: RoomID) async {
        let answer = await setState("m.room.encryption", #"{"algorithm":"m.megolm.v1.aes-sha2"}"#, in: room.string)
        #expect(answer.status == 200)
    }
}
