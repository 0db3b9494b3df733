internal import CurlKit

/// What somebody enters for a server: `example.org`, `example.org:8448`, `https://matrix.example.org/`, or a member's
/// name, `@hanako:example.org`.
struct ServerName: Equatable {
    /// Without scheme and path.
    let name: String
    /// Where the server is when this is to be believed: `https` unless another scheme was entered.
    let baseURL: String
    /// A scheme or a port was entered: somebody who does that knows where the server is.
    let isExact: Bool

    var host: String { ParsedURL(baseURL)?.host ?? name }

    /// nil for what is none of these.
    init?(_ text: String) {
        var text = text.trimming()
        if text.hasPrefix("@"), let colon = text.firstIndex(of: ":") {
            text = String(text[text.index(after: colon)...])
        }
        let lowered = text.lowercased()
        let hasScheme = lowered.hasPrefix("https://") || lowered.hasPrefix("http://")
        while text.hasSuffix("/") { text.removeLast() }
        let url = hasScheme ? text : "https://" + text
        guard !text.isEmpty, !text.contains(where: { $0.isWhitespace }), hasScheme || !text.contains("://"),
            let parsed = ParsedURL(url), parsed.user == nil, hasScheme || !text.contains("/"),
            !text.contains("?"), !text.contains("#")
        else { return nil }
        let isUsualPort = parsed.port == (parsed.scheme == "https" ? 443 : 80)
        let isLiteral = parsed.host.contains(":")
        name = isUsualPort ? (isLiteral ? "[\(parsed.host)]" : parsed.host) : parsed.authority
        baseURL = url
        isExact = hasScheme || !isUsualPort
    }
}
