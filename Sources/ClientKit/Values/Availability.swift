/// Whether somebody can be spoken to now.
package enum Availability: String, Sendable, Equatable, CaseIterable {
    /// Connected and willing to chat.
    case ready
    case away
    case busy
    /// Oneself only: connected, and shown to others as offline.
    case invisible
    case offline
    /// The server has said nothing of that person.
    case unknown
}
