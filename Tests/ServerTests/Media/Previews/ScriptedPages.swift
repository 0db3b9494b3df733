import Synchronization

@testable import Server

/// Web servers of a test: what each address answers, and how often it was asked.
final class ScriptedPages: PageFetching {
    struct Refused: Error {}

    private let answers: [String: FetchedPage]
    private let log = Mutex<[String]>([])

    init(_ answers: [String: FetchedPage]) { self.answers = answers }

    var asked: [String] { log.withLock { $0 } }

    static func page(_ html: String, type: String = "text/html", at url: String = "https://example.org/") -> FetchedPage
    {
        FetchedPage(url: url, status: 200, type: type, body: Array(html.utf8))
    }

    func fetch(
        _ url: String, accept: String, wanted: @escaping @Sendable (String) -> Int?
    ) async throws -> FetchedPage {
        log.withLock { $0.append(url) }
        guard let answer = answers[url] else { throw Refused() }
        let body = wanted(answer.type).map { Array(answer.body.prefix($0)) } ?? []
        return FetchedPage(url: answer.url, status: answer.status, type: answer.type, body: body)
    }

    func resolve(_ link: String, against base: String) -> String? {
        if link.hasPrefix("http") { return link }
        return link.hasPrefix("/") ? "https://example.org" + link : nil
    }
}
