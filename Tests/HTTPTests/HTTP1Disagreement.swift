@testable import HTTP

/// The known disagreements with Node's parser, each with its reason.
///
/// Each needs that both have read the same requests up to the one in question (`next`, as Node or, for the last group,
/// as we have read it). In nearly all we refuse what Node takes.
enum HTTP1Disagreement: CaseIterable, Hashable {
    /// llhttp still reads HTTP/0.9, also what only lacks its version.
    case version09
    /// llhttp reads `HTTP/2.0` as if it were HTTP/1.
    case version20
    /// llhttp skips further spaces around the target; RFC 9112 section 3 has one.
    case severalSpaces
    /// A fragment is never sent (RFC 9112 section 3.2.1).
    case fragment
    /// The asterisk form is for OPTIONS (RFC 9112 section 3.2.4).
    case asteriskWithoutOptions
    /// We take the absolute form of http and https with a sound authority only; userinfo is deprecated (RFC 9110
    /// section 4.2.4).
    case absoluteForm
    /// Node doesn't look into Host. Two, or an odd one, MUST be refused (RFC 9112 section 3.2); we also refuse the
    /// empty one, which no http URI has, and percent-encoding and sub-delims, which no host name has.
    case malformedHost
    case repeatedHost
    /// Node hands over the undecoded body of `gzip, chunked`, and an empty Transfer-Encoding counts as none.
    case otherTransferCoding
    /// Faulty framing (RFC 9112 section 6.1).
    case transferEncodingInHTTP10
    /// llhttp skips any number of CR and LF before a request, in any order; we one CRLF.
    case emptyLines
    /// llhttp takes `;name=` with no value.
    case emptyChunkExtensionValue
    /// llhttp takes any number of leading zeros; we 16 digits.
    case longChunkSize
    /// Node's parser doesn't ask for Host; its server would, but says so in no way that this comparison could see.
    case missingHost
    /// Node knows a list of methods; to us any token is one, and the router answers 405.
    case unknownMethod
    /// Node ends HTTP behind a request with Upgrade; RFC 9110 section 7.8 lets us ignore it.
    case upgrade
    /// Node treats Proxy-Connection like Connection; no RFC does.
    case proxyConnection

    // What follows only Debian 12's Node 18 does, whose llhttp is built less strict.

    /// Blanks in, before and behind names, and empty names (RFC 9112 section 5.1).
    case looseFieldName
    /// A CR ends a line whatever follows it, and that byte is swallowed.
    case loneCarriageReturn
    /// Tabs and bytes outside ASCII in the target (RFC 3986 section 2).
    case looseTarget
    /// Empty chunk extensions, blanks in them, and other characters that they can't have.
    case looseChunkExtension
    /// Trailers are not looked at.
    case looseTrailer

    /// The reasons that a version of Node, as `v20.1.2`, can give.
    static func known(by version: String) -> [HTTP1Disagreement] {
        let loose: [HTTP1Disagreement] = [
            .looseFieldName, .loneCarriageReturn, .looseTarget, .looseChunkExtension, .looseTrailer,
        ]
        return version.hasPrefix("v18.") ? allCases : allCases.filter { !loose.contains($0) }
    }

    func explains(_ mado: HTTP1Reading, _ node: HTTP1Reading, _ input: [UInt8]) -> Bool {
        let text = String(String.UnicodeScalarView(input.map { Unicode.Scalar($0) }))
        let common = zip(mado.requests, node.requests).prefix { $0 == $1 }.count
        let last = node.requests.prefix(common).last
        if common == mado.requests.count, let error = mado.error {
            let next = node.requests.dropFirst(common).first
            if isStricter(error, next, text) { return true }
        }
        switch self {
        case .emptyLines:
            // Half of a CRLF, which to Node is nothing yet.
            return mado.ending == "needsInput" && node.isClean && mado.requests == node.requests && input.last == 0x0d
        case .loneCarriageReturn:
            // For us the line is not over yet.
            return mado.ending == "needsInput" && common == mado.requests.count && Self.hasLoneCarriageReturn(text)
        case .unknownMethod:
            let next = mado.requests.dropFirst(common).first
            return common == node.requests.count && node.ending == "rejected HPE_INVALID_METHOD"
                && next.map { !Self.methods.contains($0.method) } ?? false
        case .upgrade:
            return common == node.requests.count && node.isClean && last?.value(of: "upgrade") != nil
                && last?.value(of: "connection") == "upgrade"
        case .proxyConnection:
            return common == node.requests.count && node.isClean
                && last?.value(of: "proxy-connection") == "close"
        default: return false
        }
    }

