/// How clients wait for news.
package struct SyncSettings: Sendable, Equatable {
    /// The longest that a poll waits.
    package var maximumWait = Duration.seconds(120)
    /// How often a stream shows that it is alive.
    package var heartbeat = Duration.seconds(15)

    package init() {}
}
