internal import COpenSSL
import Glibc

/// What was seen of the other side's certificate while a connection was opened. Confined to the thread of its transfer.
final class CertificateRecord {
    /// 0 when the chain leads to an authority; whether the name fits is another question, which libcurl asks.
    private(set) var verification: Int32 = 0
    /// The certificate of the other side itself.
    private var leaf: OpaquePointer?

    deinit { X509_free(leaf) }

    /// Makes the context tell a record what it sees. The context keeps the record.
    func install(in context: OpaquePointer) {
        SSL_CTX_set_ex_data(context, Self.index, Unmanaged.passRetained(self).toOpaque())
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER) { preverified, store in
            guard let store else { return preverified }
            let connection = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx())
            guard let connection, let context = SSL_get_SSL_CTX(OpaquePointer(connection)),
                let pointer = SSL_CTX_get_ex_data(context, CertificateRecord.index)
            else { return preverified }
            let record = Unmanaged<CertificateRecord>.fromOpaque(pointer).takeUnretainedValue()
            record.saw(X509_STORE_CTX_get0_cert(store), preverified == 1 ? 0 : X509_STORE_CTX_get_error(store))
            return preverified
        }
    }

    private static let index: Int32 = CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL_CTX, 0, nil, nil, nil) {
        _, pointer, _, _, _, _ in
        if let pointer { Unmanaged<CertificateRecord>.fromOpaque(pointer).release() }
    }

    private func saw(_ certificate: OpaquePointer?, _ error: Int32) {
        if let certificate, certificate != leaf {
            X509_up_ref(certificate)
            X509_free(leaf)
            leaf = certificate
        }
        if error != 0 { verification = error }
    }

    /// What is the matter with it, once the connection has failed for it.
    func problem(host: String) -> CertificateProblem {
        CertificateProblem(
            host: host, reason: reason, names: leaf.map(Self.names) ?? [],
            issuer: leaf.flatMap { Self.text(X509_get_issuer_name($0)) },
            notBefore: leaf.flatMap { Self.milliseconds(X509_get0_notBefore($0)) },
            notAfter: leaf.flatMap { Self.milliseconds(X509_get0_notAfter($0)) },
            fingerprint: leaf.flatMap(Self.fingerprint))
    }

    private var reason: CertificateProblem.Reason {
        switch verification {
        // The chain is good, and still libcurl refused it: only the name is left.
        case 0: .wrongName
        case X509_V_ERR_CERT_HAS_EXPIRED: .expired
        case X509_V_ERR_CERT_NOT_YET_VALID: .notYetValid
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH: .wrongName
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
            X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_CERT_UNTRUSTED:
            .unknownAuthority
        default: .other(String(cString: X509_verify_cert_error_string(Int(verification))))
        }
    }

    private static func text(_ name: OpaquePointer?) -> String? {
        guard let name, let memory = BIO_new(BIO_s_mem()) else { return nil }
        defer { BIO_free(memory) }
        let flags = UInt(XN_FLAG_SEP_CPLUS_SPC | ASN1_STRFLGS_UTF8_CONVERT)
        guard X509_NAME_print_ex(memory, name, 0, flags) >= 0 else { return nil }
        return contents(memory)
    }

    private static func contents(_ memory: OpaquePointer) -> String {
        let capacity = 4096
        let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, filled in
            filled = max(0, Int(BIO_read(memory, buffer.baseAddress, Int32(capacity))))
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func names(_ certificate: OpaquePointer) -> [String] {
        var names: [String] = []
        if let list = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) {
            let stack = OpaquePointer(list)
            for index in 0..<OPENSSL_sk_num(stack) {
                guard let entry = OPENSSL_sk_value(stack, index), let memory = BIO_new(BIO_s_mem()) else { continue }
                let name = UnsafeMutableRawPointer(mutating: entry).assumingMemoryBound(to: GENERAL_NAME.self)
                GENERAL_NAME_print(memory, name)
                names.append(contents(memory))
                BIO_free(memory)
            }
            GENERAL_NAMES_free(stack)
        }
        if names.isEmpty, let subject = text(X509_get_subject_name(certificate)) { names.append(subject) }
        return names
    }

    private static func milliseconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
        guard let time else { return nil }
        var parts = tm()
        guard ASN1_TIME_to_tm(time, &parts) == 1 else { return nil }
        return Int64(timegm(&parts)) * 1000
    }

    private static func fingerprint(_ certificate: OpaquePointer) -> String? {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        guard X509_digest(certificate, EVP_sha256(), &digest, &length) == 1 else { return nil }
        let digits = Array("0123456789abcdef")
        return String(digest[..<Int(length)].flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
