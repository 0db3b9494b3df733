import HTTP

/// What coturn is told.
struct RelayConfiguration {
    let settings: CallSettings
    let credentials: RelayCredentials
    let address: PeerAddress
    let conferenceAddress: PeerAddress?
    let folder: String
    /// The user that it becomes; nil to stay the server's.
    let user: String?

    /// - Parameter port: of 127.0.0.1.
    func text(listening port: UInt16) -> String {
        // The configuration holds such a range only.
        let ports = CallSettings.ports(settings.relayPorts) ?? 49_152...65_535
        var lines = [
            "listening-ip=127.0.0.1", "listening-port=\(port)", "no-udp", "no-tls", "no-dtls", "no-cli",
            "relay-ip=\(address)", "min-port=\(ports.lowerBound)", "max-port=\(ports.upperBound)",
            "use-auth-secret", "static-auth-secret=\(credentials.secret)", "realm=\(credentials.realm)",
            "stale-nonce=600", "secure-stun", "no-tcp-relay", "no-multicast-peers", "no-rfc5780",
            "no-stun-backward-compatibility", "response-origin-only-with-rfc5780", "no-software-attribute",
            "no-auth-pings", "no-dynamic-ip-list", "no-dynamic-realms",
            "user-quota=\(settings.relaysPerMember)", "total-quota=\(settings.maximumRelays)",
            "max-bps=\(settings.relayRate)", "relay-threads=1",
            "userdb=:memory:", "pidfile=\(folder)/turnserver.pid", "log-file=stdout", "simple-log",
        ]
        if let user { lines += ["proc-user=\(user)", "proc-group=\(user)"] }
        // What is allowed goes before what is denied. Ports are the filter's business: coturn knows none here.
        lines += [
            "denied-peer-ip=0.0.0.0-255.255.255.255", "denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        ]
        lines += ([address, conferenceAddress].compactMap { $0 }).map { "allowed-peer-ip=\($0)" }
        lines += settings.allowedNetworks.map { "allowed-peer-ip=\($0.base)-\($0.last)" }
        if Self.loopback?.contains(address) == true { lines.append("allow-loopback-peers") }
        return lines.joined(separator: "\n") + "\n"
    }

    private static let loopback = AddressRange(base: PeerAddress(v4: 0x7f00_0000), prefixLength: 8)
}
