package import MatrixAPI

/// Learns that sessions are over, so that what still waits for them (a sync, a stream) ends at once.
package protocol SessionObserver: AnyObject, Sendable {
    /// The access tokens of these devices, or of all the member's (nil), are not valid any more.
    /// Called after that is durable, on any thread. Must return quickly.
    func sessionsEnded(of user: UserID, devices: Set<DeviceID>?)
}
