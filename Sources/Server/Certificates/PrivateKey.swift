import COpenSSL

/// A private key. Owns OpenSSL's object, which clears its memory on release.
package final class PrivateKey {
    let pointer: OpaquePointer

    init(owned pointer: OpaquePointer) { self.pointer = pointer }
    deinit { EVP_PKEY_free(pointer) }

    /// A new key on the curve P-256.
    package convenience init() throws(CertificateError) {
        let context = EVP_PKEY_CTX_new_from_name(nil, "EC", nil)
        defer { EVP_PKEY_CTX_free(context) }
        var made: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_CTX_set_group_name(context, "P-256") == 1,
            EVP_PKEY_generate(context, &made) == 1, let made
        else { throw .openSSL(call: "EVP_PKEY_generate", reason: CertificateError.takeReason()) }
        self.init(owned: made)
    }

    /// A PEM file without a passphrase.
    package convenience init(reading path: String) throws(CertificateError) {
        let content: [UInt8]
        do throws(SystemError) { content = try SystemFile.read(path) } catch { throw .file(error) }
        // A callback that gives no passphrase: without it OpenSSL would ask at the terminal and the server would hang.
        let parsed = OpenSSLMemory.read(content) { bio in PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in -1 }, nil) }
        guard let parsed else {
            throw .unreadable(
                path: path, reason: "no private key in PEM form without passphrase (\(CertificateError.takeReason()))")
        }
        self.init(owned: parsed)
    }

    package func pem() throws(CertificateError) -> [UInt8] {
        try OpenSSLMemory.collect("PEM_write_bio_PKCS8PrivateKey") {
            PEM_write_bio_PKCS8PrivateKey($0, pointer, nil, nil, 0, nil, nil)
        }
    }
}
