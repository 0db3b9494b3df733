import MatrixAPI
import Synchronization

/// The members that a room without a name is named after: those who have been in it longest. Found once for all who ask,
/// since looking for them costs as much as the room has members.
///
/// Source: Client-Server API, `GET /sync`, "RoomSummary".
final class RoomHeroes: Sendable {
    private struct Candidates {
        /// Joined or invited.
        var present: [UserID]
        var gone: [UserID]
    }

    /// One more than are shown: who asks is not among them.
    private static let count = 6
    private let found = Mutex<Candidates?>(nil)

    /// - Parameter members: those of the room that this belongs to.
    func heroes(for user: UserID, of members: PersistentMap<UserID, Event>) -> [UserID] {
        let candidates = found.withLock { found in
            let candidates = found ?? Self.candidates(members)
            found = candidates
            return candidates
        }
        let present = candidates.present.filter { $0 != user }
        let heroes = present.isEmpty ? candidates.gone.filter { $0 != user } : present
        return Array(heroes.prefix(Self.count - 1))
    }

    private static func candidates(_ members: PersistentMap<UserID, Event>) -> Candidates {
        var present: [(Int64, UserID)] = []
        var gone: [(Int64, UserID)] = []
        members.forEach { member, event in
            switch event.membership {
            case .join, .invite: present.append((event.position, member))
            case .leave, .ban: gone.append((event.position, member))
            case .knock, nil: break
            }
        }
        func first(_ list: [(Int64, UserID)]) -> [UserID] {
            list.sorted { $0.0 < $1.0 }.prefix(count).map(\.1)
        }
        return Candidates(present: first(present), gone: first(gone))
    }
}

extension RoomSnapshot {
    /// Who the room is called after for `user`; nobody when it has a name.
    func heroes(for user: UserID) -> [UserID] {
        guard text("m.room.name", "name") == nil, text("m.room.canonical_alias", "alias") == nil else { return [] }
        return longestMembers.heroes(for: user, of: members)
    }
}
