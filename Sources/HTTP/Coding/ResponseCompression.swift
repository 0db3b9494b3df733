/// Decides whether a response is sent with gzip.
struct ResponseCompression: Sendable {
    /// In bytes of body; smaller ones are not worth the work.
    let threshold: Int

    /// Whether it pays, the client accepts it, and the application has not chosen a coding or a range itself.
    func applies(to response: HTTPResponse, for head: HTTPRequestHead) -> Bool {
        guard response.body.count >= threshold, response.status.mayHaveBody, response.status.code != 206,
            // Without chunks a streamed body could not end but with the connection.
            head.version != .http10, head.method != .head,
            !response.headers.contains("content-encoding"), !response.headers.contains("etag"),
            response.headers.withFirst(named: "content-type", Self.isCompressible) ?? false
        else { return false }
        return ContentCoding.negotiate(head.headers) == .gzip
    }

    /// The fields of a compressed response.
    static func headers(_ headers: HTTPHeaders) -> HTTPHeaders {
        var headers = headers
        headers.add("content-encoding", "gzip")
        headers.add("vary", "accept-encoding")
        return headers
    }

    /// Text of any kind; pictures, sound and archives are compressed already.
    private static func isCompressible(_ type: UnsafeRawBufferPointer) -> Bool {
        let essence = type.slice(0, type.position(of: 0x3b) ?? type.count).trimmed()
        if essence.slice(0, min(5, essence.count)).equalsIgnoringCase("text/") { return true }
        let types: [StaticString] = [
            "application/json", "application/javascript", "application/xml", "application/rss+xml",
            "application/atom+xml", "application/xhtml+xml", "application/manifest+json", "image/svg+xml",
        ]
        return types.contains { essence.equalsIgnoringCase($0) }
    }
}
