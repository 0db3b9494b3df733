import JSON
import Testing

@testable import ClientKit

/// Answers that no server should give.
@Suite struct AnswerTests {
    @Test(arguments: [("17", 17_000), ("-3", 0), ("9223372036854775807", 86_400_000), ("soon", nil)])
    func aWaitOfAHeaderHasAnEnd(header: String, expected: Int64?) {
        let response = ClientResponse(status: 429, headers: [("Retry-After", header)])
        #expect(RetryAfter.milliseconds(response, nil) == expected)
    }

    @Test(arguments: [("90000", 90_000), ("-9223372036854775808", 0), ("9223372036854775807", 86_400_000)])
    func aWaitOfABodyHasAnEnd(number: String, expected: Int64) throws {
        let body = try JSONValue.parse(Array(#"{"retry_after_ms":\#(number)}"#.utf8))
        #expect(RetryAfter.milliseconds(ClientResponse(status: 429), body) == expected)
    }

    @Test func timesCanBeCompared() throws {
        let value = try JSONValue.parse(
            Array(#"{"a":-9223372036854775808,"b":9223372036854775807,"c":1767225600000}"#.utf8))
        let (first, last) = (try #require(value["a"]?.time), try #require(value["b"]?.time))
        #expect(!last.subtractingReportingOverflow(first).overflow)
        #expect(value["c"]?.time == 1_767_225_600_000)
    }

    @Test func halvesOfSurrogatePairsAreReplaced() throws {
        let text = #"{"a":"\ud83d\ude00 \ud83d \\ud83d \ude00\n\ud83d\ud83d\ude00"}"#
        let value = try JSONValue.parse(answer: Array(text.utf8), limits: .default)
        #expect(value["a"]?.string == "\u{1F600} \u{FFFD} \\ud83d \u{FFFD}\n\u{FFFD}\u{1F600}")
    }

    @Test func otherErrorsStay() {
        #expect(throws: JSONError.self) { try JSONValue.parse(answer: Array("{".utf8), limits: .default) }
    }
}
