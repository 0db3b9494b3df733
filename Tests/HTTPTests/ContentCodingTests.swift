import Foundation
import Testing

@testable import HTTP

@Suite struct ContentCodingTests {
    @Test(arguments: [
        ("gzip", true), ("GZIP", true), ("x-gzip", true), ("deflate, gzip;q=1.0, *;q=0.5", true), ("*", true),
        ("gzip;q=0.001", true), ("br, *;q=0.1", true), ("gzip ; q=0.5 , br", true), ("gzip;Q=1", true),
        ("identity, gzip", true), ("identity;q=0.5, gzip;q=0.5", true), ("identity;q=0, gzip", true),
        ("", false), ("identity", false), ("br", false), ("gzip;q=0", false), ("gzip;q=0.000", false),
        ("*;q=0", false), ("gzip;q=0, *", false), ("*, gzip;q=0", false), ("identity, gzip;q=0.5", false),
        ("identity;q=0.6, *;q=0.5", false), ("gzipped", false), ("gzip;q=", false), ("gzip;q=2", false),
        ("gzip;q=1.001", false), ("gzip;q=-1", false), ("gzip;q=0.1234", false), ("gzip;q=x", false),
        ("gzip;x=1", false), ("gzip;q=.5", false), ("gzip;q=1x", false), ("g zip", false), (",;,", false),
        ("gzip;", false), ("gzip;q=1;q=0", false),
    ])
    func negotiation(field: String, isGzip: Bool) {
        #expect(ContentCoding.negotiate(["accept-encoding": field]) == (isGzip ? .gzip : .identity))
    }

    @Test func negotiationOverSeveralFields() {
        #expect(ContentCoding.negotiate([:]) == .identity)
        #expect(ContentCoding.negotiate(["Accept-Encoding": "br", "accept-encoding": "gzip"]) == .gzip)
        #expect(ContentCoding.negotiate(["Accept-Encoding": "gzip;q=0", "accept-encoding": "*"]) == .identity)
    }

    @Test(arguments: [0, 1, 100, 16_384, 300_000])
    func wholeBodies(size: Int) throws {
        var state: UInt32 = 7
        let bytes = (0..<size).map { _ -> UInt8 in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(state >> 28)
        }
        let compressed = try GzipEncoder.encode(bytes)
        #expect(try gunzip(compressed) == bytes)
        if size > 1_000 { #expect(compressed.count < size * 6 / 10) }
    }

    @Test func streams() throws {
        let encoder = try GzipEncoder(level: 9)
        var output: [UInt8] = []
        var expected: [UInt8] = []
        for index in 0..<200 {
            let part = Array("data: event \(index) \(String(repeating: "ab", count: index))\n\n".utf8)
            let before = output.count
            encoder.encode(part, flush: index % 3 == 0 ? .sync : .none, into: &output)
            expected += part
            // The marker of a sync flush: what precedes it can be decoded.
            if index % 3 == 0 { #expect(output.count > before && output.suffix(4) == [0, 0, 0xff, 0xff]) }
        }
        encoder.encode([], flush: .sync, into: &output)
        encoder.encode([], flush: .finish, into: &output)
        #expect(try gunzip(output) == expected)
    }
}
