import Foundation
import Testing

@testable import mado_bench

@Suite struct MessageRequestsTests {
    @Test func theLengthIsRightAndTheNumberIsFoundAgain() throws {
        let messages = MessageRequests(room: "!room:localhost", token: "secret", name: "t-")
        let bytes = messages.request(123_456)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(
            text.hasPrefix(
                "PUT /_matrix/client/v3/rooms/%21room%3Alocalhost/send/m.room.message/t-000123456 HTTP/1.1\r\n"))
        let bodyStart = try #require(text.range(of: "\r\n\r\n")).upperBound
        #expect(text.contains("Content-Length: \(text[bodyStart...].utf8.count)\r\n"))
        var found: [Int] = []
        bytes.withUnsafeBytes { MessageRequests.forEachSequence(in: $0) { found.append($0) } }
        #expect(found == [123_456])
    }

    @Test func theTokenOfASyncIsFound() {
        let text = Array(#"{"rooms":{},"next_batch":"s12_3","presence":{}}"#.utf8)
        #expect(text.withUnsafeBytes { SyncAnswerText.nextBatch(in: $0) } == "s12_3")
        #expect(Array("{}".utf8).withUnsafeBytes { SyncAnswerText.nextBatch(in: $0) } == nil)
    }
}
