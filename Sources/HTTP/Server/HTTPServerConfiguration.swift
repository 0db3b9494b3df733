/// What a server listens on and what it puts up with.
package struct HTTPServerConfiguration: Sendable {
    package var listeners: [HTTPListener]
    package var limits = HTTPLimits()
    package var deadlines = HTTPDeadlines()
    /// Peers whose Forwarded or X-Forwarded-* fields are believed, and to whom `connectionsPerAddress` does not apply.
    package var trustedProxies = TrustedProxies([])
    /// What else is spoken on the listeners; nil for HTTP alone.
    package var sharedPort: (any SharedPortProtocol)?

    package init(listeners: [HTTPListener]) {
        self.listeners = listeners
    }
}

/// One place to listen on.
package struct HTTPListener: Sendable {
    package enum Place: Sendable, Hashable {
        /// Port 0 lets the kernel choose.
        case address(PeerAddress, port: UInt16)
        /// A Unix domain socket that only this user can connect to. Connections are those of `PeerAddress.unspecified`.
        /// What is at the path is replaced: the caller knows that no other server is there.
        case socket(path: String)
    }

    package var place: Place
    /// nil for plain HTTP.
    package var tls: TLSConfiguration?

    package init(address: PeerAddress, port: UInt16, tls: TLSConfiguration? = nil) {
        place = .address(address, port: port)
        self.tls = tls
    }

    package init(socketPath: String) {
        place = .socket(path: socketPath)
    }
}

/// A certificate and its key, in PEM files that are read at the start and at each reload.
package struct TLSConfiguration: Sendable, Hashable {
    /// The certificate, then the intermediate ones.
    package var certificateFile: String
    package var keyFile: String

    package init(certificateFile: String, keyFile: String) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }
}
