package import EventLoop
package import JSON
package import MatrixAPI
import Store
import Synchronization

/// Television, music, pictures, charts, pages and games: rooms of the portal whose state says what is on.
///
/// The schedule is the room's state too, and the server switches the programme by it. What an administrator puts on by
/// hand stays until the schedule changes something the next time; all of it follows from the two state events and their
/// times, so that a restart changes nothing.
package final class Channels: Sendable {
    /// The places that a channel can have among the others.
    static let orders: ClosedRange<Int64> = 0...999_999
    static let programmeType = "mado.programme"
    static let scheduleType = "mado.schedule"
    /// The longest time until the schedules are looked at again: a clock may be set.
    private static let longestWait = Duration.seconds(60)

    let portal: Portal
    private let clock: WallClock
    private let loop: EventLoop
    private let timer = Mutex<LoopTimer?>(nil)

    /// - Parameter loop: where its timer runs.
    package init(portal: Portal, loop: EventLoop, clock: WallClock = .system) {
        self.portal = portal
        self.loop = loop
        self.clock = clock
    }

    // MARK: Administration

    /// What an administrator says of a new channel.
    package struct Creation: Sendable {
        package var kind: ChannelKind
        package var name: String
        package var topic: String?
        /// Its place among the channels.
        package var order = 0
        /// Whether every member is in it without having asked.
        package var isDefaultSubscribed = false

        package init(kind: ChannelKind, name: String) {
            self.kind = kind
            self.name = name
        }
    }

    package func all() async throws -> [PortalRoom] { try await portal.rooms(ofType: .channel) }

    /// - Throws: `M_NOT_FOUND`, `M_INVALID_PARAM` when several channels have the name.
    package func channel(named name: String) async throws -> PortalRoom {
        try await portal.room(named: name, ofType: .channel)
    }

    /// - Throws: `M_INVALID_PARAM` for a name that is taken or none.
    package func make(_ wish: Creation) async throws -> RoomID {
        guard (1...100).contains(wish.name.count) else {
            throw MatrixError.invalidParam("The name of a channel has 1 to 100 characters")
        }
        guard try await !all().contains(where: { $0.name == wish.name }) else {
            throw MatrixError.invalidParam("There is a channel \(wish.name) already")
        }
        var creation = PortalRoomCreation(
            type: .channel, name: wish.name,
            description: .object { object in
                object.member("kind", wish.kind.rawValue)
                object.member("order", wish.order)
                if wish.isDefaultSubscribed { object.member("default_subscribed", true) }
            })
        creation.topic = wish.topic
        // Behind the feeds; numbers are compared as text, and have as many digits each.
        creation.order = "m" + String(1_000_000 + wish.order)
        return try await portal.makeRoom(creation)
    }

    /// Puts a programme on; `{}` for nothing.
    /// - Throws: `M_INVALID_PARAM` when it is none, or not of the channel's kind; `M_TOO_LARGE`.
    package func setProgramme(_ programme: JSONValue, on channel: RoomID) async throws {
        let room = try await portal.room(channel, ofType: .channel)
        try ProgrammeRules.check(programme)
        try Self.checkKind(programme, room)
        try await portal.setState(Self.programmeType, programme, in: channel)
    }

    /// - Throws: `M_INVALID_PARAM` when it is none, or a programme not of the channel's kind; `M_TOO_LARGE`.
    package func setSchedule(_ schedule: JSONValue, on channel: RoomID) async throws {
        let room = try await portal.room(channel, ofType: .channel)
        for entry in try ChannelSchedule(schedule).entries { try Self.checkKind(entry.programme, room) }
        try await portal.setState(Self.scheduleType, schedule, in: channel)
        try await applySchedules()
    }

    private static func checkKind(_ programme: JSONValue, _ room: PortalRoom) throws {
        guard programme.count > 0, let kind = ChannelKind(rawValue: room.description["kind"]?.string ?? "") else {
            return
        }
        guard programme["kind"]?.string == kind.programme.rawValue else {
            throw MatrixError.invalidParam("The channel \(room.name) shows programmes of the kind \(kind.programme)")
        }
    }

    // MARK: Schedules

    /// Begins to switch programmes; goes on as long as this object is there.
    package func start() async throws { try await applySchedules() }

    /// Puts on what is due on every channel, and looks again when the next thing is.
    package func applySchedules() async throws {
        let now = clock.now
        var next: Int64?
        for channel in try await all() {
            // What somebody wrote past the administration's endpoints and is no schedule is none.
            guard let schedule = try? ChannelSchedule(channel.content(Self.scheduleType)) else { continue }
            if let content = Self.due(channel, schedule, at: now) {
                // A channel that refuses, because the portal's account was put out of it, keeps no other waiting.
                do { try await portal.setState(Self.programmeType, content, in: channel.id) } catch is MatrixError {
                    continue
                }
            }
            if let change = schedule.nextChange(after: now) { next = min(next ?? change, change) }
        }
        wait(until: next, now)
    }

    /// What has to be put on; nil when the present programme stays.
    private static func due(_ channel: PortalRoom, _ schedule: ChannelSchedule, at now: Int64) -> JSONValue? {
        let present = channel.room.stateEvent(StateKey(programmeType))
        let isScheduled = present?.content["schedule_id"]?.string != nil
        guard let showing = schedule.showing(at: now) else { return isScheduled ? .emptyObject : nil }
        let scheduled = channel.room.stateEvent(StateKey(scheduleType))?.timestamp ?? 0
        // By hand and later than the schedule's own beginning: it stays.
        if let present, !isScheduled, present.timestamp > max(showing.since, scheduled) { return nil }
        return showing.content
    }

    private func wait(until time: Int64?, _ now: Int64) {
        let delay = time.map { min(Duration.milliseconds($0 - now), Self.longestWait) } ?? Self.longestWait
        let new = loop.schedule(after: delay) { [weak self] in
            Task { [weak self] in
                do { try await self?.applySchedules() } catch { self?.wait(until: nil, now) }
            }
        }
        let old = timer.withLock { timer in
            defer { timer = new }
            return timer
        }
        old?.cancel()
    }
}

/// A schedule that somebody with the level for it writes by a client.
extension Channels: JournalObserver {
    package func published(_ publication: Publication) {
        let isSchedule = publication.changes.contains { change in
            guard case .event(let event) = change.kind else { return false }
            return event.type == Self.scheduleType && event.stateKey == "" && event.sender != portal.account
        }
        guard isSchedule else { return }
        Task { [weak self] in try? await self?.applySchedules() }
    }
}
