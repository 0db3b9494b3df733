/// A set of first state for a new room. Source: Client-Server API, `POST /createRoom`.
package enum RoomPreset: String, Sendable, CaseIterable {
    case privateChat = "private_chat"
    case trustedPrivateChat = "trusted_private_chat"
    case publicChat = "public_chat"

    var joinRule: String { self == .publicChat ? "public" : "invite" }
    var guestAccess: String { self == .publicChat ? "forbidden" : "can_join" }
    /// The level that it takes to invite.
    var inviteLevel: Int { self == .publicChat ? 50 : 0 }
}
