import JSON
package import MatrixAPI
import Store

extension Accounts {
    /// How many rooms are left in one proposal, so that others get their turn between.
    private static let roomsAtOnce = 50

    /// Closes an account for good: no password, no devices, no rooms; the name stays taken. What broke off while the
    /// rooms were left is finished by closing the account again.
    ///
    /// - Parameter erases: also forget profile and account data, and have messages hidden from those who join later.
    /// - Throws: `M_NOT_FOUND` when there is no such account, or it was closed before and is in no room any more.
    package func deactivate(_ user: UserID, erases: Bool = false) async throws {
        if try await account(user)?.isDeactivated == true {
            guard try await leaveRooms(user) else {
                throw MatrixError.notFound("There is no such account, or it was closed already")
            }
            return
        }
        try await journal.write { transaction in
            try Self.update(user, in: transaction) { account in
                account.isDeactivated = true
                account.isErased = erases
                account.passwordHash = nil
            }
            let store = transaction.store
            try store.deleteTokens(of: user, device: nil)
            _ = try transaction.deleteDevices(try store.devices(of: user).map(\.id), of: user)
            for address in try store.contactAddresses(of: user) {
                _ = try store.deleteContactAddress(address.address, of: user)
            }
            for pusher in try store.pushers(of: user) { _ = try store.deletePusher(pusher.id) }
            if erases { try Self.erase(user, in: transaction) }
        }
        sessions.ended(user, devices: nil)
        try await leaveRooms(user)
    }

    private static func erase(_ user: UserID, in transaction: JournalTransaction) throws {
        let store = transaction.store
        for key in try store.profile(of: user).keys { try store.setProfileField(key, of: user, json: nil) }
        let pieces = try store.accountData(of: user, after: 0, through: .max)
        for piece in pieces where !piece.isDeleted {
            let position = transaction.record(
                .accountData(user: user, room: piece.room, type: piece.type, content: Array("{}".utf8)))
            try store.setAccountData(
                StoredAccountData(
                    user: user, room: piece.room, type: piece.type, json: Array("{}".utf8), position: position,
                    isDeleted: true))
        }
    }

    /// - Returns: whether there were any.
    @discardableResult
    private func leaveRooms(_ user: UserID) async throws -> Bool {
        let content = try JSONValue.stored(Array(#"{"membership":"leave"}"#.utf8))
        let present: Set<Membership> = [.join, .invite, .knock]
        let rooms = try await journal.memberships(of: user).filter { present.contains($0.value.membership) }
        for batch in rooms.keys.sorted().batches(of: Self.roomsAtOnce) {
            let now = clock.now
            let drafts = try batch.map { room in
                let draft = try EventDraft(
                    room: room, type: "m.room.member", stateKey: user.string, sender: user, content: content,
                    timestamp: now)
                return (room, draft)
            }
            try await journal.write { transaction in
                for (room, draft) in drafts {
                    // A room that the member was put out of meanwhile needs nothing.
                    do { try transaction.append(draft, to: room) } catch is MatrixError { continue }
                }
            }
        }
        return !rooms.isEmpty
    }
}

extension Array {
    /// The elements in order, in pieces of at most `size`.
    func batches(of size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