    private static let methods: Set<String> = ["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "HEAD", "TRACE"]

    private static func hasLoneCarriageReturn(_ input: String) -> Bool {
        input.firstMatch(of: /\r[^\n]/.matchingSemantics(.unicodeScalar)) != nil
    }

    /// A judgement of its own, not the parser's.
    private static func isPlainHost(_ value: [UInt8]) -> Bool {
        let text = String(String.UnicodeScalarView(value.map { Unicode.Scalar($0) }))
        guard let match = text.wholeMatch(of: /([A-Za-z0-9_.~-]+|\[::1\])(:([0-9]{1,5}))?/) else { return false }
        return match.3.flatMap { Int($0) } ?? 0 <= 65_535
    }

    /// - Parameter next: what Node read where we refused; nil if it found nothing more there.
    private func isStricter(_ error: HTTP1Error, _ next: HTTP1Reading.Request?, _ input: String) -> Bool {
        switch (self, error, next) {
        case (.version09, .malformedRequestLine, let next?), (.version09, .unsupportedVersion, let next?),
            (.version09, .malformedLineEnd, let next?):
            return next.version == "0.9"
        case (.version20, .unsupportedVersion, let next?):
            return next.version == "2.0"
        case (.severalSpaces, .malformedTarget, let next?):
            return input.contains("\(next.method)  ") || input.contains("\(next.target)  ")
        case (.fragment, .malformedTarget, let next?):
            return next.target.contains("#")
        case (.asteriskWithoutOptions, .malformedTarget, let next?):
            return next.target == "*" && next.method != "OPTIONS"
        case (.absoluteForm, .malformedTarget, let next?):
            return next.target.wholeMatch(of: /[A-Za-z]+:\/\/.*/) != nil
                && next.target.wholeMatch(of: /https?:\/\/[a-z0-9.]+(:[0-9]{1,5})?([\/?].*)?/) == nil
        case (.malformedHost, .malformedHost, let next?):
            return next.fields.contains { $0.name == Array("host".utf8) && !Self.isPlainHost($0.value) }
        case (.repeatedHost, .repeatedHost, let next?):
            return next.fields.count { $0.name == Array("host".utf8) } > 1
        case (.otherTransferCoding, .unknownTransferCoding, let next?),
            (.otherTransferCoding, .malformedTransferEncoding, let next?):
            return next.version == "1.1" && next.value(of: "transfer-encoding") != "chunked"
        case (.transferEncodingInHTTP10, .malformedTransferEncoding, let next?):
            return next.version == "1.0" && next.value(of: "transfer-encoding") != nil
        case (.emptyLines, .malformedRequestLine, let next?), (.emptyLines, .malformedLineEnd, let next?):
            return input.firstMatch(of: /(^|[^\r])\n|\r\n\r\n|\r\r/.matchingSemantics(.unicodeScalar)) != nil
                && next.version.hasPrefix("1.")
        case (.emptyLines, .malformedRequestLine, nil), (.emptyLines, .malformedLineEnd, nil):
            return input.unicodeScalars.last == "\n"
        case (.emptyChunkExtensionValue, .malformedChunk, _):
            return input.unicodeScalars.contains("=") && input.contains("=\r\n")
        case (.missingHost, .missingHost, let next?):
            return next.version == "1.1" && next.value(of: "host") == nil
        case (.longChunkSize, .malformedChunk, _):
            return input.firstMatch(of: /\r\n[0-9a-fA-F]{17,}/.matchingSemantics(.unicodeScalar)) != nil
        case (.looseFieldName, .malformedField, let next?):
            return next.fields.contains { $0.name.isEmpty || $0.name.contains(0x20) || $0.name.contains(0x09) }
        case (.loneCarriageReturn, .malformedField, _), (.loneCarriageReturn, .malformedLineEnd, _),
            (.loneCarriageReturn, .malformedChunk, _):
            return Self.hasLoneCarriageReturn(input)
        case (.looseTarget, .malformedTarget, let next?):
            return !next.target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        case (.looseChunkExtension, .malformedChunk, _), (.looseChunkExtension, .malformedLineEnd, _):
            return input.firstMatch(of: /[0-9a-fA-F];[^\n]*\r?\n/.matchingSemantics(.unicodeScalar)) != nil
        case (.looseTrailer, .malformedField, let next?), (.looseTrailer, .malformedLineEnd, let next?):
            return next.value(of: "transfer-encoding") == "chunked"
        default: return false
        }
    }
}
