import COpenSSL
import Glibc

/// One X.509 certificate. Owns OpenSSL's object.
package final class Certificate {
    let pointer: OpaquePointer

    /// - Parameter owned: a reference that this object releases.
    init(owned pointer: OpaquePointer) { self.pointer = pointer }
    deinit { X509_free(pointer) }

    /// The first certificate of a PEM file.
    package convenience init(reading path: String) throws(CertificateError) {
        let content: [UInt8]
        do throws(SystemError) { content = try SystemFile.read(path) } catch { throw .file(error) }
        let parsed = OpenSSLMemory.read(content) { PEM_read_bio_X509($0, nil, nil, nil) }
        guard let parsed else {
            throw .unreadable(path: path, reason: "no certificate in PEM form (\(CertificateError.takeReason()))")
        }
        self.init(owned: parsed)
    }

    /// Seconds since 1970.
    package var notBefore: Int64 { Self.seconds(X509_get0_notBefore(pointer)) }
    package var notAfter: Int64 { Self.seconds(X509_get0_notAfter(pointer)) }

    package func covers(_ name: CertificateName) -> Bool {
        switch name {
        case .host(let host): X509_check_host(pointer, host, host.utf8.count, 0, nil) == 1
        case .address(let address): X509_check_ip_asc(pointer, address, 0) == 1
        }
    }

    /// Whether `key` is the private half of the key in this certificate.
    package func matches(_ key: PrivateKey) -> Bool {
        defer { ERR_clear_error() }
        return X509_check_private_key(pointer, key.pointer) == 1
    }

    /// Whether `issuer`'s key made the signature.
    package func isSigned(by issuer: Certificate) -> Bool {
        defer { ERR_clear_error() }
        return X509_verify(pointer, X509_get0_pubkey(issuer.pointer)) == 1
    }

    /// The SHA-256 fingerprint as people compare it: `AB:CD:…`.
    package var fingerprint: String {
        var digest = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 0
        X509_digest(pointer, EVP_sha256(), &digest, &length)
        return digest.map { String($0 >> 4, radix: 16, uppercase: true) + String($0 & 15, radix: 16, uppercase: true) }
            .joined(separator: ":")
    }

    package func pem() throws(CertificateError) -> [UInt8] {
        try OpenSSLMemory.collect("PEM_write_bio_X509") { PEM_write_bio_X509($0, pointer) }
    }

    private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64 {
        var fields = tm()
        guard ASN1_TIME_to_tm(time, &fields) == 1 else { return 0 }
        return Int64(timegm(&fields))
    }
}
