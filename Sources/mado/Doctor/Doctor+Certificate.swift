import Glibc
import Server

extension Doctor {
    /// The certificate of https listeners: there, of this key, valid now, for this server's name.
    func certificate() -> [Finding] {
        let subject = "certificate"
        guard configuration.listeners.contains(where: \.isSecure) else {
            return [.good(subject, "not needed: no https listener")]
        }
        guard let file = configuration.tls.certificateFile, let keyFile = configuration.tls.keyFile else {
            return localCertificate(subject)
        }
        return examine(subject, certificateFile: file, keyFile: keyFile)
    }

    private func localCertificate(_ subject: String) -> [Finding] {
        let authority = LocalAuthority(folder: folder.certificatesFolder)
        guard SystemFile.exists(authority.certificateFile) else {
            return [
                .good(
                    subject, "none given; `mado serve` makes a local authority and a certificate in \(authority.folder)"
                )
            ]
        }
        let findings = examine(subject, certificateFile: authority.certificateFile, keyFile: authority.keyFile)
        return findings + [.good(subject, "the local authority that clients must trust is \(authority.authorityFile)")]
    }

    private func examine(_ subject: String, certificateFile: String, keyFile: String) -> [Finding] {
        let certificate: Certificate
        let key: PrivateKey
        do throws(CertificateError) {
            certificate = try Certificate(reading: certificateFile)
            key = try PrivateKey(reading: keyFile)
        } catch {
            return [
                .problem(
                    subject, error.description,
                    do:
                        "Check tls.certificate and tls.key: PEM files that this user can read, the key without a passphrase."
                )
            ]
        }
        var findings: [Finding] = []
        if !certificate.matches(key) {
            findings.append(
                .problem(
                    subject, "\(certificateFile) does not belong to \(keyFile)",
                    do: "Give the certificate and key of the same request."))
        }
        findings += dates(subject, certificate, certificateFile)
        let host = String(ServerConfiguration.host(of: configuration.serverName))
        if let name = CertificateName(host), !certificate.covers(name) {
            findings.append(
                .warning(
                    subject, "\(certificateFile) is not for \(host)",
                    do:
                        "Clients that connect to \(host) will refuse it: get one for this name, or set well_known_base_url to a name that it holds."
                ))
        }
        if let mode = SystemFile.mode(keyFile), mode & 0o007 != 0 {
            findings.append(
                .problem(subject, "everybody on this machine can read \(keyFile)", do: "chmod o-rwx \(keyFile)"))
        }
        return findings.isEmpty
            ? [.good(subject, "\(certificateFile) is valid until \(Timestamp.day(certificate.notAfter))")] : findings
    }

    private func dates(_ subject: String, _ certificate: Certificate, _ file: String) -> [Finding] {
        let now = clock.now / 1000
        let renew = "Renew it, put it in the same place, then: kill -HUP the server."
        if certificate.notBefore > now {
            return [
                .problem(
                    subject, "\(file) is valid from \(Timestamp.day(certificate.notBefore)) only",
                    do: "Check the clock, or wait.")
            ]
        }
        if certificate.notAfter <= now {
            return [.problem(subject, "\(file) ended on \(Timestamp.day(certificate.notAfter))", do: renew)]
        }
        let days = (certificate.notAfter - now) / 86_400
        if days < 14 { return [.warning(subject, "\(file) ends in \(days) days", do: renew)] }
        return []
    }
}
