import Server

extension Doctor {
    /// Whether calls have a relay.
    func calls() -> [Finding] {
        let settings = configuration.calls
        guard settings.isEnabled else { return [.good("calls", "switched off (calls.enabled)")] }
        if !settings.uris.isEmpty {
            return [.good("calls", "clients are given \(settings.uris.joined(separator: ", "))")]
        }
        if let missing = CallCapabilities.missingForRelay(settings) {
            return [
                .warning(
                    "calls", "\(missing): calls work only between machines that reach one another",
                    do: "Install Debian's package coturn (its own service may stay off), and mado-launcher beside mado."
                )
            ]
        }
        guard let uri = RelayEndpoint.uri(configuration) else {
            return [
                .warning(
                    "calls", "clients come through a proxy, which does not pass on the relay's connections",
                    do: "Give the server an https listener that clients reach, or name a relay in calls.uris.")
            ]
        }
        return [.good("calls", "media are relayed by \(settings.relayProgram), at \(uri)")] + conferences(settings)
    }

    private func conferences(_ settings: CallSettings) -> [Finding] {
        guard settings.hasConferences else { return [.good("conferences", "switched off (calls.conferences)")] }
        if let missing = CallCapabilities.missingForConferences(settings) {
            return [
                .warning(
                    "conferences", "\(missing): calls are for two",
                    do:
                        "Install Debian's package janus (its own service may stay off), or set calls.conferences = false."
                )
            ]
        }
        return [.good("conferences", "bridged by \(settings.conferenceProgram)")]
    }
}
