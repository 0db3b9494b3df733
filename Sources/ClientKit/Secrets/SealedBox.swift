internal import COpenSSL

/// AES-256-GCM: nobody without the key reads or changes what is sealed.
enum SealedBox {
    static let keyCount = 32
    private static let nonceCount = 12
    private static let tagCount = 16

    /// - Returns: nonce, tag and cipher text.
    static func seal(_ plain: [UInt8], key: [UInt8], authenticating header: [UInt8]) -> [UInt8] {
        let nonce = random(nonceCount)
        let (cipher, tag) = crypt(plain, key, nonce, header, tag: nil)!
        return nonce + tag + cipher
    }

    /// nil when it was not sealed with this key and header.
    static func open(_ sealed: [UInt8], key: [UInt8], authenticating header: [UInt8]) -> [UInt8]? {
        guard sealed.count >= nonceCount + tagCount else { return nil }
        let nonce = Array(sealed[..<nonceCount])
        let tag = Array(sealed[nonceCount..<nonceCount + tagCount])
        return crypt(Array(sealed[(nonceCount + tagCount)...]), key, nonce, header, tag: tag)?.0
    }

    /// A key that needs both: HMAC-SHA256 of `context` with `secret`.
    static func derive(_ secret: [UInt8], _ context: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        HMAC(EVP_sha256(), secret, Int32(secret.count), context, context.count, &digest, &count)
        return Array(digest[..<Int(count)])
    }

    static func random(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        // It fails only where the kernel has no randomness to give.
        precondition(RAND_bytes(&bytes, Int32(count)) == 1, "no random bytes")
        return bytes
    }

    /// Encrypts without a tag, decrypts with one; nil when that does not fit.
    private static func crypt(
        _ input: [UInt8], _ key: [UInt8], _ nonce: [UInt8], _ header: [UInt8], tag: [UInt8]?
    ) -> ([UInt8], [UInt8])? {
        precondition(key.count == keyCount)
        let context = EVP_CIPHER_CTX_new()
        defer { EVP_CIPHER_CTX_free(context) }
        var count: Int32 = 0
        var output = [UInt8](repeating: 0, count: input.count + 16)
        guard EVP_CipherInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce, tag == nil ? 1 : 0) == 1,
            EVP_CipherUpdate(context, nil, &count, header, Int32(header.count)) == 1,
            EVP_CipherUpdate(context, &output, &count, input, Int32(input.count)) == 1
        else { return nil }
        var newTag = tag ?? [UInt8](repeating: 0, count: tagCount)
        if tag != nil { EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tagCount), &newTag) }
        var rest = [UInt8](repeating: 0, count: 16)
        var restCount: Int32 = 0
        guard EVP_CipherFinal_ex(context, &rest, &restCount) == 1 else { return nil }
        if tag == nil { EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tagCount), &newTag) }
        return (Array(output[..<Int(count)]), newTag)
    }
}
