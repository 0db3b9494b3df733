/// The server refused a request, or there is no server to ask.
package struct MatrixClientError: Error, Sendable, Equatable {
    /// HTTP status; 0 when there was no answer.
    package var status: Int
    /// Matrix's code, such as `M_FORBIDDEN`; nil when the answer was not Matrix's standard error.
    package var errcode: String?
    /// The server's own words, in whatever language it speaks.
    package var message: String
    /// The server wants no request for so long.
    package var retryAfterMilliseconds: Int64?
    /// What is wrong with single fields of a form.
    package var fields: [String: String] = [:]

    package init(status: Int, errcode: String?, message: String, retryAfterMilliseconds: Int64? = nil) {
        self.status = status
        self.errcode = errcode
        self.message = message
        self.retryAfterMilliseconds = retryAfterMilliseconds
    }
}
