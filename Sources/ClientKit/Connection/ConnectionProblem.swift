/// Why there is no connection.
package enum ConnectionProblem: Sendable, Equatable {
    case transport(TransportError)
    /// The server answered with an error; `errcode` and `message` are nil when it was not Matrix's standard error.
    case server(status: Int, errcode: String?, message: String?)
    /// What arrived could not be kept: the disk is full, or the local store is damaged.
    case store(String)
}

extension ConnectionProblem {
    /// What keeps an account from starting.
    init(_ error: any Error) {
        self = (error as? TransportError).map { .transport($0) } ?? .store("\(error)")
    }
}
