/// When an account is connected.
package enum ConnectionMode: Sendable, Equatable {
    case continuous
    /// Every so many minutes: sends what waits, fetches everything, and leaves again.
    case interval(minutes: Int)
    /// The same at these minutes of the day (0…1439), in local time.
    case times([Int])
    case offline
}
