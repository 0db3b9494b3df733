package import HTTP

/// Calls: the relay that their media pass through where nothing but HTTPS does, and conferences.
package struct CallSettings: Sendable, Equatable {
    /// Whether there is a relay.
    package var isEnabled = true
    /// coturn.
    package var relayProgram = "/usr/bin/turnserver"
    /// What clients are given instead of this server's own port; empty for that.
    package var uris: [String] = []
    /// A file with the secret that this server shares with relays of the administrator's; nil: made at each start.
    package var secretFile: String?
    /// Where relays may send besides to one another.
    package var allowedNetworks: [AddressRange] = []
    /// The address that relays send from; nil for one of the loopback interface, or with `allowedNetworks` the machine's.
    package var relayAddress: PeerAddress?
    /// UDP ports of that address, the first and the last.
    package var relayPorts = "49152-65535"
    /// How long a name and password for the relay are good.
    package var credentialLifetime = Duration.seconds(6 * 3600)
    package var relaysPerMember = 64
    package var maximumRelays = 1_000
    /// Bytes a second, in each direction.
    package var relayRate = 1 << 20
    /// Whether there are conferences.
    package var hasConferences = true
    /// Janus.
    package var conferenceProgram = "/usr/bin/janus"
    /// UDP ports of the machine's address, the first and the last.
    package var conferencePorts = "20000-20999"
    /// Who may be in one conference.
    package var conferenceSize = 20
    /// What one participant sends, in bits a second.
    package var conferenceRate = 1_000_000

    package init() {}

    /// `1024-65535` and what lies between; nil for anything else.
    package static func ports(_ text: String) -> ClosedRange<UInt16>? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
        guard parts.count == 2, let first = parts[0], let last = parts[1], first >= 1024, first <= last else {
            return nil
        }
        return first...last
    }
}
