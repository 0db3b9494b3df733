import JSON
import MatrixAPI
import Store

/// Objects with `keys` and `signatures`: device keys and cross-signing keys.
enum SignedKey {
    /// The public part of a cross-signing key: `<key>` of its only entry `ed25519:<key>`.
    static func publicPart(of key: JSONValue) -> String? {
        guard let keys = key["keys"]?.object, keys.count == 1 else { return nil }
        for (name, value) in keys {
            guard let text = value.string, name == "ed25519:\(text)" else { return nil }
            return text
        }
        return nil
    }

    /// The signatures of an object: signer, key, signature. Entries of another form are left out.
    static func signatures(of key: JSONValue) -> [(signer: String, keyID: String, signature: String)] {
        var found: [(signer: String, keyID: String, signature: String)] = []
        guard let signers = key["signatures"]?.object else { return found }
        for (signer, signatures) in signers {
            guard let signatures = signatures.object else { continue }
            for (keyID, signature) in signatures {
                if let text = signature.string { found.append((signer, keyID, text)) }
            }
        }
        return found
    }

    /// The text that is signed: the object without its signatures and what is unsigned, as canonical JSON.
    ///
    /// - Throws: `M_BAD_JSON` when it cannot be canonical. Source: Appendices, "Signing JSON".
    static func signedBytes(of key: JSONValue) throws -> [UInt8] {
        let rest = JSONWriter.object { object in
            guard let members = key.object else { return }
            for (name, member) in members where name != "signatures" && name != "unsigned" {
                object.member(name, member)
            }
        }
        return try DeviceKeyUpload.canonical(try JSONValue.stored(rest))
    }

    /// Whether a cross-signing key of a member has signed the object.
    static func isSigned(_ key: JSONValue, by signer: JSONValue, of user: UserID) -> Bool {
        guard let publicPart = publicPart(of: signer),
            let signature = key.string("signatures", user.string, "ed25519:\(publicPart)"),
            let text = try? signedBytes(of: key)
        else { return false }
        return Ed25519.isValid(signature, of: text, key: publicPart)
    }

    /// The object with further signatures, and with the device's name in `unsigned`.
    static func merge(_ key: [UInt8], _ added: [StoredKeySignature], deviceName: String?) throws -> [UInt8] {
        if added.isEmpty, deviceName == nil { return key }
        let value = try JSONValue.parse(key, limits: .stored)
        var all: [String: [String: String]] = [:]
        for (signer, keyID, signature) in signatures(of: value) { all[signer, default: [:]][keyID] = signature }
        for signature in added {
            all[signature.signer.string, default: [:]][signature.signerKeyID] = signature.signature
        }
        return JSONWriter.object { object in
            if let members = value.object {
                for (name, member) in members where name != "signatures" && name != "unsigned" {
                    object.member(name, member)
                }
            }
            object.object("signatures") { signers in
                for (signer, signatures) in all.sorted(by: { $0.key < $1.key }) {
                    signers.object(signer) { body in
                        for (keyID, signature) in signatures.sorted(by: { $0.key < $1.key }) {
                            body.member(keyID, signature)
                        }
                    }
                }
            }
            if let deviceName { object.object("unsigned") { $0.member("device_display_name", deviceName) } }
        }
    }
}
