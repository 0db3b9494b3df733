import Testing

@testable import Server

@Suite struct CGIResponseTests {
    @Test func headerAndBodyAreTakenApart() throws {
        let response = try CGIResponse(
            parsing: Array(
                "Content-Type: Text/Plain; charset=utf-8\r\nX-One:  two \r\nStatus: 404 Not Found\r\n\r\na\r\n\r\nb"
                    .utf8))
        #expect(response.contentType == "text/plain")
        #expect(response.status == 404)
        #expect(response.header("x-one") == "two")
        #expect(String(decoding: response.body, as: UTF8.self) == "a\r\n\r\nb")
        let redirect = try CGIResponse(parsing: Array("Location: https://example.org/\n\n".utf8))
        #expect(redirect.status == 302)
        #expect(redirect.contentType == nil)
    }

    @Test(arguments: [
        "", "\n", "\r\n\r\nbody", "no colon\n\nbody", "X: y\n\nbody", "Content-Type: text/plain\nbody without an end",
        ": empty name\n\n", "Content Type: x\n\n", "Content-Type: a\u{0}b\n\n", "Content-Type: x\nStatus: ok\n\n",
        "Content-Type: x\nStatus: 99\n\n", "Content-Type: x\nInjected\rX: y\n\n",
    ])
    func whatIsNoResponseIsRefused(_ text: String) {
        #expect(throws: CGIError.self) { try CGIResponse(parsing: Array(text.utf8)) }
    }

    @Test func aHeaderWithoutEndIsRefused() {
        let lines = String(repeating: "X: y\n", count: 10_000)
        #expect(throws: CGIError.self) { try CGIResponse(parsing: Array("Content-Type: x\n\(lines)\n".utf8)) }
    }
}
