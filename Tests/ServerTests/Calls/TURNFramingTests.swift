import TestSupport
import Testing

@testable import Server

@Suite("TURN over TCP: frames")
struct TURNFramingTests {
    private typealias Messages = TURNMessages

    /// What comes out when the bytes arrive in parts of that size: frames, and whether it broke off.
    private static func frames(_ bytes: [UInt8], parts: Int) -> (frames: [[UInt8]], isMalformed: Bool, pending: Int) {
        var framing = TURNFraming()
        var frames: [[UInt8]] = []
        var place = 0
        while place < bytes.count {
            let end = min(place + parts, bytes.count)
            bytes[place..<end].withUnsafeBytes { framing.append($0) }
            place = end
            do throws(TURNFraming.Malformed) {
                while let frame = try framing.next() { frames.append(Array(frame.bytes)) }
            } catch {
                return (frames, true, framing.pending)
            }
        }
        return (frames, false, framing.pending)
    }

    @Test("in whatever parts they come", arguments: [1, 2, 3, 5, 7, 19, 20, 21, 64, 1000, 100_000])
    func parts(size: Int) {
        let expected = [
            Messages.message(0x0001, []), Messages.channelData(0x4000, []),
            Messages.message(0x0016, [(0x13, Array(repeating: 7, count: 1201))]),
            Messages.channelData(0x4fff, [1]), Messages.channelData(0x4001, [1, 2, 3, 4]),
            Messages.channelData(0x4001, Array(repeating: 9, count: 0x3fff)), Messages.message(0x0003, []),
        ]
        let result = Self.frames(expected.flatMap { $0 }, parts: size)
        #expect(result.frames == expected)
        #expect(!result.isMalformed)
        #expect(result.pending == 0)
    }

    @Test("what is none ends it, at once")
    func malformed() {
        let bad: [[UInt8]] = [
            // Lengths: odd, too large.
            [0, 1, 0, 2], [0, 1, 0x40, 0], [0x40, 0, 0x40, 0], [0x40, 0, 0xff, 0xff], [0, 3, 0xff, 0xec],
            // Reserved numbers, other protocols.
            [0x50, 0, 0, 4], [0x7f, 0xff, 0, 0], [0x80, 0, 0, 0], [0x16, 3, 1, 2],
        ]
        for bytes in bad where bytes[0] != 0x16 { #expect(Self.frames(bytes, parts: 4).isMalformed, "\(bytes)") }
        // An HTTP request never passes as a channel, though its first letters would be a number.
        for method in ["GET /", "HEAD /", "DELETE /", "CONNECT a", "OPTIONS *"] {
            #expect(Self.frames(Array(method.utf8), parts: 4).isMalformed, "\(method)")
        }
    }

    @Test("memory is bounded, whatever comes")
    func noise() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<300 {
            var framing = TURNFraming()
            for _ in 0..<200 {
                let bytes = (0..<Int.random(in: 1...700, using: &generator)).map { _ in
                    UInt8.random(in: 0...255, using: &generator) & 0x4f
                }
                bytes.withUnsafeBytes { framing.append($0) }
                do throws(TURNFraming.Malformed) {
                    while let frame = try framing.next() {
                        if case .message(let bytes) = frame { _ = STUNMessage(bytes) }
                    }
                } catch { break }
                #expect(framing.pending <= TURNFraming.maximumLength + STUNMessage.headerSize)
            }
        }
    }
}
