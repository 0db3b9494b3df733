import COpenSSL

/// What a new certificate shall be.
struct CertificateRequest {
    /// The subject's common name; at most 64 characters are kept.
    let commonName: String
    let names: [CertificateName]
    let isAuthority: Bool
    /// Seconds since 1970.
    let notBefore: Int64
    let notAfter: Int64

    /// Signs a certificate for `key`.
    /// - Parameter issuer: the authority; nil: signed by `key` itself.
    func sign(_ key: PrivateKey, issuer: (certificate: Certificate, key: PrivateKey)?) throws(CertificateError)
        -> Certificate
    {
        guard let made = X509_new() else { throw .openSSL(call: "X509_new", reason: CertificateError.takeReason()) }
        let certificate = Certificate(owned: made)
        let issuerCertificate = issuer?.certificate ?? certificate
        try require("X509_set_version", X509_set_version(made, 2))
        try setSerial(made)
        try require("ASN1_TIME_set", ASN1_TIME_set(X509_getm_notBefore(made), Int(notBefore)) != nil ? 1 : 0)
        try require("ASN1_TIME_set", ASN1_TIME_set(X509_getm_notAfter(made), Int(notAfter)) != nil ? 1 : 0)
        try require("X509_set_pubkey", X509_set_pubkey(made, key.pointer))

        let subject = X509_get_subject_name(made)
        let name = Array(commonName.prefix(64).utf8)
        try require(
            "X509_NAME_add_entry_by_txt", X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8, "Mado", -1, -1, 0))
        try require(
            "X509_NAME_add_entry_by_txt",
            X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, name, Int32(name.count), -1, 0))
        try require(
            "X509_set_issuer_name", X509_set_issuer_name(made, X509_get_subject_name(issuerCertificate.pointer)))

        for (identifier, value) in extensions(isSelfSigned: issuer == nil) {
            var context = X509V3_CTX()
            X509V3_set_ctx(&context, issuerCertificate.pointer, made, nil, nil, 0)
            guard let extensionObject = X509V3_EXT_conf_nid(nil, &context, identifier, value) else {
                throw .openSSL(call: "X509V3_EXT_conf_nid", reason: CertificateError.takeReason())
            }
            defer { X509_EXTENSION_free(extensionObject) }
            try require("X509_add_ext", X509_add_ext(made, extensionObject, -1))
        }
        let signer = issuer?.key ?? key
        guard X509_sign(made, signer.pointer, EVP_sha256()) > 0 else {
            throw .openSSL(call: "X509_sign", reason: CertificateError.takeReason())
        }
        return certificate
    }

    /// RFC 5280, section 4.2; the identifiers of keys come first, since the authority's is derived from it.
    private func extensions(isSelfSigned: Bool) -> [(Int32, String)] {
        var list: [(Int32, String)] = [(NID_subject_key_identifier, "hash")]
        if !isSelfSigned { list.append((NID_authority_key_identifier, "keyid")) }
        if isAuthority {
            list.append((NID_basic_constraints, "critical,CA:TRUE,pathlen:0"))
            list.append((NID_key_usage, "critical,keyCertSign,cRLSign"))
        } else {
            list.append((NID_basic_constraints, "critical,CA:FALSE"))
            list.append((NID_key_usage, "critical,digitalSignature"))
            list.append((NID_ext_key_usage, "serverAuth"))
            list.append((NID_subject_alt_name, names.map(\.extensionValue).joined(separator: ",")))
        }
        return list
    }

    /// 127 random bits: positive, and unique without a counter.
    private func setSerial(_ certificate: OpaquePointer) throws(CertificateError) {
        var bytes = [UInt8](repeating: 0, count: 16)
        try require("RAND_bytes", RAND_bytes(&bytes, Int32(bytes.count)))
        bytes[0] &= 0x7F
        bytes[0] |= 0x40
        let number = BN_bin2bn(bytes, Int32(bytes.count), nil)
        defer { BN_free(number) }
        try require("BN_to_ASN1_INTEGER", BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil ? 1 : 0)
    }

    private func require(_ call: String, _ result: Int32) throws(CertificateError) {
        if result != 1 { throw .openSSL(call: call, reason: CertificateError.takeReason()) }
    }
}
