/// What the connection is doing; a user interface puts it into words. Times are milliseconds since 1970.
package enum ConnectionState: Sendable, Equatable {
    case starting
    case connecting
    /// Everything arrives at once.
    case streaming
    /// Everything arrives at once, by long polls: the network holds streams back.
    case polling
    /// As `polling`, with shorter waits: the network cuts long ones.
    case shortPolling
    /// Connects at intervals or given times; `minutes` is what lies between, for given times the time to the next.
    case interval(minutes: Int, next: Int64)
    /// `retryAt` is nil when the user chose to be offline.
    case offline(since: Int64, problem: ConnectionProblem?, retryAt: Int64?)
    /// The server does not know the access token any more. With `soft` the device and its keys are kept on the server,
    /// and the same device can log in again.
    case loggedOut(soft: Bool)
}
