/// Why a request was refused. The connection ends with the answer: what follows cannot be told apart from it.
package enum HTTP1Error: Error, Sendable, Hashable, CaseIterable {
    /// Not `method SP target SP HTTP/x.y`, HTTP/0.9 included.
    case malformedRequestLine
    /// A method longer than any there is.
    case methodTooLong
    case requestLineTooLong
    /// A target of no known form, of a form that the method doesn't take, with userinfo, or with a character
    /// that no URI holds.
    case malformedTarget
    /// CONNECT: this is no proxy.
    case connectRefused
    /// Well-formed but neither 1.0 nor 1.1.
    case unsupportedVersion
    /// LF without CR or CR without LF where a line ends.
    case malformedLineEnd
    /// A header or trailer line that is no `name: value` of allowed characters, obs-fold included, or a trailer that
    /// would frame or route the message.
    case malformedField
    case headersTooLarge
    case tooManyHeaders
    case missingHost
    case repeatedHost
    case malformedHost
    case repeatedContentLength
    case malformedContentLength
    /// Both Content-Length and Transfer-Encoding: an attempt to smuggle, or as good as one.
    case lengthAndTransferEncoding
    /// Transfer-Encoding that is malformed, applies chunked twice, or comes with HTTP/1.0.
    case malformedTransferEncoding
    case unknownTransferCoding
    case bodyTooLarge
    /// A chunk size that is not plain hexadecimal, an odd extension, or data of another length than announced.
    case malformedChunk
    case chunkExtensionsTooLarge
    case trailersTooLarge

    /// The status to answer with.
    package var status: HTTPStatus {
        switch self {
        case .bodyTooLarge: .contentTooLarge
        case .requestLineTooLong: .uriTooLong
        case .headersTooLarge, .tooManyHeaders, .trailersTooLarge: .requestHeaderFieldsTooLarge
        case .methodTooLong, .connectRefused, .unknownTransferCoding: .notImplemented
        case .unsupportedVersion: .httpVersionNotSupported
        case .malformedRequestLine, .malformedTarget, .malformedLineEnd, .malformedField, .missingHost,
            .repeatedHost, .malformedHost, .repeatedContentLength, .malformedContentLength,
            .lengthAndTransferEncoding, .malformedTransferEncoding, .malformedChunk, .chunkExtensionsTooLarge:
            .badRequest
        }
    }
}
