/// A request method (RFC 9110 section 9). Methods are case-sensitive: `get` is not GET but `other("get")`.
package enum HTTPMethod: Sendable, Hashable {
    case get, head, post, put, delete, options, patch
    /// Any other token, as received.
    case other(String)

    package init(_ name: String) {
        switch name {
        case "GET": self = .get
        case "HEAD": self = .head
        case "POST": self = .post
        case "PUT": self = .put
        case "DELETE": self = .delete
        case "OPTIONS": self = .options
        case "PATCH": self = .patch
        default: self = .other(name)
        }
    }

    /// The method as it is written in a request line.
    package var name: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .patch: "PATCH"
        case .other(let name): name
        }
    }
}

extension HTTPMethod: CustomStringConvertible {
    package var description: String { name }
}
