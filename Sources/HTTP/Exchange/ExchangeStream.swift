/// The connection's or HTTP/2 stream's side of an exchange. Confined to the loop.
///
/// The exchange checks the order of calls: one `send`, or one `begin`, then `write`s, then one `finish`.
protocol ExchangeStream: AnyObject {
    /// The application wants (more of) the body; the stream goes on with `HTTPExchange.bodyReceived`, also within this
    /// call.
    func bodyWanted()
    /// A whole response; no call follows.
    func send(_ response: HTTPResponse)
    func begin(_ status: HTTPStatus, _ headers: HTTPHeaders)
    /// Returns whether more should be written now.
    func write(_ bytes: [UInt8]) -> Bool
    func finish()
    /// The application gave up; the client must be able to tell that the response is not complete.
    func abort()
}
