internal import COpenSSL

/// The authorities that certificates are checked against: the system's, and own ones beside them.
///
/// `@unchecked Sendable`: the store is filled before anybody else has it, and OpenSSL locks it inside.
package final class TrustStore: @unchecked Sendable {
    /// The own file of authorities cannot be read or holds no certificate.
    package struct UnusableFile: Error {
        package let path: String
    }

    private let store: OpaquePointer

    /// The system's authorities are those that OpenSSL finds: `SSL_CERT_FILE`, `SSL_CERT_DIR`, else the folder that it
    /// was built for, from which a certificate is read only when it is needed.
    /// - Throws: ``UnusableFile``.
    package init(authorityFile: String?) throws(UnusableFile) {
        store = X509_STORE_new()
        X509_STORE_set_default_paths(store)
        // As libcurl has it: an authority of ours is enough even where it is no root.
        X509_STORE_set_flags(store, UInt(X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN))
        ERR_clear_error()
        guard let authorityFile, !authorityFile.isEmpty else { return }
        let loaded = X509_STORE_load_file(store, authorityFile)
        ERR_clear_error()
        guard loaded == 1 else { throw UnusableFile(path: authorityFile) }
    }

    deinit { X509_STORE_free(store) }

    /// Lets a TLS context (`SSL_CTX`) check against this store, whatever it had before.
    package func install(in context: OpaquePointer) {
        X509_STORE_up_ref(store)
        SSL_CTX_set_cert_store(context, store)
    }
}
