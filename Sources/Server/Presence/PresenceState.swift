import JSON
import MatrixAPI

/// What a member is to the others. Source: Client-Server API, "Presence", and Mado's own distinctions.
package enum Availability: String, Sendable, CaseIterable {
    /// Connected and willing to chat.
    case ready
    /// Connected, and not at the desk.
    case away
    /// Connected, and not to be disturbed.
    case busy
    case offline

    /// The specification's word for it.
    package var presence: String {
        switch self {
        case .ready: "online"
        case .away, .busy: "unavailable"
        case .offline: "offline"
        }
    }
}

/// A member's presence as others see it at one moment.
package struct PresenceState: Sendable, Equatable {
    package var availability: Availability = .offline
    /// Busy, and not because the member said so: in a call.
    package var isInCall = false
    package var statusMessage: String?
    /// Milliseconds since 1970; nil when nothing is known.
    package var lastActive: Int64?
    /// The member's program connects every so many seconds and not in between; nil when it stays connected.
    package var connectsEvery: Int64?
    /// When it was last there, in milliseconds since 1970.
    package var lastConnected: Int64?

    package init() {}

    /// How long after doing something a member counts as active, in milliseconds.
    package static let activeFor: Int64 = 60_000

    /// The content of the `m.presence` event, with the time that passed until `now`.
    package func content(now: Int64) -> [UInt8] {
        JSONWriter.object { content in
            content.member("presence", availability.presence)
            content.member("mado.availability", availability.rawValue)
            if isInCall { content.member("mado.in_call", true) }
            if let lastActive {
                let ago = max(0, now - lastActive)
                content.member("last_active_ago", ago)
                content.member("currently_active", availability == .ready && ago < Self.activeFor)
            } else {
                content.member("currently_active", false)
            }
            if let statusMessage { content.member("status_msg", statusMessage) }
            if let connectsEvery {
                content.member("mado.connects_every", connectsEvery)
                if let lastConnected { content.member("mado.next_connection", lastConnected + connectsEvery * 1000) }
            }
        }
    }
}
