import HTTP

/// Why a CGI program gave nothing.
package enum CGIError: Error, Sendable, Equatable, CustomStringConvertible {
    /// It is not there, or cannot be run.
    case cannotStart(String)
    case timedOut(after: Duration)
    case tooMuchOutput(limit: Int)
    /// It ended with this status, or (below zero) by this signal.
    case failed(status: Int32, errors: String)
    /// What it wrote is no CGI response.
    case malformed(String)

    package var description: String {
        switch self {
        case .cannotStart(let reason): "The program cannot be started: \(reason)"
        case .timedOut(let time): "The program was ended after \(time.components.seconds) seconds"
        case .tooMuchOutput(let limit): "The program was ended: it wrote more than \(limit) bytes"
        case .failed(let status, let errors):
            (status < 0 ? "The program was ended by signal \(-status)" : "The program ended with status \(status)")
                + (errors.isEmpty ? "" : ": \(errors)")
        case .malformed(let reason): "What the program wrote is no CGI response: \(reason)"
        }
    }
}

/// What a CGI program answered. Source: RFC 3875, section 6.
package struct CGIResponse: Sendable {
    package let status: Int
    /// Without parameters, in small letters; nil when it only redirects.
    package let contentType: String?
    /// Names in small letters.
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]
    /// What it wrote to standard error, as far as that is kept.
    package var errors = ""

    /// The value of the first header with this name, in small letters.
    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    private static let maximumHead = 16_384

    /// Takes apart what a program wrote.
    /// - Throws: ``CGIError/malformed(_:)``.
    package init(parsing output: [UInt8]) throws(CGIError) {
        var headers: [(name: String, value: String)] = []
        var rest = output[...]
        while true {
            guard output.count - rest.count < Self.maximumHead, let end = rest.firstIndex(of: 0x0a) else {
                throw .malformed("there is no blank line behind the header")
            }
            var line = rest[..<end]
            rest = rest[rest.index(after: end)...]
            if line.last == 0x0d { line.removeLast() }
            if line.isEmpty { break }
            headers.append(try Self.header(line))
        }
        guard !headers.isEmpty else { throw .malformed("there is no header") }
        self.headers = headers
        let value: (String) -> String? = { name in headers.first { $0.name == name }?.value }
        contentType = value("content-type").map { type in
            FeedItem.line(String(type.prefix { $0 != ";" })).lowercased()
        }
        guard contentType != nil || value("location") != nil else { throw .malformed("Content-Type is missing") }
        if let text = value("status") {
            guard let code = Int(text.prefix(3)), (200...599).contains(code) else {
                throw .malformed("Status is no status")
            }
            status = code
        } else {
            status = value("location") == nil ? 200 : 302
        }
        body = Array(rest)
    }

    private static func header(_ line: ArraySlice<UInt8>) throws(CGIError) -> (name: String, value: String) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else {
            throw .malformed("a line of the header has no name")
        }
        let name = line[..<colon]
        let isToken = name.allSatisfy { byte in
            (0x61...0x7a).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: "_")
        }
        guard isToken, !line.contains(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7f }) else {
            throw .malformed("a line of the header has characters that none may have")
        }
        let value = String(decoding: line[line.index(after: colon)...], as: UTF8.self)
        return (String(decoding: name, as: UTF8.self).lowercased(), FeedItem.line(value))
    }
}
