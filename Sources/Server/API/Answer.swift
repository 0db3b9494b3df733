package import HTTP
package import JSON

/// What an endpoint answers.
package enum Answer: Sendable {
    /// A JSON body with status 200, or another one.
    case json([UInt8], status: HTTPStatus = .ok)
    /// Anything else: a page, a redirect.
    case response(HTTPResponse)
    /// A body that is read while it is sent. The headers hold its length if that is known.
    case stream(HTTPStatus, HTTPHeaders, any ResponseBody)
    /// The endpoint answers by itself, later: called on the exchange's loop when the request's task is over.
    /// A waiting sync is an entry in a table and not a parked task.
    case later(@Sendable (HTTPExchange) -> Void)

    /// `{}`
    package static let empty = Answer.json(Array("{}".utf8))

    /// An object with what `body` writes into it.
    package static func object(
        status: HTTPStatus = .ok, _ body: (inout JSONWriter) throws -> Void
    ) rethrows -> Answer {
        .json(try JSONWriter.object(body), status: status)
    }
}
