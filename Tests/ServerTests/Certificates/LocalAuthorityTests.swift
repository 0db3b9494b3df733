import Foundation
import Glibc
import Server
import TestSupport
import Testing

@Suite struct LocalAuthorityTests {
    private let temporary: TemporaryFolder
    private let names = ["example.org", "localhost", "127.0.0.1", "::1"].compactMap { CertificateName($0) }

    init() throws { temporary = TemporaryFolder() }

    private func authority(daysFromNow: Int = 0) -> LocalAuthority {
        LocalAuthority(
            folder: temporary.path + "/certificates",
            clock: WallClock { WallClock.system.now + Int64(daysFromNow) * 86_400_000 })
    }

    /// What the `openssl` program says, as somebody who did not write this.
    private func openssl(_ arguments: String...) throws -> (status: Int32, output: String) {
        let result = try ChildProcess.run("/usr/bin/openssl", arguments, capturesErrors: true)
        return (result.status, result.text)
    }

    @Test func opensslAcceptsTheChainForEveryName() throws {
        let authority = authority()
        #expect(try authority.prepare(names: names) == .madeAuthority)
        for name in [
            "-verify_hostname=example.org", "-verify_hostname=localhost", "-verify_ip=127.0.0.1", "-verify_ip=::1",
        ] {
            let parts = name.split(separator: "=").map(String.init)
            let result = try openssl(
                "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", authority.authorityFile, parts[0],
                parts[1],
                authority.certificateFile)
            #expect(result.status == 0, "\(result.output)")
        }
        let wrong = try openssl(
            "verify", "-CAfile", authority.authorityFile, "-verify_hostname", "other.example", authority.certificateFile
        )
        #expect(wrong.status != 0)
        let text = try openssl("x509", "-in", authority.certificateFile, "-noout", "-text").output
        #expect(text.contains("prime256v1"))
        #expect(text.contains("CA:FALSE"))
        #expect(text.contains("TLS Web Server Authentication"))
    }

    @Test func keysAreForTheOwnerOnly() throws {
        let authority = authority()
        _ = try authority.prepare(names: names)
        #expect(SystemFile.mode(authority.keyFile) == 0o600)
        #expect(SystemFile.mode(authority.authorityKeyFile) == 0o600)
        #expect(SystemFile.mode(authority.folder) == 0o700)
    }

    @Test func aSecondTimeNothingChanges() throws {
        _ = try authority().prepare(names: names)
        let before = try Certificate(reading: authority().certificateFile).fingerprint
        #expect(try authority().prepare(names: names) == .kept)
        #expect(try Certificate(reading: authority().certificateFile).fingerprint == before)
    }

    @Test func itIsRenewedBeforeItsEndAndTheAuthorityStays() throws {
        _ = try authority().prepare(names: names)
        let trusted = try Certificate(reading: authority().authorityFile).fingerprint
        #expect(try authority(daysFromNow: 360).prepare(names: names) == .kept)
        #expect(try authority(daysFromNow: 368).prepare(names: names) == .renewed)
        #expect(try Certificate(reading: authority().authorityFile).fingerprint == trusted)
        let certificate = try Certificate(reading: authority().certificateFile)
        #expect(certificate.notAfter > WallClock.system.now / 1000 + 700 * 86_400)
    }

    @Test func anAuthorityNearItsEndIsReplaced() throws {
        _ = try authority().prepare(names: names)
        #expect(try authority(daysFromNow: 3400).prepare(names: names) == .madeAuthority)
    }

    @Test func aNewNameNeedsANewCertificate() throws {
        _ = try authority().prepare(names: names)
        let more = names + [CertificateName("chat.office.lan")].compactMap { $0 }
        #expect(try authority().prepare(names: more) == .renewed)
        #expect(try authority().prepare(names: names) == .kept)
    }

    @Test func anAuthorityWithoutItsKeyIsNotReplaced() throws {
        _ = try authority().prepare(names: names)
        unlink(authority().authorityKeyFile)
        #expect(try authority().prepare(names: names) == .kept)
        #expect(throws: CertificateError.self) { try authority(daysFromNow: 380).prepare(names: names) }
        #expect(
            try Certificate(reading: authority().authorityFile).isSigned(
                by: Certificate(reading: authority().authorityFile)))
    }

    @Test func namesComeFromTheConfiguration() {
        var configuration = ServerConfiguration()
        configuration.serverName = "chat.example.org:8448"
        configuration.listeners = [
            ListenerURL(isSecure: true, host: "192.0.2.7", port: 443),
            ListenerURL(isSecure: true, host: "::", port: 443),
        ]
        configuration.tls.extraNames = ["*.office.lan"]
        let names = LocalAuthority.names(for: configuration).map(\.description)
        for expected in ["chat.example.org", "localhost", "127.0.0.1", "::1", "192.0.2.7", "*.office.lan"] {
            #expect(names.contains(expected))
        }
        #expect(!names.contains("::"))
    }

    @Test(arguments: ["", "a b", "a,DNS:b", "-a", "a..b", "*", "exa*mple.org", "[example.org]", "a\u{0}b", "ä.example"])
    func whatIsNoNameIsRefused(_ text: String) { #expect(CertificateName(text) == nil) }
}
