import Testing

@testable import mado_bench

@Suite struct ResponseReaderTests {
    private struct Answer: Equatable {
        var status: Int
        var body: String
    }

    private static let text =
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nX: y\r\n\r\nhello"
        + "HTTP/1.1 404 Not Found\r\nContent-Type: a/b\r\nContent-Length: 0\r\n\r\n"
        + "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n00A\r\n0123456789\r\n0\r\n\r\n"
        + "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"
    private static let answers = [
        Answer(status: 200, body: "hello"), Answer(status: 404, body: ""), Answer(status: 200, body: "abc0123456789"),
        Answer(status: 201, body: "ok"),
    ]

    /// Feeds `text` so many bytes at a time, keeping what is not done with, as a connection does.
    private func read(_ text: String, inPartsOf size: Int) -> [Answer]? {
        var reader = ResponseReader()
        var answers: [Answer] = []
        var parts = ""
        var pending: [UInt8] = []
        for start in stride(from: 0, to: text.utf8.count, by: size) {
            pending += text.utf8.dropFirst(start).prefix(size)
            var needsMore = false
            while !needsMore, !pending.isEmpty {
                let used = pending.withUnsafeBytes { bytes -> Int? in
                    let (step, used) = reader.next(bytes)
                    switch step {
                    case .needsMore: needsMore = true
                    case .part(let part): parts += String(decoding: part, as: UTF8.self)
                    case .answer(let status, let body):
                        answers.append(Answer(status: status, body: parts + String(decoding: body, as: UTF8.self)))
                        parts = ""
                    case .malformed: return nil
                    }
                    return used
                }
                guard let used else { return nil }
                pending.removeFirst(used)
            }
        }
        return answers
    }

    @Test(arguments: [1, 2, 3, 7, 16, 64, 4096]) func partsOfAnySizeComeToTheSame(size: Int) {
        #expect(read(Self.text, inPartsOf: size) == Self.answers)
    }

    @Test(arguments: ["HTTP\r\n\r\n", "\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"])
    func whatIsNoResponseIsMalformed(text: String) {
        #expect(read(text, inPartsOf: 4096) == nil)
    }
}
