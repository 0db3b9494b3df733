package import MatrixAPI
import Store

/// Who is in the portal's rooms. Everybody who joins does so by an ordinary member event, a few in each proposal, so
/// that the journal has room for others between. Who left by their own will is never put back.
extension Portal {
    /// How many join or leave in one proposal.
    private static let membersAtOnce = 200

    /// Has every member join the space and the rooms that nobody has to ask for.
    package func joinEverybody() async throws {
        guard let space else { return }
        try await joinEverybody(to: [space] + (try await defaultRooms()))
    }

    private func defaultRooms() async throws -> [RoomID] {
        try await all().filter(\.isDefaultSubscribed).map(\.id)
    }

    /// Has the members join who never had anything to do with a room, where the room is for everybody.
    func joinEverybody(to ids: [RoomID]) async throws {
        let defaults = Set(try await defaultRooms() + [space].compactMap(\.self))
        for id in ids where defaults.contains(id) {
            var after: UserID?
            while true {
                let last = after
                let users = try await journal.store.read { reader in
                    try reader.membersWithoutMembership(in: id, after: last, limit: Self.membersAtOnce)
                }
                guard !users.isEmpty else { break }
                try await join(users, to: id)
                after = users.last
            }
        }
    }

    /// Puts members into a room, whether or not it is open to them; those who left by themselves stay outside.
    package func join(_ users: [UserID], to id: RoomID) async throws {
        let now = clock.now
        for batch in users.batches(of: Self.membersAtOnce) {
            try await journal.write { [account] transaction in
                for user in batch { try transaction.admit(user, to: id, by: account, at: now) }
            }
        }
    }

    /// Takes members out of a room, who can come back when they belong to it again.
    package func remove(_ users: [UserID], from id: RoomID, reason: String? = nil) async throws {
        let now = clock.now
        for batch in users.batches(of: Self.membersAtOnce) {
            try await journal.write { [account] transaction in
                for user in batch {
                    let membership = try transaction.room(id)?.membership(of: user)
                    guard membership == .join || membership == .invite else { continue }
                    let change = MembershipChange(of: user, to: .leave, by: account, reason: reason)
                    // An administrator of the same level as the portal's account stays.
                    do { try transaction.change(change, in: id, at: now) } catch is MatrixError { continue }
                }
            }
        }
    }
}

extension Portal: AccountObserver {
    /// A new member is in the space and in what everybody is in from the first moment on.
    package func accountMade(_ user: UserID, in transaction: JournalTransaction) throws {
        guard let space else { return }
        let defaults = try Portal.children(of: space, transaction.room).filter(\.isDefaultSubscribed).map(\.id)
        for id in [space] + defaults { try transaction.admit(user, to: id, by: account, at: transaction.now) }
    }

    package func administratorsChanged() {
        Task { [self] in
            // What fails now is done at the next start.
            try? await updateAdministrators()
        }
    }
}

extension JournalTransaction {
    /// Has a member join, by invitation where the room wants one. Does nothing for one who is in it, is banned, or left
    /// without having been sent away, and where the room's rules refuse.
    fileprivate func admit(_ user: UserID, to id: RoomID, by portal: UserID, at time: Int64) throws {
        guard let room = try room(id) else { return }
        switch room.membership(of: user) {
        case .join, .ban: return
        case .leave where room.members[user]?.sender == user: return
        default: break
        }
        do {
            if room.joinRule == "invite", room.membership(of: user) != .invite {
                try change(MembershipChange(of: user, to: .invite, by: portal), in: id, at: time)
            }
            try change(MembershipChange(of: user, to: .join, by: user), in: id, at: time)
        } catch is MatrixError {
            return
        }
    }
}
