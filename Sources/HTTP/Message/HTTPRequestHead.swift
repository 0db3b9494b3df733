/// The head of a request, whichever protocol version brought it. A value: the parsers check before they make one.
package struct HTTPRequestHead: Sendable {
    package var method: HTTPMethod
    /// The request target as received (RFC 9112 section 3.2); in HTTP/2 the `:path`.
    package let target: String
    /// The target's path, still percent-encoded, without query; `*` for OPTIONS on the server as a whole.
    package let path: String
    package var headers: HTTPHeaders
    package var version: HTTPVersion
    /// Who sent this: the connection's peer, or whom trusted proxies name.
    package var remoteAddress: PeerAddress
    /// Whether the client's connection is encrypted: ours by TLS, or its own to a trusted proxy.
    package var isSecure: Bool
    /// The authority that stood in the target itself (absolute form, or `:authority`), which rules over Host.
    private let targetAuthority: String?
    /// Where the query starts in `target`, in UTF-8 bytes; nil without one.
    private let queryOffset: Int?

    /// - Parameters:
    ///   - target: as received and already checked; the path is what precedes the first `?`.
    ///   - authority: from the target or `:authority`; nil leaves it to the Host field.
    package init(
        method: HTTPMethod, target: String, headers: HTTPHeaders, version: HTTPVersion,
        remoteAddress: PeerAddress, isSecure: Bool, authority: String? = nil
    ) {
        let query = target.utf8.firstIndex(of: 0x3f)
        let path = query.map { String(target[..<$0]) } ?? target
        self.init(
            method: method, target: target, path: path,
            queryOffset: query.map { target.utf8.distance(from: target.startIndex, to: $0) + 1 },
            headers: headers, version: version, remoteAddress: remoteAddress, isSecure: isSecure,
            targetAuthority: authority)
    }

    init(
        method: HTTPMethod, target: String, path: String, queryOffset: Int?, headers: HTTPHeaders,
        version: HTTPVersion, remoteAddress: PeerAddress, isSecure: Bool, targetAuthority: String?
    ) {
        self.method = method
        self.target = target
        self.path = path
        self.queryOffset = queryOffset
        self.headers = headers
        self.version = version
        self.remoteAddress = remoteAddress
        self.isSecure = isSecure
        self.targetAuthority = targetAuthority
    }

    /// Host and port that the client asked for, as written; nil when HTTP/1.0 left it out.
    package var authority: String? { targetAuthority ?? headers.first(named: "host") }

    /// The raw query without its `?`, nil without one.
    package var query: String? {
        guard let queryOffset else { return nil }
        return String(decoding: target.utf8.dropFirst(queryOffset), as: UTF8.self)
    }

    /// The query's parameters, decoded, in order; computed anew with each call.
    package var queryItems: [(name: String, value: String)] {
        guard let query else { return [] }
        return PercentEncoding.queryItems(query)
    }

    /// The first value of that query parameter, decoded; nil without one.
    package func queryValue(_ name: String) -> String? {
        guard let queryOffset else { return nil }
        var target = target
        return target.withUTF8 { bytes in
            PercentEncoding.queryValue(
                name, in: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[queryOffset...])))
        }
    }
}
