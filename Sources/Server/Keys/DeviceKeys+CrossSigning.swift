import HTTP
import JSON
import MatrixAPI
import Store

/// Source: Client-Server API, "Cross-signing".
extension DeviceKeys {
    /// `POST /_matrix/client/v3/keys/device_signing/upload`: interactive authentication, unless the member has no
    /// master key yet (nothing could be taken over) or the request has no other keys than those that are there.
    func uploadCrossSigningKeys(_ request: Request) async throws -> Answer {
        let user = request.user
        let known = try await journal.store.read { try $0.crossSigningKeys(of: user) }
        let uploaded = try Self.crossSigningKeys(request.body, of: user)
        if known["master"] == nil || uploaded.allSatisfy({ known[$0.key] == $0.value }) {
            return try await keep(uploaded, of: user)
        }
        return try await authentication.perform(request, flows: [[.password]]) { authorised in
            try await keep(Self.crossSigningKeys(authorised.parameters, of: user), of: user)
        }
    }

    /// - Throws: `M_MISSING_PARAM` without a master key; `M_INVALID_SIGNATURE` when the master key did not sign the
    ///   others; `M_FORBIDDEN` when a key has the name of one of the member's devices.
    private func keep(_ keys: [String: [UInt8]], of user: UserID) async throws -> Answer {
        try await journal.write { transaction in
            let store = transaction.store
            let known = try store.crossSigningKeys(of: user)
            let changed = keys.filter { known[$0.key] != $0.value }
            guard !changed.isEmpty else { return }
            guard let master = try (keys["master"] ?? known["master"]).map({ try JSONValue.stored($0) }) else {
                throw MatrixError(400, .missingParam, "There is no master key yet")
            }
            for (usage, key) in changed {
                let value = try JSONValue.stored(key)
                guard usage == "master" || SignedKey.isSigned(value, by: master, of: user) else {
                    throw MatrixError.invalidSignature("The master key did not sign the \(usage) key")
                }
                if let name = SignedKey.publicPart(of: value).flatMap(DeviceID.init),
                    try store.device(name, of: user) != nil
                {
                    throw MatrixError.forbidden("The key has the name of a device")
                }
                if let old = try known[usage].map({ try JSONValue.stored($0) }),
                    let publicPart = SignedKey.publicPart(of: old), publicPart != SignedKey.publicPart(of: value)
                {
                    try store.deleteKeySignatures(of: user, targetKey: publicPart)
                }
                try store.setCrossSigningKey(key, usage: usage, of: user)
            }
            try transaction.recordDeviceListChange(of: user)
        }
        return .empty
    }

    /// The keys of an upload by usage.
    /// - Throws: `M_INVALID_PARAM` when a key is another member's, or not of the form of its usage.
    private static func crossSigningKeys(_ body: JSONValue, of user: UserID) throws -> [String: [UInt8]] {
        var keys: [String: [UInt8]] = [:]
        for usage in ["master", "self_signing", "user_signing"] {
            guard let key = try body.optionalObject("\(usage)_key") else { continue }
            guard key["user_id"]?.string == user.string else {
                throw MatrixError.invalidParam("\(usage)_key must name the member who uploads it")
            }
            let usages = key["usage"]?.array?.compactMap(\.string) ?? []
            guard usages.contains(usage), SignedKey.publicPart(of: key) != nil else {
                throw MatrixError.invalidParam("\(usage)_key must have that usage and one Ed25519 key named by itself")
            }
            keys[usage] = try DeviceKeyUpload.canonical(key)
        }
        return keys
    }

    /// Signed keys in one upload, at most: they are checked while all who write wait.
    static let maximumSignatures = 1000

    /// `POST /_matrix/client/v3/keys/signatures/upload`.
    func uploadSignatures(_ request: Request) async throws -> Answer {
        let signer = request.user
        var uploads: [SignatureUpload] = []
        for (name, objects) in request.body.object.map(Array.init) ?? [] {
            guard let target = UserID(name), let objects = objects.object else {
                throw MatrixError.invalidParam("The body must have an object of signed keys for each user ID")
            }
            for (key, value) in objects { uploads.append(SignatureUpload(target: target, key: key, object: value)) }
        }
        guard uploads.count <= Self.maximumSignatures else {
            throw MatrixError(413, .tooLarge, "Upload signatures of at most \(Self.maximumSignatures) keys at a time")
        }
        let wanted = uploads
        let failures = try await journal.write { transaction in
            var failures: [(upload: SignatureUpload, error: MatrixError)] = []
            var changed: Set<UserID> = []
            for upload in wanted {
                do {
                    try Self.keep(upload, signer: signer, transaction.store)
                    changed.insert(upload.target)
                } catch let error as MatrixError {
                    failures.append((upload, error))
                }
            }
            for target in changed.sorted() { try transaction.recordKeySignature(of: target, by: signer) }
            return failures
        }
        let byUser = Dictionary(grouping: failures, by: \.upload.target).sorted { $0.key < $1.key }
        return .object { body in
            body.object("failures") { users in
                for (user, failures) in byUser {
                    users.object(user.string) { keys in
                        for failure in failures { keys.member(failure.upload.key, RawJSON(failure.error.body)) }
                    }
                }
            }
        }
    }

