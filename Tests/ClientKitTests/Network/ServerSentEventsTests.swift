import Testing

@testable import ClientKit

struct ServerSentEventsTests {
    private typealias Event = ServerSentEvents.Event

    private func events(_ text: String, step: Int) throws -> [ServerSentEvents.Event] {
        var parser = ServerSentEvents(limit: 1000)
        let bytes = Array(text.utf8)
        var events: [ServerSentEvents.Event] = []
        for start in stride(from: 0, to: bytes.count, by: step) {
            events += try parser.take(Array(bytes[start..<min(start + step, bytes.count)]))
        }
        return events
    }

    @Test(arguments: [1, 2, 3, 7, 1000]) func eventsHoweverTheyAreCut(step: Int) throws {
        let text =
            "retry: 2000\n\n:\n\nevent: sync\nid: s1\ndata: {\"a\":1}\n\ndata:b\r\ndata: c\r\n\r\nevent:x\rdata\r\r: end\n"
        #expect(
            try events(text, step: step) == [
                Event(type: "sync", id: "s1", data: Array("{\"a\":1}".utf8)),
                Event(type: "message", id: "s1", data: Array("b\nc".utf8)),
                Event(type: "x", id: "s1", data: []),
            ])
    }

    @Test func anUnfinishedEventIsNone() throws {
        #expect(try events("event: sync\ndata: {}\n", step: 5).isEmpty)
    }

    @Test func anEventWithoutEndIsRefused() {
        #expect(throws: TransportError.tooLarge) {
            try events("data: " + String(repeating: "x", count: 2000), step: 100)
        }
        #expect(throws: TransportError.tooLarge) {
            try events(String(repeating: "data: " + String(repeating: "x", count: 90) + "\n", count: 20), step: 50)
        }
    }
}
