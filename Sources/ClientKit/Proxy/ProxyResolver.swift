internal import CurlKit
import Glibc

/// Finds the ways to a server that an account's settings allow.
actor ProxyResolver {
    private let settings: NetworkSettings
    private let fetch: @Sendable (String) async throws(TransportError) -> [UInt8]
    private let environment: @Sendable (String) -> String?
    private let desktop: @Sendable () -> ProxyRules
    private var script: (url: String, script: ProxyScript, until: Int64)?
    private var scriptRoutes: [String: [ProxyRoute]] = [:]

    /// How long an automatic configuration is believed, in milliseconds.
    private static let scriptLifetime: Int64 = 600_000
    private static let scriptLimit = 1 << 20

    /// - Parameter fetch: gets an automatic configuration, directly.
    init(
        _ settings: NetworkSettings, fetch: @escaping @Sendable (String) async throws(TransportError) -> [UInt8],
        environment: @escaping @Sendable (String) -> String? = { name in getenv(name).map { String(cString: $0) } },
        desktop: @escaping @Sendable () -> ProxyRules = DesktopProxy.read
    ) {
        self.settings = settings
        self.fetch = fetch
        self.environment = environment
        self.desktop = desktop
    }

    /// The ways to try, in this order; the next one only when a proxy cannot be reached.
    /// - Throws: ``TransportError/proxyUnknown(reason:)``.
    func routes(to target: ParsedURL) async throws(TransportError) -> [ProxyRoute] {
        switch ProxyRules(settings, environment: environment, desktop: desktop) {
        case .direct: return [.direct]
        case .unusable(let reason): throw .proxyUnknown(reason: reason)
        case .fixed(let byScheme, let other, let bypass):
            guard let address = byScheme[target.scheme] ?? other, !bypass.covers(host: target.host, port: target.port)
            else { return [.direct] }
            return [.proxy(withCredentials(address))]
        case .automatic(let url):
            return try await scripted(url, target).map { route in
                if case .proxy(let address) = route { .proxy(withCredentials(address)) } else { route }
            }
        }
    }

    /// The account's own credentials go before those that stand in the proxy's URL or the desktop's settings.
    private func withCredentials(_ address: ProxyAddress) -> ProxyAddress {
        guard let user = settings.proxyUser, !user.isEmpty else { return address }
        var address = address
        address.user = user
        address.password = settings.proxyPassword
        return address
    }

    private func scripted(_ url: String, _ target: ParsedURL) async throws(TransportError) -> [ProxyRoute] {
        let script = try await script(url)
        // The path is nobody's business, as in browsers.
        let origin = target.origin
        if let known = scriptRoutes[origin] { return known }
        let routes = try await script.routes(url: origin + "/", host: target.host)
        scriptRoutes[origin] = routes
        return routes
    }

    private func script(_ url: String) async throws(TransportError) -> ProxyScript {
        let now = Monotonic.milliseconds()
        if let script, script.url == url, script.until > now { return script.script }
        let text: [UInt8]
        if url.hasPrefix("http://") || url.hasPrefix("https://") {
            do {
                text = try await fetch(url)
            } catch {
                if error == .cancelled { throw error }
                throw .proxyUnknown(reason: "the automatic configuration \(url) cannot be fetched: \(error)")
            }
        } else {
            text = try Self.file(url.hasPrefix("file://") ? String(url.dropFirst(7)) : url)
        }
        let new = ProxyScript(text: text)
        script = (url, new, now + Self.scriptLifetime)
        scriptRoutes = [:]
        return new
    }

    private static func file(_ path: String) throws(TransportError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .proxyUnknown(reason: "the automatic configuration \(path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: scriptLimit)
        let count = read(descriptor, &bytes, bytes.count)
        guard count >= 0 else {
            throw .proxyUnknown(reason: "the automatic configuration \(path): \(String(cString: strerror(errno)))")
        }
        return Array(bytes[..<count])
    }
}
