/// What the connection is doing, and through which proxy.
package struct ConnectionReport: Sendable, Equatable {
    package var state: ConnectionState
    /// Without credentials; nil without a proxy.
    package var proxy: String?

    package init(state: ConnectionState, proxy: String? = nil) {
        self.state = state
        self.proxy = proxy
    }
}
