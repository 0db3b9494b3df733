/// A host, or all below one: `example.org` and `*.example.org`, compared without regard to case.
package struct HostPattern: Sendable, Equatable, CustomStringConvertible {
    private let host: String
    private let includesSubdomains: Bool

    package var description: String { (includesSubdomains ? "*." : "") + host }

    /// nil when the text is no such pattern.
    package init?(_ text: String) {
        let text = text.lowercased()
        includesSubdomains = text.hasPrefix("*.")
        host = String(includesSubdomains ? text.dropFirst(2) : text[...])
        guard !host.isEmpty, host.utf8.count <= 255, !host.contains("*"), !host.contains("/"), !host.contains(" ")
        else { return nil }
    }

    /// - Parameter host: in any case; `example.org` matches `*.example.org` too.
    package func matches(_ host: String) -> Bool {
        var host = host.lowercased()[...]
        if host.hasSuffix(".") { host = host.dropLast() }
        return host == self.host[...] || (includesSubdomains && host.hasSuffix("." + self.host))
    }
}
