import HTTP
import Server

/// The certificate of the https listeners: the configured one, or one that Mado makes and renews.
struct CertificateSource {
    let configuration: ServerConfiguration
    let log: Log

    private var authority: LocalAuthority {
        LocalAuthority(folder: DataFolder(path: configuration.dataFolder).certificatesFolder)
    }

    /// Whether Mado makes the certificate.
    var isLocal: Bool { configuration.tls.certificateFile == nil }

    /// The files to serve with; nil without https listeners. Makes or renews what is Mado's own.
    /// - Throws: when there is no certificate that could be used.
    func prepare() throws(CertificateError) -> TLSConfiguration? {
        guard configuration.listeners.contains(where: \.isSecure) else { return nil }
        if let certificate = configuration.tls.certificateFile, let key = configuration.tls.keyFile {
            return TLSConfiguration(certificateFile: certificate, keyFile: key)
        }
        let files = TLSConfiguration(certificateFile: authority.certificateFile, keyFile: authority.keyFile)
        do throws(CertificateError) {
            switch try authority.prepare(names: LocalAuthority.names(for: configuration)) {
            case .kept: break
            case .madeAuthority:
                log.info("made a local certificate authority", ["certificate": authority.authorityFile])
            case .renewed: log.info("renewed the server's certificate", ["certificate": authority.certificateFile])
            }
        } catch {
            // One that is still there serves on: better than a server that does not start.
            guard (try? Certificate(reading: authority.certificateFile)) != nil else { throw error }
            log.warning("the server's certificate could not be renewed", ["reason": error.description])
        }
        return files
    }

    /// What the landing page offers: the authority's certificate in PEM, and its fingerprint. nil when it isn't Mado's.
    func authorityForClients() -> (file: [UInt8], fingerprint: String)? {
        guard isLocal, configuration.listeners.contains(where: \.isSecure),
            let certificate = try? Certificate(reading: authority.authorityFile), let file = try? certificate.pem()
        else { return nil }
        return (file, certificate.fingerprint)
    }

    /// Where the authority's certificate is, for the person at the terminal.
    var authorityFile: String { authority.authorityFile }
}
