/// What answers the requests of a server.
package protocol HTTPApplication: Sendable {
    /// Called once for each request, on the loop of its connection, when the head is there; the body comes when it is
    /// asked for. The answer may be given at once or later, on the same loop; it must be given (or the exchange
    /// aborted) some time: the engine sets no deadline for the application.
    func receive(_ exchange: HTTPExchange)
}
