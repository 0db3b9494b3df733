import COpenSSL

/// The signatures by which devices and members vouch for one another.
///
/// Source: Appendices, "Signing JSON"; RFC 8032.
enum Ed25519 {
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
