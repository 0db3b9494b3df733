/// A program that speaks CGI: where it is, and what it may take.
package struct CGIProgram: Sendable, Hashable {
    /// What one run may take. Whoever takes more is ended.
    package struct Limits: Sendable, Hashable {
        /// From start to end.
        package var time = Duration.seconds(30)
        /// Of the processor, by each process.
        package var processorTime = Duration.seconds(10)
        /// Address space of each process, in bytes.
        package var memory = 512 << 20
        /// What it writes to standard output, in bytes.
        package var output = 1 << 20
        /// The largest file that it writes, in bytes.
        package var file = 64 << 20

        package init() {}
    }

    /// An absolute path. It runs in the folder that it is in.
    package let path: String
    package var limits = Limits()

    package init(path: String, limits: Limits = Limits()) {
        self.path = path
        self.limits = limits
    }
}

/// What a CGI program is asked.
///
/// Source: RFC 3875, section 4.
package struct CGIRequest: Sendable {
    package var method = "GET"
    /// `SCRIPT_NAME` and `PATH_INFO`.
    package var scriptName = ""
    package var pathInfo = ""
    package var query = ""
    package var contentType: String?
    package var body: [UInt8] = []
    package var serverName = "localhost"
    package var serverPort = 443
    package var remoteAddress = "127.0.0.1"
    package var remoteUser: String?
    /// Further variables; their names begin with `MADO_`.
    package var variables: [String: String] = [:]

    package init() {}

    /// The whole environment of the program, `NAME=value`: the request's meta-variables, Mado's own, and the two
    /// without which scripts do not work. Nothing of the server's environment.
    var environment: [String] {
        var all: [(String, String)] = [
            ("PATH", "/usr/local/bin:/usr/bin:/bin"), ("LC_ALL", "C.UTF-8"),
            ("GATEWAY_INTERFACE", "CGI/1.1"), ("SERVER_PROTOCOL", "HTTP/1.1"),
            ("SERVER_SOFTWARE", "Mado/\(ServerVersion.string)"), ("SERVER_NAME", serverName),
            ("SERVER_PORT", String(serverPort)), ("REQUEST_METHOD", method), ("SCRIPT_NAME", scriptName),
            ("QUERY_STRING", query), ("REMOTE_ADDR", remoteAddress),
        ]
        if !pathInfo.isEmpty { all.append(("PATH_INFO", pathInfo)) }
        if let remoteUser {
            all.append(("REMOTE_USER", remoteUser))
            all.append(("AUTH_TYPE", "Bearer"))
        }
        if !body.isEmpty || contentType != nil { all.append(("CONTENT_LENGTH", String(body.count))) }
        if let contentType { all.append(("CONTENT_TYPE", contentType)) }
        for (name, value) in variables.sorted(by: { $0.key < $1.key }) where Self.isOwnName(name) {
            all.append((name, value))
        }
        return all.map { "\($0)=\(Self.clean($1))" }
    }

    private static func isOwnName(_ name: String) -> Bool {
        name.hasPrefix("MADO_")
            && name.utf8.allSatisfy { byte in
                (0x41...0x5a).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_")
            }
    }

    /// What an environment cannot hold, and what would be two lines in a program's log.
    private static func clean(_ value: String) -> String {
        guard value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { return value }
        return String(decoding: value.utf8.map { $0 < 0x20 || $0 == 0x7f ? 0x20 : $0 }, as: UTF8.self)
    }
}
