/// The protocol versions that the server speaks.
package enum HTTPVersion: Sendable, Hashable, Comparable {
    case http10, http11, http2
}

extension HTTPVersion: CustomStringConvertible {
    package var description: String {
        switch self {
        case .http10: "HTTP/1.0"
        case .http11: "HTTP/1.1"
        case .http2: "HTTP/2"
        }
    }
}
