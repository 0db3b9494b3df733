import CurlKit
import Synchronization

/// What a ``MediaGateway`` gives out, and under which names: one for each address, also for those in play lists.
final class GatewayDirectory: Sendable {
    private struct State {
        var addresses: [String] = []
        var names: [String: Int] = [:]
    }

    private let prefix: String
    private let baseURL: String
    private let state = Mutex(State())

    /// A live play list names a new part every few seconds.
    private static let limit = 20_000

    init(prefix: String, baseURL: String) {
        self.prefix = prefix
        self.baseURL = baseURL
    }

    /// The address that a name in a programme means; nil for what cannot be fetched.
    func address(of url: String) -> String? {
        if let (server, id) = MatrixClient.parts(of: url) {
            return MatrixClient.mediaURL(server: server, id: id, baseURL: baseURL)
        }
        if url.hasPrefix("/"), !url.hasPrefix("//") { return baseURL + url }
        guard let parsed = ParsedURL(url), parsed.scheme == "https" || parsed.scheme == "http" else { return nil }
        return url
    }

    func register(_ url: String) -> String? { address(of: url).map { register(address: $0) } }

    /// - Returns: where a player finds it; the address's last part stays, for players go by its ending.
    func register(address: String) -> String {
        let number = state.withLock { state in
            if let known = state.names[address] { return known }
            if state.addresses.count >= Self.limit {
                // What was named longest ago is not asked for any more; numbers go on.
                for old in state.addresses.prefix(Self.limit / 2) { state.names[old] = nil }
                for index in 0..<(Self.limit / 2) { state.addresses[index] = "" }
            }
            state.addresses.append(address)
            state.names[address] = state.addresses.count - 1
            return state.addresses.count - 1
        }
        return prefix + "\(number)/" + Self.lastPart(address)
    }

    /// The address that a path below the secret leads to; nil for none.
    func address(number: Int, rest: Substring) -> String? {
        let base = state.withLock { state in
            state.addresses.indices.contains(number) ? state.addresses[number] : ""
        }
        guard !base.isEmpty else { return nil }
        return rest == Self.lastPart(base) ? base : nil
    }

    private static func lastPart(_ address: String) -> String {
        let start = address.prefix { $0 != "?" }.lastIndex(of: "/").map { address.index(after: $0) }
        return String(address[(start ?? address.startIndex)...])
    }

    /// Whether the token belongs to the server of this address.
    func isOwn(_ address: String) -> Bool {
        guard let own = ParsedURL(baseURL), let other = ParsedURL(address) else { return false }
        return own.origin == other.origin
    }

    /// A play list with every address in it led through here.
    ///
    /// Source: RFC 8216, "HTTP Live Streaming".
    func rewritten(_ list: [UInt8], from address: String) -> [UInt8] {
        let lines = String(decoding: list, as: UTF8.self).split(omittingEmptySubsequences: false) { $0.isNewline }
        return Array(
            lines.map { line -> String in
                if line.isEmpty { return "" }
                guard line.hasPrefix("#") else { return through(String(line), from: address) }
                guard let start = line.firstRange(of: "URI=\"")?.upperBound,
                    let end = line[start...].firstIndex(of: "\"")
                else { return String(line) }
                return String(line[..<start]) + through(String(line[start..<end]), from: address) + line[end...]
            }.joined(separator: "\n").utf8)
    }

    private func through(_ name: String, from address: String) -> String {
        guard let target = ParsedURL.resolve(name, against: address), let parsed = ParsedURL(target),
            parsed.scheme == "https" || parsed.scheme == "http"
        else { return "about:blank" }
        return register(address: target)
    }
}
