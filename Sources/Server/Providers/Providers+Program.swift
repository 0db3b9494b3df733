import JSON
import MatrixAPI
import Store

/// Programs: what they write becomes items.
extension Providers {
    func runProgram(_ provider: StoredProvider) async throws -> Outcome {
        let response = try await answer(of: provider.source, for: provider.name)
        guard response.status < 400 else {
            throw MatrixError.invalidParam("The program answered with status \(response.status)")
        }
        let items = try Self.items(in: response)
        var text = try await publish(items, of: provider)
        if !response.errors.isEmpty { text += "\n" + response.errors }
        return Outcome(text: text)
    }

    /// What a program answers.
    ///
    /// - Parameters:
    ///   - source: the program, with a query behind a question mark.
    ///   - provider: the name of the provider whose program it is.
    func answer(of source: String, for provider: String = "") async throws -> CGIResponse {
        let (path, query) = Self.split(source)
        var request = CGIRequest()
        request.query = String(query.dropFirst())
        request.scriptName = "/providers/\(provider)"
        request.serverName = settings.serverName
        request.variables = ["MADO_PROVIDER": provider, "MADO_NOW": String(clock.now / 1000)]
        return try await runner.run(program(path), request)
    }

    /// The items in a program's answer, by its content type: JSON as it is pushed, a feed's document, or a text or page
    /// as one item. The header fields `Mado-Item-Id`, `Mado-Link` and `Mado-Priority` say more of a text or page; one
    /// without an identifier is a new item whenever it is another text.
    ///
    /// - Throws: `M_INVALID_PARAM` and others of ``FeedItem``; ``FeedDocumentError``.
    static func items(in response: CGIResponse) throws -> [FeedItem] {
        let text = String(decoding: response.body, as: UTF8.self)
        switch response.contentType ?? "" {
        case "application/json":
            guard let json = try? JSONValue.parse(response.body) else {
                throw MatrixError.badJSON("What the program wrote is not JSON")
            }
            return try Feeds.items(in: json)
        case "application/rss+xml", "application/atom+xml", "application/xml", "text/xml", "application/feed+json":
            return try FeedDocument.items(in: response.body)
        case "text/html":
            let plain = SafeHTML.text(of: text)
            guard let headline = plain.split(separator: "\n").first else { return [] }
            var item = try item(
                FeedDocument.item(.init(title: HTMLText.escape(String(headline)), html: text)), response)
            item?.headline = FeedItem.line(String(headline.prefix(FeedItem.maximumHeadlineCharacters)))
            return [item].compactMap { $0 }
        case "text/plain":
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            guard let first = lines.firstIndex(where: { !$0.allSatisfy(\.isWhitespace) }) else { return [] }
            let below = lines[(first + 1)...].joined(separator: "\n")
            let made = FeedDocument.item(
                .init(title: HTMLText.escape(String(lines[first])), text: below.allSatisfy(\.isWhitespace) ? "" : below)
            )
            return [try item(made, response)].compactMap { $0 }
        default:
            throw MatrixError.invalidParam("\(response.contentType ?? "A redirection") is no content type for items")
        }
    }

    private static func item(_ made: FeedItem?, _ response: CGIResponse) throws -> FeedItem? {
        guard let made else { return nil }
        var item = try FeedItem(id: response.header("mado-item-id") ?? made.id, headline: made.headline)
        (item.text, item.html) = (made.text, made.html)
        if let link = response.header("mado-link"), WebLink.isSafe(link) { item.link = link }
        if let name = response.header("mado-priority"), let priority = FeedItem.Priority(rawValue: name) {
            item.priority = priority
        }
        return item
    }
}
