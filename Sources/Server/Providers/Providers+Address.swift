import HTTP
import MatrixAPI
import Outbound
import Store

/// Feeds of the web: fetched with conditional requests, so that what did not change costs next to nothing.
extension Providers {
    func fetchAddress(_ provider: StoredProvider) async throws -> Outcome {
        var headers = HTTPHeaders([
            (
                "accept",
                "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.1"
            ),
            ("user-agent", "Mado/\(ServerVersion.string)"),
        ])
        if let tag = provider.entityTag { headers.add("if-none-match", tag) }
        if let date = provider.lastModified { headers.add("if-modified-since", date) }
        var request = FetchRequest("GET", provider.source, headers: headers)
        request.maximumBody = max(settings.limits.output, 4 << 20)
        request.timeout = settings.limits.time
        let answer = try await http.fetch(request)
        if answer.status == 304 {
            return Outcome(
                text: "not changed", entityTag: provider.entityTag, lastModified: provider.lastModified)
        }
        guard answer.status == 200 else {
            throw MatrixError.invalidParam("\(provider.source) answered with status \(answer.status)")
        }
        let items = try FeedDocument.items(in: answer.body)
        return Outcome(
            text: try await publish(items, of: provider), entityTag: Self.validator(answer.headers, "etag"),
            lastModified: Self.validator(answer.headers, "last-modified"))
    }

    /// What is sent back with the next request; nothing that would be more than a field's value.
    private static func validator(_ headers: HTTPHeaders, _ name: String) -> String? {
        guard let value = headers.first(named: name), value.utf8.count <= 255,
            value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f })
        else { return nil }
        return value
    }
}
