import JSON
import MatrixAPI

/// What a client needs to name a room whose members it does not all know.
///
/// Source: Client-Server API, `GET /sync`, "RoomSummary".
struct RoomSummary {
    let heroes: [UserID]
    private let joined: Int
    private let invited: Int

    init(of room: RoomSnapshot, for user: UserID) {
        joined = room.joinedCount
        invited = room.invitedCount
        // A room with a name needs no heroes, and finding them costs as much as the room has members.
        guard room.text("m.room.name", "name") == nil, room.text("m.room.canonical_alias", "alias") == nil else {
            heroes = []
            return
        }
        var present: [Event] = []
        var gone: [Event] = []
        room.members.forEach { member, event in
            guard member != user else { return }
            switch room.membership(of: member) {
            case .join, .invite: present.append(event)
            case .leave, .ban: gone.append(event)
            case .knock, nil: break
            }
        }
        let events = present.isEmpty ? gone : present
        heroes = events.sorted { $0.position < $1.position }.prefix(5).map { UserID(unchecked: $0.stateKey ?? "") }
    }

    func write(to body: inout JSONWriter) {
        body.object("summary") { summary in
            if !heroes.isEmpty {
                summary.array("m.heroes") { list in for hero in heroes { list.value(hero.string) } }
            }
            summary.member("m.joined_member_count", joined)
            summary.member("m.invited_member_count", invited)
        }
    }
}
