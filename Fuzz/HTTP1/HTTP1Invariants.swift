import HTTP

/// What holds for every sequence of bytes, checked by the fuzzer and by the replay of its findings.
///
/// However the bytes are split, the parser says the same. It consumes no more than it was given. What it accepted has
/// none of the characters that it must refuse, and written again it parses to the same.
enum HTTP1Invariants {
    /// The invariant that `bytes` breaks, or nil.
    /// - Parameter everySplit: try each split into two parts, not only a few.
    static func violation(by bytes: [UInt8], everySplit: Bool = false) -> String? {
        violation(by: bytes, limits: HTTP1Limits(), everySplit: everySplit)
            ?? violation(by: bytes, limits: tightLimits, everySplit: everySplit)
    }

    /// So low that short inputs reach them.
    static let tightLimits: HTTP1Limits = {
        var limits = HTTP1Limits()
        limits.requestLineBytes = 40
        limits.headerBytes = 90
        limits.headerCount = 4
        limits.chunkExtensionBytes = 12
        limits.trailerBytes = 24
        limits.bodyBytes = 30
        return limits
    }()

    private static func violation(by bytes: [UInt8], limits: HTTP1Limits, everySplit: Bool) -> String? {
        let whole = HTTP1Transcript([bytes], limits: limits)
        if let misuse = whole.misuse { return misuse }
        guard whole.consumed <= bytes.count else { return "consumed more than there is" }
        if HTTP1Transcript(bytes.map { [$0] }, limits: limits) != whole { return "byte by byte gives another result" }
        var random = UInt64(truncatingIfNeeded: bytes.reduce(5_381) { ($0 &* 33) ^ Int($1) })
        var places = everySplit ? Array(0...bytes.count) : []
        for _ in 0..<4 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            places.append(Int(random >> 33) % (bytes.count + 1))
        }
        for place in places {
            let parts = [Array(bytes[..<place]), Array(bytes[place...])]
            if HTTP1Transcript(parts, limits: limits) != whole { return "another result when split at \(place)" }
        }
        for message in whole.messages {
            if let violation = acceptable(message) ?? rewriting(message, limits) { return violation }
        }
        return nil
    }

    private static func acceptable(_ message: HTTP1Transcript.Message) -> String? {
        guard message.path.hasPrefix("/") || message.path == "*" else { return "a path that is none" }
        guard message.target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return "a target with odd characters" }
        for field in message.fields {
            let isClean = field.value.allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7f) }
            guard isClean, !field.name.isEmpty, field.name.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != 0x3a }) else {
                return "a field with odd characters"
            }
        }
        for name in ["host", "content-length", "transfer-encoding"] {
            guard message.fields.count(where: { $0.name == Array(name.utf8) }) < 2 else { return "two of \(name)" }
        }
        guard message.version == .http10 || message.value(of: "host") != nil else { return "no host" }
        if message.isComplete, case .length(let length) = message.framing.body, length != message.body.count {
            return "a body of another length"
        }
        return nil
    }

    private static func rewriting(_ message: HTTP1Transcript.Message, _ limits: HTTP1Limits) -> String? {
        guard message.isComplete else { return nil }
        // Written with a blank behind each colon, the head may be longer than it was.
        var limits = limits
        limits.headerBytes += 2 * limits.headerCount
        let again = HTTP1Transcript([message.serialized], limits: limits)
        guard again.messages == [message], again.ending == .needsInput else { return "written again it is another" }
        return nil
    }
}