    private struct SignatureUpload: Sendable {
        let target: UserID
        /// A device, or the public part of a cross-signing key.
        let key: String
        let object: JSONValue
    }

    /// Keeps the signature of the one key that may sign the target.
    ///
    /// - Throws: `M_NOT_FOUND` when there is no such key or the signer has none that may sign it, `M_INVALID_PARAM`
    ///   when the object is not that key, `M_INVALID_SIGNATURE` when that signature is not there or wrong, `M_FORBIDDEN`
    ///   for a key that the signer has no business to sign.
    private static func keep(_ upload: SignatureUpload, signer: UserID, _ store: any StoreWriter) throws {
        guard let (stored, usage) = try storedKey(upload, store) else {
            throw MatrixError.notFound("There is no such key")
        }
        guard upload.object.isObject,
            try SignedKey.signedBytes(of: upload.object) == SignedKey.signedBytes(of: stored)
        else { throw MatrixError.invalidParam("The signed object is not the key that the server has") }
        let keys = try signingKeys(for: upload.target, usage, signer: signer, store)
        guard !keys.isEmpty else { throw MatrixError.notFound("There is no key of yours that signs this one") }
        var kept = 0
        for (name, keyID, signature) in SignedKey.signatures(of: upload.object) where name == signer.string {
            guard let key = keys[keyID] else { continue }
            guard Ed25519.isValid(signature, of: try SignedKey.signedBytes(of: stored), key: key) else {
                throw MatrixError.invalidSignature("The signature by \(keyID) is wrong")
            }
            try store.setKeySignature(
                StoredKeySignature(
                    targetUser: upload.target, targetKey: upload.key, signer: signer, signerKeyID: keyID,
                    signature: signature))
            kept += 1
        }
        guard kept > 0 else { throw MatrixError.invalidSignature("There is no signature by a key that signs this one") }
    }

    /// The signer's keys that may sign a key: the self-signing key devices, a device the own master key, the master key the other two, and the user-signing key others' master keys.
    ///
    /// - Parameter usage: of the target; nil for a device.
    /// - Returns: public keys by key identifier.
    private static func signingKeys(
        for target: UserID, _ usage: String?, signer: UserID, _ store: any StoreWriter
    ) throws -> [String: String] {
        let needed: String
        switch (usage, target == signer) {
        case ("master", true): return try deviceSigningKeys(of: signer, store)
        case (nil, true): needed = "self_signing"
        case (_, true): needed = "master"
        case ("master", false): needed = "user_signing"
        default: throw MatrixError.forbidden("Of others only the master key can be signed")
        }
        guard let key = try store.crossSigningKeys(of: signer)[needed],
            let publicPart = SignedKey.publicPart(of: try JSONValue.stored(key))
        else { return [:] }
        return ["ed25519:\(publicPart)": publicPart]
    }

    private static func deviceSigningKeys(of user: UserID, _ store: any StoreWriter) throws -> [String: String] {
        var keys: [String: String] = [:]
        for (device, stored) in try store.deviceKeys(of: user) {
            let name = "ed25519:\(device)"
            keys[name] = try JSONValue.stored(stored).string("keys", name)
        }
        return keys
    }

    /// The key as it is kept, and its usage, nil for a device.
    private static func storedKey(
        _ upload: SignatureUpload, _ store: any StoreWriter
    ) throws -> (key: JSONValue, usage: String?)? {
        if let device = DeviceID(upload.key), let keys = try store.deviceKeys(of: upload.target, device: device) {
            return (try JSONValue.stored(keys), nil)
        }
        for (usage, key) in try store.crossSigningKeys(of: upload.target) {
            let value = try JSONValue.stored(key)
            if SignedKey.publicPart(of: value) == upload.key { return (value, usage) }
        }
        return nil
    }
}
