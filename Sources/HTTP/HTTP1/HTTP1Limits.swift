/// What one HTTP/1 request may cost before it is looked at. Sizes in bytes.
package struct HTTP1Limits: Sendable {
    /// The request line without its CRLF; more is answered with 414. Matrix clients put whole filters there.
    package var requestLineBytes = 16_384
    /// All header lines together, with their CRLFs; more is answered with 431.
    package var headerBytes = 32_768
    /// The number of header lines, and that of trailer lines; more is answered with 431.
    package var headerCount = 100
    /// All chunk extensions of one body together; more is answered with 400.
    package var chunkExtensionBytes = 1_024
    /// All trailer lines together, with their CRLFs; more is answered with 431.
    package var trailerBytes = 8_192
    /// The whole body; more, declared or sent in chunks, is answered with 413. Routes set tighter limits.
    package var bodyBytes = Int.max

    package init() {}
}
