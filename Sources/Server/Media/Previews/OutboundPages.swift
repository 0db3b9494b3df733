import HTTP
package import Outbound

/// Pages fetched over the server's way to others, which resolves each name once and connects to checked addresses only.
///
/// Redirections are followed here, so that hosts that are denied are not asked by way of one either.
package struct OutboundPages: PageFetching {
    private static let maximumRedirects = 5
    private static let timeout = Duration.seconds(15)
    /// Pages show themselves to programs that say what they are.
    private static let userAgent = "Mado (link preview)"

    private let client: HTTPClient
    private let deniedHosts: [HostPattern]

    package init(client: HTTPClient, deniedHosts: [HostPattern] = []) {
        self.client = client
        self.deniedHosts = deniedHosts
    }

    package func fetch(
        _ url: String, accept: String, wanted: @escaping @Sendable (_ type: String) -> Int?
    ) async throws -> FetchedPage {
        let end = ContinuousClock.now + Self.timeout
        var url = url
        for _ in 0...Self.maximumRedirects {
            guard let address = LinkAddress(url), !deniedHosts.contains(where: { $0.matches(address.host) }) else {
                throw FetchError.refused(host: url)
            }
            var request = FetchRequest(
                "GET", url,
                headers: HTTPHeaders([
                    ("accept", accept), ("user-agent", Self.userAgent), ("accept-language", "en, *;q=0.5"),
                ]))
            // What is read of it is decided when its type is known.
            request.maximumBody = 1 << 30
            request.maximumRedirects = 0
            request.timeout = max(.milliseconds(1), end - .now)
            let answer = try await client.stream(request)
            if let next = try redirection(answer, from: url) {
                url = next
                continue
            }
            let type = answer.headers.first(named: "content-type") ?? ""
            let body = try await read(answer, wanted(type) ?? 0)
            return FetchedPage(url: url, status: answer.status, type: type, body: body)
        }
        throw FetchError.tooManyRedirects
    }

    private func read(_ answer: FetchStream, _ maximum: Int) async throws -> [UInt8] {
        var body: [UInt8] = []
        while body.count < maximum, let part = try await answer.next() { body += part.prefix(maximum - body.count) }
        return body
    }

    private func redirection(_ answer: FetchStream, from url: String) throws -> String? {
        guard [301, 302, 303, 307, 308].contains(answer.status),
            let location = answer.headers.first(named: "location"), let next = resolve(location, against: url)
        else { return nil }
        if url.lowercased().hasPrefix("https:"), !next.lowercased().hasPrefix("https:") {
            throw FetchError.redirectedToPlainText
        }
        return next
    }

    package func resolve(_ link: String, against base: String) -> String? { HTTPClient.resolve(link, against: base) }
}
