internal import COpenSSL
package import MatrixAPI

/// Names and passwords for the relay that it checks by itself, because both know a secret (coturn's `use-auth-secret`):
/// the name is when it ends and whose it is, the password an HMAC of that.
package struct RelayCredentials: Sendable {
    package let secret: String
    let realm: String

    /// - Parameter secret: known to the relay, and to nobody else.
    package init(secret: String, realm: String) {
        self.secret = secret
        self.realm = realm
    }

    /// - Parameter expiry: seconds since 1970.
    package func make(for user: UserID, expiry: Int64) -> (name: String, password: String) {
        let name = "\(expiry):\(user.string)"
        return (name, password(of: name))
    }

    /// Whose name it is; nil for what is none of ours.
    static func member(of name: String) -> UserID? {
        let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, Int64(parts[0]) != nil else { return nil }
        return UserID(String(parts[1]))
    }

    func password(of name: String) -> String {
        // 20 bytes; coturn pads.
        Base64.encode(Self.hmac(Array(secret.utf8), Array(name.utf8))) + "="
    }

    /// MESSAGE-INTEGRITY of a message in which it is to stand last (RFC 8489 section 14.5): its 20 bytes.
    /// - Parameter message: up to the attribute, the header's length with the attribute counted in.
    func integrity(of message: [UInt8], name: String) -> [UInt8] {
        var key = [UInt8](repeating: 0, count: 16)
        let text = Array("\(name):\(realm):\(password(of: name))".utf8)
        EVP_Digest(text, text.count, &key, nil, EVP_md5(), nil)
        return Self.hmac(key, message)
    }

    private static func hmac(_ key: [UInt8], _ text: [UInt8]) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: 20)
        HMAC(EVP_sha1(), key, Int32(key.count), text, text.count, &result, nil)
        return result
    }
}
