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

    private func read(_ text: String, inPartsOf size: Int) -> [Answer]? {
        read(text, cutAt: Array(stride(from: size, to: text.utf8.count, by: size)))
    }

    /// Feeds the pieces of `text` one after the other, keeping what is not done with, as a connection does.
    private func read(_ text: String, cutAt cuts: [Int]) -> [Answer]? {
        var reader = ResponseReader()
        var answers: [Answer] = []
        var parts = ""
        var pending: [UInt8] = []
        for (start, end) in zip([0] + cuts, cuts + [text.utf8.count]) {
            pending += text.utf8.dropFirst(start).prefix(end - start)
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

    /// A chunk's bytes may come behind its size, and that behind the chunk before.
    @Test func aPieceMayBeginAndEndAnywhere() {
        let count = Self.text.utf8.count
        for start in 1..<count - 1 {
            for end in start + 1...min(start + 12, count - 1) {
                #expect(read(Self.text, cutAt: [start, end]) == Self.answers, "\(start), \(end)")
            }
        }
    }

    @Test(arguments: ["HTTP\r\n\r\n", "\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"])
    func whatIsNoResponseIsMalformed(text: String) {
        #expect(read(text, inPartsOf: 4096) == nil)
    }
}
