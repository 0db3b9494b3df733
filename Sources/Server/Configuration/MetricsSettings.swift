/// Where figures about the server are read.
package struct MetricsSettings: Sendable, Equatable {
    /// The address of `/metrics`; nil: not served. Never among the clients' listeners.
    package var listener: ListenerURL?

    package init() {}
}
