import COpenSSL

/// The signatures by which devices and members vouch for one another.
///
/// Source: Appendices, "Signing JSON"; RFC 8032.
enum Ed25519 {
    /// A new private key, 32 bytes.
    static func makeKey() -> [UInt8] { RandomBytes.make(32) }

    /// The public key that belongs to a private one, unpadded Base64.
    static func publicKey(of key: [UInt8]) -> String {
        guard let pair = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, key, key.count) else {
            preconditionFailure("a private key of \(key.count) bytes")
        }
        defer { EVP_PKEY_free(pair) }
        var bytes = [UInt8](repeating: 0, count: 32)
        var count = bytes.count
        precondition(EVP_PKEY_get_raw_public_key(pair, &bytes, &count) == 1, "no public key")
        return Base64.encode(bytes)
    }

    /// The signature of a text, unpadded Base64.
    static func sign(_ text: [UInt8], with key: [UInt8]) -> String {
        guard let pair = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, key, key.count),
            let context = EVP_MD_CTX_new()
        else { preconditionFailure("a private key of \(key.count) bytes") }
        defer {
            EVP_MD_CTX_free(context)
            EVP_PKEY_free(pair)
        }
        var signature = [UInt8](repeating: 0, count: 64)
        var count = signature.count
        precondition(
            EVP_DigestSignInit(context, nil, nil, nil, pair) == 1
                && EVP_DigestSign(context, &signature, &count, text, text.count) == 1, "no signature")
        return Base64.encode(signature)
    }

    /// - Parameters:
    ///   - signature: unpadded Base64.
    ///   - key: the public key, unpadded Base64.
    static func isValid(_ signature: String, of text: [UInt8], key: String) -> Bool {
        guard let signature = Base64.decode(signature), signature.count == 64,
            let bytes = Base64.decode(key), bytes.count == 32
        else { return false }
        // A signature that is wrong is no failure that a later call should find.
        defer { ERR_clear_error() }
        guard let key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count) else { return false }
        defer { EVP_PKEY_free(key) }
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1 else { return false }
        return EVP_DigestVerify(context, signature, signature.count, text, text.count) == 1
    }
}
