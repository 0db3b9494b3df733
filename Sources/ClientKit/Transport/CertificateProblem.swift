/// Why a server's (or proxy's) certificate is not to be trusted, with what somebody needs to decide what to do.
package struct CertificateProblem: Sendable, Equatable {
    package enum Reason: Sendable, Equatable {
        /// Issued by none of the system's authorities nor by the account's own. A proxy that looks into the traffic is
        /// the usual cause in organisations: its authority's file can be named in the account's network settings.
        case unknownAuthority
        case expired
        case notYetValid
        /// It belongs to another name.
        case wrongName
        case other(String)
    }

    /// Whom the program wanted to speak to.
    package var host: String
    package var reason: Reason
    /// The names that the certificate is for: its subject's alternative names, else its common name.
    package var names: [String]
    package var issuer: String?
    /// Milliseconds since 1970.
    package var notBefore: Int64?
    package var notAfter: Int64?
    /// SHA-256 of the certificate in hexadecimal, for comparing it by telephone.
    package var fingerprint: String?

    package init(
        host: String, reason: Reason, names: [String] = [], issuer: String? = nil, notBefore: Int64? = nil,
        notAfter: Int64? = nil, fingerprint: String? = nil
    ) {
        self.host = host
        self.reason = reason
        self.names = names
        self.issuer = issuer
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.fingerprint = fingerprint
    }
}
