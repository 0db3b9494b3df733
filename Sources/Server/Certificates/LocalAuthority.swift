import Glibc

/// A certificate authority of the server's own, for machines without a certificate from a public one.
///
/// Keeps four files in its folder: `ca.crt` (to give to clients), `ca.key`, `server.crt`, `server.key`. Keys have
/// mode 0600. The authority is made once and lasts ten years; the server's certificate is made anew when it
/// nears its end, lacks a name, or does not belong to its key or authority.
package struct LocalAuthority: Sendable {
    /// What `prepare` found or did.
    package enum Outcome: Sendable, Equatable {
        case kept
        case madeAuthority
        case renewed
    }

    /// As browsers ask of publicly trusted ones; some apply it to all.
    private static let serverDays: Int64 = 397
    private static let authorityDays: Int64 = 3650
    private static let day: Int64 = 86_400
    /// A certificate with less than this left is renewed.
    package static let renewalMargin: Int64 = 30 * day

    package let folder: String
    private let clock: WallClock

    /// - Parameter folder: made with mode 0700 when missing.
    package init(folder: String, clock: WallClock = .system) {
        self.folder = folder
        self.clock = clock
    }

    package var authorityFile: String { folder + "/ca.crt" }
    package var authorityKeyFile: String { folder + "/ca.key" }
    package var certificateFile: String { folder + "/server.crt" }
    package var keyFile: String { folder + "/server.key" }

    /// The names that a server's certificate should hold: its own, the machine's, this machine's loopback, the
    /// listeners' addresses and what the administrator added.
    package static func names(for configuration: ServerConfiguration) -> [CertificateName] {
        var machine = [CChar](repeating: 0, count: 256)
        gethostname(&machine, machine.count - 1)
        let hostName = String(decoding: machine.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let candidates =
            [String(ServerConfiguration.host(of: configuration.serverName)), "localhost", "127.0.0.1", "::1", hostName]
            + configuration.listeners.filter { $0.isSecure && !$0.isWildcard }.map(\.host)
            + configuration.tls.extraNames
        var seen: Set<CertificateName> = []
        return candidates.compactMap { CertificateName($0) }.filter { seen.insert($0).inserted }
    }

    /// Makes what is missing or near its end.
    /// - Throws: `CertificateError` when a file cannot be written, or the authority's files are damaged; these are
    ///   never replaced by themselves, since clients trust them.
    package func prepare(names: [CertificateName]) throws(CertificateError) -> Outcome {
        do throws(SystemError) {
            try SystemFile.makeFolder(folder, mode: 0o700)
        } catch { throw .file(error) }
        let now = clock.now / 1000
        if try keepsServerCertificate(names: names, now: now) { return .kept }

        let present = try presentAuthority(now: now)
        let authority = if let present { present } else { try makeAuthority(now: now) }
        let key = try PrivateKey()
        let request = CertificateRequest(
            commonName: names.first?.description ?? "localhost", names: names, isAuthority: false,
            notBefore: now - Self.day, notAfter: now + Self.serverDays * Self.day)
        let certificate = try request.sign(key, issuer: authority)
        try write(key.pem(), to: keyFile, mode: 0o600)
        // Without the authority, which a client has or does not trust anyway (RFC 8446 section 4.4.2): each handshake is
        // shorter by half a kilobyte, and by what every client takes to read it.
        try write(certificate.pem(), to: certificateFile, mode: 0o644)
        return present == nil ? .madeAuthority : .renewed
    }

    /// The authority that is there; nil when there is none, or when it would end before a certificate that it signs.
    private func presentAuthority(now: Int64) throws(CertificateError) -> (certificate: Certificate, key: PrivateKey)? {
        if !SystemFile.exists(authorityFile), !SystemFile.exists(authorityKeyFile) { return nil }
        let certificate = try Certificate(reading: authorityFile)
        let key = try PrivateKey(reading: authorityKeyFile)
        guard certificate.matches(key) else {
            throw .unreadable(path: authorityFile, reason: "does not belong to \(authorityKeyFile)")
        }
        return certificate.notAfter > now + Self.serverDays * Self.day ? (certificate, key) : nil
    }

    private func keepsServerCertificate(names: [CertificateName], now: Int64) throws(CertificateError) -> Bool {
        guard SystemFile.exists(authorityFile), let authority = try? Certificate(reading: authorityFile),
            let certificate = try? Certificate(reading: certificateFile), let key = try? PrivateKey(reading: keyFile)
        else { return false }
        return certificate.matches(key) && certificate.isSigned(by: authority) && certificate.notBefore <= now
            && certificate.notAfter > now + Self.renewalMargin && names.allSatisfy(certificate.covers)
    }

    private func makeAuthority(now: Int64) throws(CertificateError) -> (certificate: Certificate, key: PrivateKey) {
        let key = try PrivateKey()
        let request = CertificateRequest(
            commonName: "Mado local authority", names: [], isAuthority: true, notBefore: now - Self.day,
            notAfter: now + Self.authorityDays * Self.day)
        let certificate = try request.sign(key, issuer: nil)
        try write(key.pem(), to: authorityKeyFile, mode: 0o600)
        try write(certificate.pem(), to: authorityFile, mode: 0o644)
        return (certificate, key)
    }

    private func write(_ content: [UInt8], to path: String, mode: mode_t) throws(CertificateError) {
        do throws(SystemError) {
            try SystemFile.write(content, to: path, mode: mode)
        } catch { throw .file(error) }
    }
}
