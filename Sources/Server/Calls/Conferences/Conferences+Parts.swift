import MatrixAPI
import Outbound

extension Conferences {
    package struct Settings: Sendable {
        package var size = 20
        /// Bits a second.
        package var rate = 1_000_000
        /// How long a participant may neither ask nor wait.
        package var lifetime = Duration.seconds(60)

        package init() {}
    }

    struct Subscription {
        let identifier: String
        let publisher: String
        let handle: Int64
        var places: [TransportAddress]
    }

    struct Participant {
        let identifier: String
        let user: UserID
        let device: DeviceID
        let handle: Int64
        /// Milliseconds.
        var lastSeen: Int64
        var isPublishing = false
        /// Others were told of it.
        var isSeen = false
        var media: (audio: Bool, video: Bool) = (false, false)
        /// What the client says of it: the bridge passes silence on like sound.
        var muted: (audio: Bool, video: Bool) = (false, false)
        var places: [TransportAddress] = []
        var subscriptions: [String: Subscription] = [:]
        var events = ConferenceEvents()
    }

    struct Conference {
        /// The bridge's name for it, which nobody else learns.
        let bridgeRoom: String
        var participants: [String: Participant] = [:]
    }
}
