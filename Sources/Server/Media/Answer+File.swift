package import EventLoop
package import HTTP
import MatrixAPI

extension Answer {
    /// A file or the part of it that is asked for; 304 when the client has it, which an `etag` among the headers tells.
    package static func file(
        _ file: StoredFile, _ headers: HTTPHeaders, for request: Request, disk: BlockingPool
    ) -> Answer {
        var headers = headers
        let asked = request.head.headers
        let tag = headers.first(named: "etag")
        if let tag, asked.all(named: "if-none-match").contains(where: { $0 == "*" || $0.contains(tag) }) {
            return .response(HTTPResponse(status: .notModified, headers: headers))
        }
        // A range of something else than the client thinks is no use to it.
        let isSame = asked.first(named: "if-range").map { $0 == tag } ?? true
        switch ByteRange(isSame ? asked.first(named: "range") : nil, size: file.size) {
        case .unsatisfiable:
            let fields = HTTPHeaders([("content-range", "bytes */\(file.size)"), ("content-type", "application/json")])
            let error = MatrixError(416, .unknown, "The range is outside the file")
            return .response(HTTPResponse(status: .rangeNotSatisfiable, headers: fields, body: error.body))
        case .whole:
            headers.add("content-length", String(file.size))
            return .stream(.ok, headers, FileBody(file, 0..<file.size, disk))
        case .part(let part):
            headers.add("content-length", String(part.count))
            headers.add("content-range", "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(file.size)")
            return .stream(.partialContent, headers, FileBody(file, part, disk))
        }
    }
}
