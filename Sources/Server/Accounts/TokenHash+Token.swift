import COpenSSL
import Store

extension TokenHash {
    /// The SHA-256 of a token. A token has 32 random bytes, so that no salt and no slow hash is needed.
    package init(of token: String) {
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        let bytes = Array(token.utf8)
        SHA256(bytes, bytes.count, &digest)
        self.init(digest)
    }
}
