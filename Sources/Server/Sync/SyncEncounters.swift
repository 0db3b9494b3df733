import MatrixAPI

/// Who came into the member's sight since the last sync, and who went out of it, by joining and leaving rooms.
struct SyncEncounters {
    /// Who is in a room with the member, and was not in that room with them before.
    var met: Set<UserID> = []
    /// The same for encrypted rooms: those in which they met, and those that were not encrypted before.
    var metEncrypted: Set<UserID> = []
    /// Who was in a room with the member and is not any more. They may share another one.
    var parted: Set<UserID> = []
}

extension SyncComputation {
    func findEncounters() throws -> SyncEncounters {
        var found = SyncEncounters()
        for id in changes.touchedRooms where changes.shared(in: id)?.isTalk != true {
            guard let membership = memberships[id], membership.membership == .join || membership.position > since,
                let room = try room(id), room.bringsTogether
            else { continue }
            let encryption = room.stateEvent("m.room.encryption")
            let isNewlyEncrypted = encryption.map { $0.position > since && $0.replaces == nil } ?? false
            guard room.membersPosition > since || isNewlyEncrypted else { continue }
            try compareMembers(of: room, membership, isNewlyEncrypted, &found)
        }
        found.met.remove(user)
        found.metEncrypted.remove(user)
        return found
    }

    /// Looks at who came and went in a room since the last sync, and whether the member did.
    private func compareMembers(
        of room: RoomSnapshot, _ membership: RoomMembership, _ isNewlyEncrypted: Bool, _ found: inout SyncEncounters
    ) throws {
        let isJoined = membership.membership == .join
        let wasJoined = try membershipAtSince(room.id, membership) == .join
        guard isJoined || wasJoined else { return }
        let changes = changes.of(room.id)
        let changed = try changes.changedMembers()
        let everybody = isJoined != wasJoined || isNewlyEncrypted ? room.users(with: .join) : []
        var met: [UserID] = []
        for other in changed {
            // A change of the profile is a member event too.
            let wasThere = try changes.membershipBefore(of: other) == .join
            let isThere = room.isJoined(other)
            if isThere, isJoined, !wasThere { met.append(other) }
            if wasThere, wasJoined, !isThere { found.parted.insert(other) }
        }
        if isJoined, !wasJoined { met = everybody }
        if wasJoined, !isJoined { found.parted.formUnion(everybody) }
        found.met.formUnion(met)
        if room.isEncrypted { found.metEncrypted.formUnion(isNewlyEncrypted ? everybody : met) }
    }
}
