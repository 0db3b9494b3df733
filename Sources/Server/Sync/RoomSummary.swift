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
        heroes = room.heroes(for: user)
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
