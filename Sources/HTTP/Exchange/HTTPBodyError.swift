/// Why a request's body did not arrive whole.
package enum HTTPBodyError: Error, Sendable, Equatable {
    /// Longer than the limit given to `collectBody`, or than the server's. To be answered with 413.
    case tooLarge
    /// The client went away, reset the stream, or broke the framing. No answer will reach it.
    case disconnected
    /// The client sent too slowly. To be answered with 408.
    case timedOut
}
