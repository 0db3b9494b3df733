import JSON
import MatrixAPI

/// Whose devices the client has to look at again, and whose it need not follow any longer.
///
/// Source: Client-Server API, "Tracking the device list for a user".
struct SyncDeviceLists {
    var changed: Set<UserID> = []
    var left: Set<UserID> = []

    var isEmpty: Bool { changed.isEmpty && left.isEmpty }

    func write(to body: inout JSONWriter) {
        body.object("device_lists") { writeMembers(to: &$0) }
    }

    func writeMembers(to lists: inout JSONWriter) {
        lists.array("changed") { list in for user in changed.sorted() { list.value(user.string) } }
        lists.array("left") { list in for user in left.sorted() { list.value(user.string) } }
    }
}

extension SyncComputation {
    /// A first sync says nothing: the client fetches every device list then.
    func deviceLists() throws -> SyncDeviceLists {
        var lists = SyncDeviceLists()
        guard !isInitial else { return lists }
        lists.changed = try whoSharesRooms(of: changes.changedDeviceLists).union(encounters.metEncrypted)
        lists.left = try encounters.parted.subtracting(whoSharesRooms(of: encounters.parted))
        lists.left.remove(user)
        return lists
    }
}
