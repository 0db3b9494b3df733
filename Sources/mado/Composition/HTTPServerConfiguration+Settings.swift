import HTTP
import Server

extension HTTPServerConfiguration {
    /// What a configuration says about the clients' listeners.
    /// - Parameters:
    ///   - tls: the certificate for https listeners.
    ///   - sharedPort: what else is spoken there.
    init(_ configuration: ServerConfiguration, tls: TLSConfiguration?, sharedPort: (any SharedPortProtocol)? = nil) {
        self.init(
            listeners: configuration.listeners.compactMap { listener in
                PeerAddress(listener.host).map {
                    HTTPListener(address: $0, port: listener.port, tls: listener.isSecure ? tls : nil)
                }
            })
        self.sharedPort = sharedPort
        let settings = configuration.http
        limits.http1.headerBytes = settings.maximumHeaderBytes
        limits.http1.headerCount = settings.maximumHeaderCount
        limits.connections = settings.maximumConnections
        limits.connectionsPerAddress = settings.connectionsPerAddress
        limits.writeBacklog = settings.maximumPendingBytes
        limits.compressionThreshold = settings.compressionThreshold
        limits.http2.concurrentStreams = settings.streamsPerConnection
        deadlines.handshake = settings.handshakeDeadline
        deadlines.header = settings.headersDeadline
        deadlines.body = settings.bodyDeadline
        deadlines.write = settings.writeDeadline
        deadlines.idle = settings.idleDeadline
        let fields: TrustedProxies.Fields = configuration.proxyHeader == .forwarded ? .forwarded : .xForwarded
        trustedProxies = TrustedProxies(configuration.trustedProxies, fields: fields)
    }
}
