import EventLoop
import HTTP
import JSON
package import MatrixAPI
import Store
import Synchronization

/// Previews of the links in messages.
///
/// A page is fetched for the first member who asks, and kept for a while for all others. What it says is text to be
/// shown: nothing of it is passed on as HTML. Its picture is kept as media, and made smaller like any other.
///
/// Source: Client-Server API, `GET /_matrix/client/v1/media/preview_url`.
package final class URLPreviews: Sendable {
    package typealias Settings = PreviewSettings

    /// The longest link that is followed, in bytes.
    private static let maximumLink = 2048
    /// How many previews are kept in memory.
    private static let capacity = 2000
    /// Pages that are fetched at a time, all members together.
    private static let maximumSimultaneous = 16

    private struct Kept {
        let answer: [UInt8]
        /// Milliseconds since 1970.
        let until: Int64
    }

    private struct Cache {
        var kept: [String: Kept] = [:]
        /// Those who wait for a page that somebody else asked for first.
        var waiting: [String: [UnsafeContinuation<Void, Never>]] = [:]
    }

    private let pages: any PageFetching
    private let media: MediaRepository
    private let uploader: UserID
    private let settings: Settings
    private let clock: WallClock
    private let cache = Mutex(Cache())
    private let parsing = BlockingPool(threads: 1, name: "previews")

    /// - Parameter uploader: whose the pictures are: an account of the server's own.
    package init(
        pages: any PageFetching, media: MediaRepository, uploader: UserID, settings: Settings = Settings(),
        clock: WallClock = .system
    ) {
        self.pages = pages
        self.media = media
        self.uploader = uploader
        self.settings = settings
        self.clock = clock
    }

    /// The preview of a link, as JSON.
    /// - Throws: `M_FORBIDDEN` when there are none, or none of this host; `M_INVALID_PARAM` for what is no link;
    ///   `M_LIMIT_EXCEEDED` when too many are under way; `M_NOT_FOUND` when there is nothing to show.
    package func preview(of link: String) async throws -> [UInt8] {
        guard settings.isEnabled else { throw MatrixError.forbidden("This server makes no previews of links") }
        let link = try checked(link)
        while true {
            enum Turn { case known([UInt8]), mine, full, other }
            let turn: Turn = cache.withLock { cache in
                if let kept = cache.kept[link], kept.until > clock.now { return .known(kept.answer) }
                if cache.waiting[link] != nil { return .other }
                guard cache.waiting.count < Self.maximumSimultaneous else { return .full }
                cache.waiting[link] = []
                return .mine
            }
            switch turn {
            case .known(let answer): return answer
            case .full: throw MatrixError.limitExceeded(retryAfter: .seconds(2))
            case .mine: return try await makeAndKeep(link)
            case .other: await untilDone(link)
            }
        }
    }

    /// - Throws: `M_INVALID_PARAM`, `M_FORBIDDEN`.
    private func checked(_ link: String) throws -> String {
        guard link.utf8.count <= Self.maximumLink, !link.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }),
            let address = LinkAddress(link)
        else { throw MatrixError.invalidParam("url must be an http or https address") }
        guard !settings.deniedHosts.contains(where: { $0.matches(address.host) }) else {
            throw MatrixError.forbidden("No previews are made of pages of this host")
        }
        // What stands behind # is not sent to a web server.
        return String(link.prefix { $0 != "#" })
    }

    private func untilDone(_ link: String) async {
        await withUnsafeContinuation { continuation in
            let isDone = cache.withLock { cache in
                guard cache.waiting[link] != nil else { return true }
                cache.waiting[link]?.append(continuation)
                return false
            }
            if isDone { continuation.resume() }
        }
    }

    private func makeAndKeep(_ link: String) async throws -> [UInt8] {
        let made: Result<[UInt8], any Error>
        do { made = .success(try await make(link)) } catch { made = .failure(error) }
        let until = clock.now + settings.lifetime.milliseconds
        let waiting = cache.withLock { cache in
            if case .success(let answer) = made { Self.keep(answer, of: link, until: until, clock.now, in: &cache) }
            return cache.waiting.removeValue(forKey: link) ?? []
        }
        for waiter in waiting { waiter.resume() }
        return try made.get()
    }

    private static func keep(
        _ answer: [UInt8], of link: String, until: Int64, _ now: Int64, in cache: inout Cache
    ) {
        if cache.kept.count >= capacity { cache.kept = cache.kept.filter { $0.value.until > now } }
        if cache.kept.count >= capacity, let oldest = cache.kept.min(by: { $0.value.until < $1.value.until }) {
            cache.kept[oldest.key] = nil
        }
        cache.kept[link] = Kept(answer: answer, until: until)
    }

    // MARK: Making

    private func make(_ link: String) async throws -> [UInt8] {
        let page: FetchedPage
        do {
            page = try await fetch(link)
        } catch let error as MatrixError {
            throw error
        } catch {
            // Why is nobody's business but the administrator's: it would tell what is in the server's network.
            throw MatrixError.notFound("There is no preview of this link")
        }
        if Self.isPicture(page.type) {
            guard let picture = await keepPicture(page.body) else { throw Self.nothing }
            return Self.answer(PageSummary(), picture)
        }
        guard Self.isPage(page.type) else { throw Self.nothing }
        let charset = Self.parameter("charset", of: page.type)
        let summary = try await parsing.run { HTMLPageReader.read(page.body, charset: charset) }
        guard summary.shownTitle != nil || summary.shownDescription != nil || summary.picture != nil else {
            throw Self.nothing
        }
        return Self.answer(summary, await picture(of: summary, at: page.url))
    }

    private static let nothing = MatrixError.notFound("There is no preview of this link")

    private func fetch(_ url: String) async throws -> FetchedPage {
        let page = try await pages.fetch(url, accept: "text/html, application/xhtml+xml, image/*;q=0.8") {
            [settings] type in
            if Self.isPicture(type) { return settings.maximumPictureBytes + 1 }
            return Self.isPage(type) ? settings.maximumPageBytes : nil
        }
        guard (200..<300).contains(page.status) else { throw Self.nothing }
        // A redirect may have led to a host that is denied.
        guard let address = LinkAddress(page.url), !settings.deniedHosts.contains(where: { $0.matches(address.host) })
        else { throw Self.nothing }
        return page
    }

    private struct Picture {
        let uri: ContentURI
        let type: String
        let size: Int
    }

    /// A page without its picture is better than none: what goes wrong with it is left aside.
    private func picture(of summary: PageSummary, at url: String) async -> Picture? {
        guard let link = summary.picture else { return nil }
        let base = summary.base.flatMap { pages.resolve($0, against: url) } ?? url
        guard let target = pages.resolve(link, against: base), let checked = try? checked(target) else { return nil }
        let found = try? await pages.fetch(checked, accept: "image/*") { [settings] type in
            Self.isPicture(type) ? settings.maximumPictureBytes + 1 : nil
        }
        guard let found, (200..<300).contains(found.status) else { return nil }
        return await keepPicture(found.body)
    }

    /// nil for what is none of the formats that pictures have, whatever its type said, and for what is too large.
    private func keepPicture(_ bytes: [UInt8]) async -> Picture? {
        guard bytes.count <= settings.maximumPictureBytes, let format = PictureFormat(beginning: bytes.prefix(12))
        else {
            return nil
        }
        let uri = try? await media.add(bytes, .init(type: format.mediaType), by: uploader, for: .preview)
        return uri.map { Picture(uri: $0, type: format.mediaType, size: bytes.count) }
    }

    private static func answer(_ summary: PageSummary, _ picture: Picture?) -> [UInt8] {
        JSONWriter.object { object in
            object.memberIfPresent("og:title", summary.shownTitle?.condensed(to: PageSummary.maximumTitle))
            object.memberIfPresent("og:description", summary.shownDescription)
            for name in PageSummary.passedOn.sorted() {
                object.memberIfPresent("og:\(name)", summary.properties[name])
            }
            guard let picture else { return }
            object.member("og:image", picture.uri.description)
            object.member("og:image:type", picture.type)
            object.member("matrix:image:size", picture.size)
        }
    }

    // MARK: Types

    private static func essence(_ type: String) -> String {
        String(type.prefix { $0 != ";" }).lowercased().filter { $0 != " " && $0 != "\t" }
    }
    private static func isPage(_ type: String) -> Bool {
        ["text/html", "application/xhtml+xml"].contains(essence(type))
    }
    private static func isPicture(_ type: String) -> Bool {
        ["image/jpeg", "image/png", "image/gif", "image/webp"].contains(essence(type))
    }

    private static func parameter(_ name: String, of type: String) -> String? {
        for part in type.split(separator: ";").dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].filter({ $0 != " " }).lowercased() == name else { continue }
            return pair[1].filter { $0 != "\"" && $0 != " " }
        }
        return nil
    }
}

extension URLPreviews: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        let paths = ["/_matrix/client/v1/media", "/_matrix/media/v3", "/_matrix/media/r0", "/_matrix/media/v1"]
        for path in paths {
            routes.add(.get, path + "/preview_url", authentication: .membersOnly, limit: .preview) { [self] request in
                guard let link = request.query("url") else { throw MatrixError.missingParam("url") }
                _ = try request.query("ts", in: 0...Int.max)
                return .json(try await preview(of: link))
            }
        }
    }
}
