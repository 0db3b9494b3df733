import JSON
import MatrixAPI

/// Rooms in which nothing happened but messages and read marks of others, of which all members get the same text.
extension SyncComputation {
    struct SharedRoom {
        /// nil when there is nothing to tell.
        let body: [UInt8]?
    }

    /// A room that the member was in all the time and of which they get what others get.
    ///
    /// - Returns: nil when something in it is for this member alone, so that it has to be put together for them.
    /// - Throws: `NeedsStore`.
    func sharedRoom(
        _ id: RoomID, _ membership: RoomMembership, _ typingRooms: Set<RoomID>?
    ) throws -> SharedRoom? {
        guard !isInitial, !query.fullState, let shared = changes.shared(in: id), shared.isTalk,
            membership.membership == .join, !membership.isForgotten, membership.position <= since, ignored.isEmpty,
            !shared.isOwn(of: user), changes.accountData[id] == nil, typingRooms?.contains(id) == false,
            try deliveryWindow(of: id) == nil,
            let text = try shared.text(
                for: query.sharedFilter, now: encoding.now, encode: { try sharedText(of: id, shared) })
        else { return nil }
        if text.isEmpty { return SharedRoom(body: nil) }
        let unread = try unreadCount(in: id, shared)
        let body = JSONWriter.object(reserving: text.timeline.bytes.count + text.state.bytes.count + 256) { body in
            body.member("timeline", text.timeline)
            body.member("state", text.state)
            body.member("ephemeral", text.ephemeral)
            body.object("account_data") { $0.events([]) }
            unread.write(to: &body, byThread: query.filter.room.timeline.unreadThreadNotifications)
        }
        return SharedRoom(body: body)
    }

    private func sharedText(of id: RoomID, _ shared: SharedRoomChanges) throws -> SharedRoomText? {
        guard let room = try room(id) else { return nil }
        let changes = changes.of(id)
        let timeline = try timeline(of: room, after: since, wasJoined: true, changes, nil)
        // With what was left out comes a summary, which names others to each member.
        guard !timeline.isLimited else { return nil }
        let state = try state(of: room, timeline, nil, wasJoined: true)
        let ephemeral = try ephemeral(in: room, shared.receipts, isNew: false, [])
        return SharedRoomText(
            timeline: try encode(timeline, of: room), state: RawJSON(JSONWriter.object { $0.events(state) }),
            ephemeral: RawJSON(JSONWriter.object { $0.events(ephemeral) }),
            isEmpty: timeline.events.isEmpty && state.isEmpty && ephemeral.isEmpty)
    }

    private func unreadCount(in id: RoomID, _ shared: SharedRoomChanges) throws -> UnreadCount {
        let log = sources.journal.log
        let known = try sources.unread.counts(of: user, in: id, since: since, upTo: upTo.position, shared) {
            try room(id)
        }
        if let known { return known }
        guard let room = try room(id),
            let unread = try sources.unread.counts(of: user, in: room, upTo: upTo.position, log: log, reader)
        else { throw NeedsStore() }
        return unread
    }
}
