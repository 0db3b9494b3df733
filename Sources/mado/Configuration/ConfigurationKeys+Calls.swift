import HTTP
import Server

/// Calls.
extension ConfigurationKeys {
    static let calls: [ConfigurationKey] = [
        .flag("calls.enabled", \.calls.isEnabled, "Whether there is a relay at all."),
        .list(
            "calls.allowed_networks", \.calls.allowedNetworks,
            allowed: "a list of addresses or ranges like \"10.1.0.0/16\"", example: "[\"10.1.0.0/16\"]",
            "Where relays may send besides to one another, e.g. to a conference bridge. Never to loopback, link-local or multicast addresses nor to this machine.",
            render: \.description, parse: { AddressRange($0) }),
        .optional(
            "calls.relay_address", \.calls.relayAddress, allowed: "an IPv4 address of this machine",
            example: "10.1.0.5",
            "The address that relays send from. Without one: 127.77.65.68, which nothing outside of this machine reaches, or the machine's address if there are conferences or calls.allowed_networks names something.",
            render: \.description, parse: { text in PeerAddress(text).flatMap { $0.isIPv4 ? $0 : nil } }),
        .text(
            "calls.relay_ports", \.calls.relayPorts, allowed: "the first and the last port like \"49152-65535\"",
            "UDP ports of that address.", isAllowed: { CallSettings.ports($0) != nil }),
        .list(
            "calls.uris", \.calls.uris, allowed: "a list of URIs (turns:, turn:, stun:)",
            example: "[\"turns:turn.example.org:443?transport=tcp\"]",
            "What clients are given instead of this server's own port, e.g. a relay elsewhere that shares the secret below.",
            render: { $0 },
            parse: { text in
                ["turns:", "turn:", "stun:", "stuns:"].contains {
                    text.hasPrefix($0) && text.utf8.count > $0.utf8.count
                }
                    ? text : nil
            }),
        .optional(
            "calls.secret_file", \.calls.secretFile, allowed: "a path", example: "/etc/mado/relay-secret",
            "A file with the secret that such a relay shares with this server (coturn's static-auth-secret). Without one, a secret is made at each start.",
            render: { $0 }, parse: { $0 }),
        .duration(
            "calls.credential_lifetime", \.calls.credentialLifetime, .seconds(300)...(.seconds(86_400)),
            "How long a client may make relays with the name and password that it asked for."),
        .integer(
            "calls.relays_per_member", \.calls.relaysPerMember, 1...1000,
            "Relays of one member at a time. A call takes up to four, a conference two for each who is in it."),
        .integer("calls.maximum_relays", \.calls.maximumRelays, 1...7000, "Relays of all members at a time."),
        .bytes(
            "calls.relay_rate", \.calls.relayRate, (16 << 10)...(1 << 30), "What one relay carries in a second."),
        .text(
            "calls.relay_program", \.calls.relayProgram, allowed: "an absolute path", "coturn.",
            isAllowed: { $0.hasPrefix("/") }),
        .flag(
            "calls.conferences", \.calls.hasConferences,
            "Whether there are calls of many, where Janus is installed and there is a relay."),
        .integer("calls.conference_size", \.calls.conferenceSize, 2...100, "Who may be in one conference."),
        .integer(
            "calls.conference_rate", \.calls.conferenceRate, 64_000...20_000_000,
            "The picture that each sends to a conference, in bits a second."),
        .text(
            "calls.conference_ports", \.calls.conferencePorts,
            allowed: "the first and the last port like \"20000-20999\"",
            "UDP ports of the machine's address that Janus uses. Clients reach them through their relays: nothing has to be opened.",
            isAllowed: { CallSettings.ports($0) != nil }),
        .text(
            "calls.conference_program", \.calls.conferenceProgram, allowed: "an absolute path", "Janus.",
            isAllowed: { $0.hasPrefix("/") }),
    ]
}
