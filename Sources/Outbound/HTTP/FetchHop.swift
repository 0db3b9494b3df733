internal import CurlKit
internal import HTTP

/// One step of a request: the request itself, or where it was redirected to.
struct FetchHop: Sendable {
    let request: FetchRequest
    let target: ParsedURL

    /// - Throws: ``FetchError/badRequest(_:)``.
    init(_ request: FetchRequest) throws(FetchError) {
        guard let target = ParsedURL(request.url), target.scheme == "http" || target.scheme == "https" else {
            throw .badRequest("no URL of http or https")
        }
        guard target.user == nil, target.password == nil else { throw .badRequest("a URL with a user or password") }
        guard Self.isToken(request.method) else { throw .badRequest("no method") }
        try Self.check(request.headers)
        self.request = request
        self.target = target
    }

    /// Where an answer sends it on to; nil when the answer is one.
    /// - Throws: ``FetchError/redirectedToPlainText``, and ``FetchError/badRequest(_:)`` when it leads to no web server.
    func redirected(status: Int, _ headers: HTTPHeaders) throws(FetchError) -> FetchHop? {
        guard [301, 302, 303, 307, 308].contains(status), request.method == "GET" || request.method == "HEAD",
            let location = headers.first(named: "location")
        else { return nil }
        guard let url = ParsedURL.resolve(location, against: request.url) else {
            throw .badRequest("redirected to no URL")
        }
        var next = request
        next.url = url
        // Whoever answers says where it goes, whatever the administrator said before.
        next.destination = .untrusted
        let hop = try FetchHop(next)
        guard hop.target.scheme == "https" || target.scheme == "http" else { throw .redirectedToPlainText }
        guard hop.target.origin != target.origin else { return hop }
        // Another server does not see what was meant for the first.
        for name in ["authorization", "cookie"] { next.headers.remove(name) }
        return try FetchHop(next)
    }

    private static func check(_ headers: HTTPHeaders) throws(FetchError) {
        var isGood = true
        headers.forEachField { name, value in
            isGood = isGood && Self.isToken(String(decoding: name, as: UTF8.self))
            isGood = isGood && value.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
        }
        guard isGood else { throw .badRequest("a header that cannot be sent") }
    }

    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy {
                (0x21...0x7E).contains($0) && !"\"(),/:;<=>?@[\\]{}".utf8.contains($0)
            }
    }
}
