import COpenSSL
import Foundation
package import HTTP

/// A self-signed Ed25519 certificate in files of its own, removed with it.
package final class TestCertificate: Sendable {
    package let configuration: TLSConfiguration
    private let folder: URL

    package init(commonName: String) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "mado-certificate-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        configuration = TLSConfiguration(
            certificateFile: folder.appending(path: "cert.pem").path(),
            keyFile: folder.appending(path: "key.pem").path())
        try write(commonName: commonName)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// Replaces certificate and key.
    package func write(commonName: String) throws {
        var key: OpaquePointer?
        let generator = EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nil)
        defer { EVP_PKEY_CTX_free(generator) }
        EVP_PKEY_keygen_init(generator)
        EVP_PKEY_keygen(generator, &key)
        defer { EVP_PKEY_free(key) }
        let certificate = X509_new()
        defer { X509_free(certificate) }
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1)
        X509_gmtime_adj(X509_getm_notBefore(certificate), -60)
        X509_gmtime_adj(X509_getm_notAfter(certificate), 3_600)
        X509_set_pubkey(certificate, key)
        let name = X509_get_subject_name(certificate)
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_FLAG, commonName, -1, -1, 0)
        X509_set_issuer_name(certificate, name)
        guard X509_sign(certificate, key, nil) > 0 else { throw ChildProcess.Failure(description: "certificate") }
        try save(configuration.certificateFile) { PEM_write_bio_X509($0, certificate) }
        try save(configuration.keyFile) { PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) }
    }

    /// Replaces the certificate by what is none.
    package func spoil() throws {
        try Data("no certificate".utf8).write(to: URL(filePath: configuration.certificateFile))
    }

    private func save(_ path: String, _ write: (OpaquePointer) -> Int32) throws {
        guard let file = BIO_new_file(path, "w") else { throw ChildProcess.Failure(description: path) }
        defer { BIO_free(file) }
        guard write(file) == 1 else { throw ChildProcess.Failure(description: path) }
    }
}
