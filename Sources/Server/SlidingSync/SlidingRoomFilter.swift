import MatrixAPI

/// Which rooms a list is about. Source: MSC4186, "SlidingRoomFilter".
struct SlidingRoomFilter: Sendable {
    var isDirect: Bool?
    var isEncrypted: Bool?
    var isInvite: Bool?
    /// nil in it stands for rooms without a type.
    var types: Set<String?>?
    var excludedTypes: Set<String?> = []
    /// Only children of one of these spaces, as far as the member is joined to them.
    var spaces: [RoomID]?
    var tags: Set<String>?
    var excludedTags: Set<String> = []

    var needsTags: Bool { tags != nil || !excludedTags.isEmpty }

    /// - Parameters:
    ///   - tags: the member's of this room.
    ///   - children: of the spaces, when the filter names any.
    func matches(_ room: SlidingRoom, isDirect: Bool, tags roomTags: Set<String>, children: Set<RoomID>) -> Bool {
        if let wanted = self.isDirect, wanted != isDirect { return false }
        if let wanted = isEncrypted, wanted != room.isEncrypted { return false }
        if let wanted = isInvite, wanted != (room.own.membership == .invite) { return false }
        if spaces != nil, !children.contains(room.id) { return false }
        if let tags, tags.isDisjoint(with: roomTags) { return false }
        if !excludedTags.isDisjoint(with: roomTags) { return false }
        let type = room.snapshot.type
        return types?.contains(type) ?? true && !excludedTypes.contains(type)
    }
}
