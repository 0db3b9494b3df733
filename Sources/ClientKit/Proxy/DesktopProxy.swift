internal import CSecret
import Glibc

/// The proxy of the desktop's settings: KDE's on KDE, elsewhere `org.gnome.system.proxy`, which other desktops on GTK set
/// too.
///
/// Read with GIO, which is here already because the secret service is reached through it. An automatic configuration is
/// evaluated by us and not by a library that answers "direct" when it cannot.
enum DesktopProxy {
    static func read() -> ProxyRules {
        if let rules = KDEProxy.read(environment: { name in getenv(name).map { String(cString: $0) } }) { return rules }
        return readGSettings()
    }

    private static func readGSettings() -> ProxyRules {
        guard let settings = Schema("org.gnome.system.proxy") else { return .direct }
        switch settings.string("mode") {
        case "manual": return manual(settings)
        case "auto":
            let url = settings.string("autoconfig-url")
            return url.isEmpty
                ? .unusable("the desktop's proxy is automatic, and there is no address of its configuration")
                : .automatic(url: url)
        default: return .direct
        }
    }

    private static func manual(_ settings: Schema) -> ProxyRules {
        let bypass = ProxyBypass(settings.strings("ignore-hosts"))
        var byScheme: [String: ProxyAddress] = [:]
        for scheme in ["http", "https"] {
            guard let part = Schema("org.gnome.system.proxy.\(scheme)"), let text = part.address else { continue }
            byScheme[scheme] = ProxyAddress("http://\(text)")
            // The schema has credentials beside the first of them only, and they are for both.
        }
        if let http = Schema("org.gnome.system.proxy.http"), http.bool("use-authentication") {
            for scheme in byScheme.keys {
                byScheme[scheme]?.user = http.string("authentication-user")
                byScheme[scheme]?.password = http.string("authentication-password")
            }
        }
        let socks = Schema("org.gnome.system.proxy.socks")?.address.flatMap { ProxyAddress("socks5h://\($0)") }
        guard socks != nil || !byScheme.isEmpty else { return .direct }
        return .fixed(byScheme: byScheme, other: socks ?? byScheme["http"], bypass: bypass)
    }

    /// The settings of one schema; released at the end.
    private final class Schema {
        private let settings: UnsafeMutablePointer<GSettings>

        /// nil where the schema is not installed; GIO would end the program.
        init?(_ name: String) {
            guard let source = g_settings_schema_source_get_default(),
                let schema = g_settings_schema_source_lookup(source, name, 1)
            else { return nil }
            defer { g_settings_schema_unref(schema) }
            guard let settings = g_settings_new_full(schema, nil, nil) else { return nil }
            self.settings = settings
        }

        deinit { g_object_unref(settings) }

        func string(_ key: String) -> String {
            guard let text = g_settings_get_string(settings, key) else { return "" }
            defer { g_free(text) }
            return String(cString: text)
        }

        func strings(_ key: String) -> [String] {
            guard let list = g_settings_get_strv(settings, key) else { return [] }
            defer { g_strfreev(list) }
            var texts: [String] = []
            var index = 0
            while let text = list[index] {
                texts.append(String(cString: text))
                index += 1
            }
            return texts
        }

        func bool(_ key: String) -> Bool { g_settings_get_boolean(settings, key) != 0 }

        /// `host:port`; nil when there is none.
        var address: String? {
            let host = string("host")
            let port = g_settings_get_int(settings, "port")
            return host.isEmpty || port <= 0 ? nil : "\(host):\(port)"
        }
    }
}
