import Glibc
import Server

/// Looks at everything a server needs, changes nothing, and says what to do.
struct Doctor {
    let configuration: ServerConfiguration
    var clock = WallClock.system

    var folder: DataFolder { DataFolder(path: configuration.dataFolder) }

    /// All checks, in the order in which their subjects depend on one another.
    func examine() -> [Finding] {
        dataFolder() + disk() + clockFindings() + database() + certificate() + ports() + settings() + thumbnails()
            + calls() + limits()
    }

    private func thumbnails() -> [Finding] {
        let program = ThumbnailProcess.installedProgram
        let process = ThumbnailProcess(program: program)
        if process.isInstalled {
            if process.isSafe { return [.good("thumbnails", "made by \(program)")] }
            return [
                .warning(
                    "thumbnails", "\(program) cannot give up its rights here, and makes no thumbnails therefore",
                    do: "Allow seccomp filters in the container or unit, and install the packages that it needs.")
            ]
        }
        return [
            .warning(
                "thumbnails", "\(program) is missing: pictures are not made smaller for clients that ask for it",
                do: "Install mado-thumbnailer into the folder of mado.")
        ]
    }

    private func limits() -> [Finding] {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return [] }
        let count = limit.rlim_max
        if count >= 65_536 { return [.good("limits", "\(count) files and connections may be open")] }
        return [
            .warning(
                "limits", "only \(count) files and connections may be open; each connected member needs one",
                do: "Set LimitNOFILE=65536 in the systemd unit, or raise the hard limit (ulimit -Hn) before the start.")
        ]
    }

    private func settings() -> [Finding] {
        var findings: [Finding] = []
        for listener in configuration.listeners where !listener.isSecure && !listener.isLoopback {
            let isBehindProxy = !configuration.trustedProxies.isEmpty
            if !isBehindProxy {
                findings.append(
                    .warning(
                        "settings", "\(listener) is served without encryption to other machines",
                        do: "Use https://, or listen on 127.0.0.1 behind a proxy and name it in trusted_proxies."))
            }
        }
        if let metrics = configuration.metrics.listener, !metrics.isLoopback {
            findings.append(
                .warning(
                    "settings", "/metrics is readable by everybody who reaches \(metrics)",
                    do: "Let metrics.listener be on 127.0.0.1, or guard the port by a firewall."))
        }
        if configuration.registration.policy == .open, !configuration.limits.isEnabled {
            findings.append(
                .warning(
                    "settings", "registration is open and rate limits are off: anybody can make any number of accounts",
                    do: "Set limits.enabled = true, or registration.policy to \"token\" or \"closed\"."))
        }
        return findings.isEmpty ? [.good("settings", "nothing to object to")] : findings
    }
}
