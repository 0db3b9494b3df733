import MatrixAPI

/// A room as one member sees it: what is asked for, listed and told of.
struct SlidingRoom {
    /// How far the member sees the room.
    enum Sight: Hashable, Sendable {
        /// In it.
        case joined
        /// No longer; what was until the event at this position.
        case left(Int64)
        /// Only from outside: invited, knocking, or neither any more.
        case outside
    }

    let snapshot: RoomSnapshot
    /// The member's newest member event.
    let own: Event
    let sight: Sight

    var id: RoomID { snapshot.id }

    /// By which rooms are ordered: the position of what happened last, as far as the member sees.
    var activity: Int64 { sight == .joined ? snapshot.position : own.position }

    var isEncrypted: Bool {
        guard case .left(let departure) = sight, let event = snapshot.stateEvent("m.room.encryption") else {
            return snapshot.isEncrypted
        }
        // What was set after the member had left is not theirs to know.
        return event.position <= departure || event.replaces != nil
    }

    /// Whether somebody else ended the member's stay, who may not know it yet.
    var isRemoval: Bool {
        guard case .left = sight else { return false }
        return own.sender.string != own.stateKey
    }
}
