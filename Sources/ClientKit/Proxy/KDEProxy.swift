internal import CurlKit
import Glibc

/// The proxy of KDE's settings, the file `kioslaverc`.
enum KDEProxy {
    /// nil when this is no KDE desktop or its settings say nothing.
    static func read(environment: (String) -> String?) -> ProxyRules? {
        guard environment("XDG_CURRENT_DESKTOP")?.split(separator: ":").contains("KDE") == true else { return nil }
        let folder = environment("XDG_CONFIG_HOME") ?? environment("HOME").map { $0 + "/.config" }
        guard let folder, let file = AtomicFile.read(folder + "/kioslaverc") else { return nil }
        return rules(String(decoding: file, as: UTF8.self), environment: environment)
    }

    /// What the file's text says.
    static func rules(_ text: String, environment: (String) -> String?) -> ProxyRules {
        let settings = settings(text)
        switch settings["ProxyType"] {
        case "1": return manual(settings) { $0 }
        case "2":
            guard let url = settings["Proxy Config Script"], !url.isEmpty else {
                return .unusable("the desktop's proxy is automatic, and there is no address of its configuration")
            }
            return .automatic(url: url)
        case "3": return .unusable("the desktop's proxy is to be discovered, which is not supported")
        // The settings name variables.
        case "4": return manual(settings) { environment($0) ?? "" }
        default: return .direct
        }
    }

    private static func manual(_ settings: [String: String], _ value: (String) -> String) -> ProxyRules {
        var addresses: [String: ProxyAddress] = [:]
        for kind in ["http", "https", "socks"] {
            // KDE writes a space before the port.
            let text = value(settings[kind + "Proxy"] ?? "").trimming().replacing(" ", with: ":")
            guard !text.isEmpty else { continue }
            let full = kind == "socks" && !text.contains("://") ? "socks5h://" + text : text
            guard let address = ProxyAddress(full) else {
                return .unusable("the desktop's \(kind) proxy is no address")
            }
            addresses[kind] = address
        }
        let socks = addresses.removeValue(forKey: "socks")
        guard socks != nil || !addresses.isEmpty else { return .direct }
        // Upside down: the proxy is for the listed servers only.
        if settings["ReversedException"] == "true" {
            return .unusable("the desktop's proxy is for some servers only, which is not supported")
        }
        return .fixed(
            byScheme: addresses, other: socks, bypass: ProxyBypass(list: value(settings["NoProxyFor"] ?? "")))
    }

    /// The group `Proxy Settings`.
    private static func settings(_ text: String) -> [String: String] {
        var isGroup = false
        var settings: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            if line.hasPrefix("[") {
                isGroup = line.trimmingEnd() == "[Proxy Settings]"
            } else if isGroup, let equals = line.firstIndex(of: "=") {
                // A marker such as `[$e]` may stand behind the name.
                let name = line[..<equals].prefix { $0 != "[" }.trimmingEnd()
                settings[name] = line[line.index(after: equals)...].trimming()
            }
        }
        return settings
    }
}
