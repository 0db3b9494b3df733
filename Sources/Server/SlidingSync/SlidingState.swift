import MatrixAPI

/// What a client has been told on a connection: a value, so that an answer that got lost can be computed again from
/// what was before it.
struct SlidingState: Sendable {
    /// Up to where changes are known; nil when nothing was told yet.
    var token: SyncToken?
    /// The rooms that were told of.
    private(set) var rooms = PersistentMap<RoomID, SentRoom>()
    /// Those that were in sight last: of them everything up to `token` is known.
    var window: Set<RoomID> = []
    /// What was asked for: what is asked for again shares its memory with what rooms were told of, and compares fast.
    var configs: Set<SlidingRoomConfig> = []
    /// How many rooms each list has.
    var counts: [String: Int] = [:]
    /// The member's direct chats.
    var directRooms: Set<RoomID>?
    /// The member's tags by room, where a list asks for them.
    var tags: [RoomID: Set<String>]?
    /// Until when the member sees rooms that are left, by the position of the membership.
    var departures: [RoomID: (membership: Int64, sight: SlidingRoom.Sight)] = [:]
    var keys: DeviceKeyCounts?
    /// Rooms that the extensions were about last; nil: the extension was not asked for.
    var accountData: Set<RoomID>?
    var typing: Set<RoomID>?
    /// Where somebody was typing when the client was told last.
    var typingShown: Set<RoomID> = []
    var receipts: Set<RoomID>?
    /// Rooms that the client has receipts of, but not those after this position.
    var receiptsUntil: [RoomID: Int64] = [:]
    /// What it takes in memory, in rooms or the like of them.
    private(set) var weight = SlidingState.ownWeight

    /// What a state without any rooms takes, in the same unit.
    private static let ownWeight = 8

    mutating func setRoom(_ id: RoomID, _ room: SentRoom?) {
        weight += (room?.weight ?? 0) - (rooms[id]?.weight ?? 0)
        rooms[id] = room
    }

    /// Everything of the room up to this position was told, as far as it was asked for.
    func told(of id: RoomID, _ room: SentRoom) -> Int64 {
        guard window.contains(id), let token else { return room.position }
        return max(room.position, token.position)
    }
}

/// What a client has of one room.
struct SentRoom: Sendable {
    /// Everything up to here was told when the room was in an answer last.
    var position: Int64
    var sight: SlidingRoom.Sight
    var config: SlidingRoomConfig
    /// How many of the newest events the client has without a gap; `Int.max` for all.
    var eventCount = 0
    var isDirect = false
    var unread = UnreadCount.Pair()
    /// Whose memberships were given because the timeline needed them, the latest last.
    private(set) var lazyMembers: [UserID] = []

    /// More memberships than these are given again.
    private static let maximumLazyMembers = 64

    var weight: Int { 1 + lazyMembers.count / 4 }

    mutating func addLazyMembers(_ members: some Sequence<UserID>) {
        let added = Set(members)
        lazyMembers.removeAll(where: added.contains)
        lazyMembers.append(contentsOf: added.sorted())
        lazyMembers.removeFirst(max(0, lazyMembers.count - Self.maximumLazyMembers))
    }

    mutating func forgetLazyMembers() { lazyMembers = [] }
}
