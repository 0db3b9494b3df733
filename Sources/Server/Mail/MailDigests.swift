package import EventLoop
import JSON
import MatrixAPI
package import Outbound
import Store
import Synchronization

/// Mails members what they missed: what waits in the queues of their pushers of mail and is still unread after a while,
/// several messages in one mail.
///
/// The first mail goes out after the configured delay; as long as the member reads nothing, each further one after twice
/// as long, up to a day. A message leaves the queue when the mail server has it. A mail that was on its way when the
/// server was killed goes out once more, with the same identifier.
package final class MailDigests: Sendable {
    private struct Digest: Sendable {
        let pusher: StoredPusher
        let address: MailAddress
        let through: Int64
        let count: Int
        let sections: [MailLayout.Section]
    }

    private enum Finding: Sendable {
        case nothing
        /// All was read meanwhile.
        case read(through: Int64)
        case wait
        case due(Digest)
    }

    /// How often it looks at most.
    private static let interval = Duration.seconds(30)
    private static let longest: Int64 = 86_400_000
    /// Of one queue; more is told as a number next time.
    private static let lookAhead = 500
    private static let maximumRooms = 20
    private static let linesOfRoom = 5
    private static let maximumLine = 300

    private let journal: Journal
    private let client: MailClient
    private let loop: EventLoop
    private let clock: WallClock
    private let delay: Int64
    private let serverName: String
    private let publicURL: String
    private let isRunning = Mutex(false)

    /// - Parameter delay: how long something is unread before it is mailed.
    package init(
        journal: Journal, client: MailClient, loop: EventLoop, clock: WallClock = .system, delay: Duration,
        serverName: String, publicURL: String
    ) {
        self.journal = journal
        self.client = client
        self.loop = loop
        self.clock = clock
        self.delay = delay.milliseconds
        self.serverName = serverName
        self.publicURL = publicURL
    }

    /// Begins; goes on as long as this object is there.
    package func start() {
        _ = loop.schedule(after: min(Self.interval, .milliseconds(max(250, delay / 4)))) { [weak self] in
            guard let self else { return }
            Task { [weak self] in try? await self?.send() }
            start()
        }
    }

    /// Sends what is due.
    /// - Throws: `StoreError`.
    func send() async throws {
        guard
            isRunning.withLock({ isRunning in
                defer { isRunning = true }
                return !isRunning
            })
        else { return }
        defer { isRunning.withLock { $0 = false } }
        let waiting = try await journal.store.read { reader in
            try reader.pushersWithQueue().filter { try reader.pusher($0)?.kind == Pushers.mailKind }
        }
        for id in waiting { try await send(id) }
    }

    private func send(_ id: Int64) async throws {
        let now = clock.now
        switch try await journal.store.read({ [self] reader in try finding(id, now, reader) }) {
        case .nothing, .wait: return
        case .read(let through):
            try await journal.write { transaction in
                try transaction.store.deleteQueuedPushes(of: id, through: through)
                try transaction.store.setMailed(0, count: 0, of: id)
            }
        case .due(let digest):
            let texts = MailTexts(for: digest.pusher.language, serverName: serverName)
            let message = MailLayout.message(
                to: digest.address, texts.digest(digest.count), link: publicURL + "/", sections: digest.sections,
                identifier: "digest.\(id).\(digest.through)")
            do throws(MailError) {
                try await client.send(message, now: now)
            } catch {
                // What the mail server will never take is dropped; the rest is tried again.
                if case .temporary = error { return }
            }
            let count = digest.pusher.mailCount + 1
            try await journal.write { transaction in
                try transaction.store.deleteQueuedPushes(of: id, through: digest.through)
                try transaction.store.setMailed(now, count: count, of: id)
            }
        }
    }

    private func finding(_ id: Int64, _ now: Int64, _ reader: any StoreReader) throws -> Finding {
        guard let pusher = try reader.pusher(id), let address = MailAddress(pusher.pushkey) else { return .nothing }
        let queue = try reader.queuedPushes(of: id, limit: Self.lookAhead)
        guard let last = queue.last else { return .nothing }
        var unread: [(push: QueuedPush, event: Event)] = []
        for push in queue {
            if let event = try journal.event(of: push, worthTelling: pusher.user, reader) {
                unread.append((push, event))
            }
        }
        guard let oldest = unread.first?.push.created else { return .read(through: last.id) }
        // Whoever read something since the last mail is told as soon as the first time.
        let hasRead = unread.count < queue.count
        let wait = min(delay << Int64(hasRead ? 0 : min(pusher.mailCount, 20)), max(delay, Self.longest))
        guard oldest + delay <= now, pusher.mailed + (pusher.mailed == 0 ? 0 : wait) <= now else { return .wait }
        return .due(
            Digest(
                pusher: pusher, address: address, through: last.id, count: unread.count,
                sections: try sections(unread.map(\.event), pusher, reader)))
    }

    private func sections(
        _ events: [Event], _ pusher: StoredPusher, _ reader: any StoreReader
    ) throws -> [MailLayout.Section] {
        let texts = MailTexts(for: pusher.language, serverName: serverName)
        var order: [RoomID] = []
        var byRoom: [RoomID: [Event]] = [:]
        for event in events {
            if byRoom[event.roomID] == nil { order.append(event.roomID) }
            byRoom[event.roomID, default: []].append(event)
        }
        return try order.prefix(Self.maximumRooms).compactMap { id in
            guard let room = try journal.room(id, reader), let events = byRoom[id] else { return nil }
            var lines = events.suffix(Self.linesOfRoom).map { Self.line($0, room, pusher.user, texts) }
            if events.count > lines.count { lines.append(texts.more(events.count - lines.count)) }
            return MailLayout.Section(title: Self.title(room, events), lines: lines)
        }
    }

    /// The room's name, or that of who wrote there last.
    private static func title(_ room: RoomSnapshot, _ events: [Event]) -> String {
        let name = room.text("m.room.name", "name") ?? room.text("m.room.canonical_alias", "alias")
        return name ?? events.last.map { Self.name($0.sender, room) } ?? room.id.string
    }

    private static func name(_ user: UserID, _ room: RoomSnapshot) -> String {
        room.members[user]?.content["displayname"]?.string ?? user.string
    }

    private static func line(_ event: Event, _ room: RoomSnapshot, _ user: UserID, _ texts: MailTexts) -> String {
        let text =
            switch event.type {
            case "m.room.encrypted": texts.encrypted
            case "m.room.member" where event.stateKey == user.string: texts.invitation
            default: event.content["body"]?.string ?? texts.somethingElse
            }
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        return "\(name(event.sender, room)): \(line.count > maximumLine ? line.prefix(maximumLine) + "…" : line)"
    }
}
