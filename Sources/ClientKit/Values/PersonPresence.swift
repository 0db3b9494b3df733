/// What is known of somebody's presence. Times are milliseconds since 1970.
package struct PersonPresence: Sendable, Equatable {
    package var availability: Availability
    package var message: String?
    package var lastActive: Int64?
    /// Somebody in interval mode: how far connections lie apart.
    package var connectsEverySeconds: Int?
    package var nextConnection: Int64?
    package var inCall: Bool

    package init(
        availability: Availability = .unknown, message: String? = nil, lastActive: Int64? = nil,
        connectsEverySeconds: Int? = nil, nextConnection: Int64? = nil, inCall: Bool = false
    ) {
        self.availability = availability
        self.message = message
        self.lastActive = lastActive
        self.connectsEverySeconds = connectsEverySeconds
        self.nextConnection = nextConnection
        self.inCall = inCall
    }
}
