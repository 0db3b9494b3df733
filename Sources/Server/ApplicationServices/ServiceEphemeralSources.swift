import JSON
import MatrixAPI
import Store
import Synchronization

/// Where the text of typing notices, receipts and presence comes from. Filled in once those capabilities are there.
final class ServiceEphemeralSources: Sendable {
    private struct Sources {
        var typing: (any TypingSource)?
        var presence: (any PresenceSource)?
    }

    private let sources = Mutex(Sources())

    func attach(typing: any TypingSource, presence: any PresenceSource) {
        sources.withLock { $0 = Sources(typing: typing, presence: presence) }
    }

    /// The events that concern the service. Source: Application Service API, "Pushing ephemeral data".
    func encode(
        _ ephemeral: ServiceDelivery.Ephemeral, for service: ApplicationService, _ interest: ServiceInterest,
        _ journal: Journal
    ) async throws -> [RawJSON] {
        guard !ephemeral.isEmpty else { return [] }
        let (typing, presence) = sources.withLock { ($0.typing, $0.presence) }
        let receipts = Dictionary(grouping: ephemeral.receipts, by: \.room)
        return try await journal.store.read { reader in
            var events: [RawJSON] = []
            for id in ephemeral.typing.union(receipts.keys).sorted() {
                guard let room = try journal.room(id, reader), try interest.covers(room, reader) else { continue }
                if ephemeral.typing.contains(id), let typing {
                    events.append(Self.typing(typing.typing(in: id), in: id))
                }
                // What others read in private is theirs.
                let shown = (receipts[id] ?? []).filter { $0.type != "m.read.private" || service.owns($0.user) }
                if !shown.isEmpty { events.append(Self.inRoom(id, ReceiptEvent.encode(shown))) }
            }
            for user in ephemeral.presence.sorted() {
                guard let content = presence?.presence(of: user)?.content,
                    try Self.shares(user, with: service, interest, journal, reader)
                else { continue }
                events.append(Self.presence(of: user, content))
            }
            return events
        }
    }

    private static func shares(
        _ user: UserID, with service: ApplicationService, _ interest: ServiceInterest, _ journal: Journal,
        _ reader: any StoreReader
    ) throws -> Bool {
        if service.owns(user) { return true }
        for (id, membership) in try journal.memberships(of: user, reader) where membership.membership == .join {
            if let room = try journal.room(id, reader), try interest.covers(room, reader) { return true }
        }
        return false
    }

    private static func typing(_ users: [UserID], in room: RoomID) -> RawJSON {
        RawJSON(
            JSONWriter.object { event in
                event.member("type", "m.typing")
                event.member("room_id", room.string)
                event.object("content") { content in
                    content.array("user_ids") { list in for user in users { list.value(user.string) } }
                }
            })
    }

    private static func presence(of user: UserID, _ content: [UInt8]) -> RawJSON {
        RawJSON(
            JSONWriter.object { event in
                event.member("type", "m.presence")
                event.member("sender", user.string)
                event.member("content", RawJSON(content))
            })
    }

    /// The event with its room.
    private static func inRoom(_ room: RoomID, _ event: RawJSON) -> RawJSON {
        var text = Array(event.bytes)
        text.removeLast()
        var writer = JSONWriter(reserving: 64)
        writer.value(room.string)
        text += Array(#","room_id":"#.utf8) + writer.bytes + [UInt8(ascii: "}")]
        return RawJSON(text)
    }
}
