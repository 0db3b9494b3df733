package import EventLoop
import HTTP
import JSON
import MatrixAPI
package import Outbound

/// Calls of many: each participant sends once, to the bridge, and gets what the others send from there.
///
/// A conference belongs to a room and lasts as long as anybody is in it. Participants are devices of members who are joined
/// to that room; who leaves the room, is logged out, or is not heard of for `lifetime` is out. What reaches the bridge are
/// relays of this server and nothing else: other candidates are taken out of what clients say, and what the bridge listens
/// on is a destination of relays for as long as its connection lasts.
package actor Conferences {
    /// The name under which a conference counts as a call.
    private static func callName(_ room: RoomID) -> String { "mado.conference \(room.string)" }

    let journal: Journal
    let destinations: RelayDestinations
    let settings: Settings
    private let http: HTTPClient
    private let calls: CallDirectory
    let loop: EventLoop
    private let clock: WallClock
    private let log: Log
    private var place: ConferenceProcess.Place?
    var session: JanusSession?
    var conferences: [RoomID: Conference] = [:]
    private var byHandle: [Int64: (room: RoomID, participant: String, subscription: String?)] = [:]
    private var number = 0
    private var isStopped = false
    /// Starts the bridge's program.
    private let start: @Sendable () -> Void
    private var isStarted = false
    /// Who waits for the bridge to come up.
    private var waiting: [UnsafeContinuation<Void, Never>] = []
    /// Handles whose connection is being ended, with who waits for that.
    private var ending: [Int64: UnsafeContinuation<Void, Never>?] = [:]

    static let away = MatrixError(503, .unknown, "There are no conferences at the moment")
    /// How long the first to come waits for the bridge.
    private static let startTime = Duration.seconds(15)
    /// How long the end of a connection is waited for.
    private static let hangupTime = Duration.seconds(5)

    package init(
        journal: Journal, destinations: RelayDestinations, calls: CallDirectory, http: HTTPClient, loop: EventLoop,
        settings: Settings, clock: WallClock, log: Log, start: @escaping @Sendable () -> Void
    ) {
        self.journal = journal
        self.destinations = destinations
        self.calls = calls
        self.http = http
        self.loop = loop
        self.settings = settings
        self.clock = clock
        self.log = log.area("conferences")
        self.start = start
    }

    // MARK: The bridge

    /// The bridge is started for the first conference, and stays.
    /// - Throws: 503 when it does not come up.
    func startBridge() async throws {
        guard session == nil else { return }
        if !isStarted {
            isStarted = true
            start()
        }
        let timer = loop.schedule(after: Self.startTime) { [weak self] in
            guard let self else { return }
            Task { await self.endWaiting() }
        }
        await withUnsafeContinuation { continuation in
            if isStopped { continuation.resume() } else { waiting.append(continuation) }
        }
        timer.cancel()
        guard session != nil else { throw Self.away }
    }

    private func endWaiting() {
        let ending = waiting
        waiting = []
        for continuation in ending { continuation.resume() }
    }

    /// The bridge serves there, or is gone.
    package func bridgeChanged(_ place: ConferenceProcess.Place?) async {
        self.place = place
        session?.close()
        session = nil
        endAll()
        await connect()
    }

    private func connect() async {
        guard let place, session == nil, !isStopped else { return }
        let new = JanusSession(http: http, port: place.port, secret: place.secret, loop: loop)
        do throws(JanusError) {
            try await new.open(
                happened: { [weak self] event in await self?.happened(event) },
                ended: { [weak self] in await self?.sessionEnded(new) })
        } catch {
            log.error("the bridge of conferences does not answer", ["reason": "\(error)"])
            return connectLater()
        }
        guard self.place == place, session == nil, !isStopped else { return new.close() }
        session = new
        endWaiting()
    }

    /// Where the bridge is still there, and only the session is not.
    private nonisolated func connectLater() {
        _ = loop.schedule(after: .seconds(2)) { [weak self] in
            guard let self else { return }
            Task { await self.connect() }
        }
    }

    private func sessionEnded(_ ended: JanusSession) {
        guard session === ended else { return }
        session = nil
        endAll()
        connectLater()
    }

    /// Answers who waits, and accepts nothing more.
    package func stop() {
        isStopped = true
        session?.close()
        session = nil
        endAll()
        endWaiting()
    }

    /// All conferences are over, and the participants are told.
    private func endAll() {
        for (room, conference) in conferences {
            for participant in conference.participants.values {
                release(participant)
                participant.events.end()
                calls.leave(Self.callName(room), by: participant.user)
            }
        }
        conferences = [:]
        byHandle = [:]
        for handle in ending.keys { hungUp(handle) }
    }

    private func release(_ participant: Participant) {
        for place in participant.places + participant.subscriptions.values.flatMap(\.places) {
            destinations.remove(place)
        }
    }

    // MARK: Participants

    private static func call(_ room: RoomID) -> CallList.Key { CallList.Key(room: room, call: callName(room)) }

    func nextName(_ letter: String) -> String {
        number += 1
        return "\(letter)\(number)-\(RandomBytes.token(6))"
    }

    /// The participant, which shows that it is there by that.
    /// - Throws: `M_NOT_FOUND`.
    func participant(_ name: String, in room: RoomID, of user: UserID, _ device: DeviceID) throws -> Participant {
        guard var found = conferences[room]?.participants[name], found.user == user, found.device == device else {
            throw MatrixError.notFound("There is no such participant")
        }
        found.lastSeen = clock.now
        conferences[room]?.participants[name] = found
        calls.report(Self.call(room), by: user, for: settings.lifetime * 2)
        return found
    }

    func enter(_ participant: Participant, _ room: RoomID) {
        conferences[room]?.participants[participant.identifier] = participant
        byHandle[participant.handle] = (room, participant.identifier, nil)
        calls.report(Self.call(room), by: participant.user, for: settings.lifetime * 2)
    }

    func enter(_ subscription: Subscription, of participant: String, _ room: RoomID) {
        for place in subscription.places { destinations.add(place) }
        conferences[room]?.participants[participant]?.subscriptions[subscription.identifier] = subscription
        byHandle[subscription.handle] = (room, participant, subscription.identifier)
    }

    /// What the bridge listens on for a connection, in the place of what it did before.
    func setPlaces(_ sdp: String, of participant: String, _ room: RoomID) {
        guard let old = conferences[room]?.participants[participant]?.places else { return }
        let new = SessionDescription.addresses(in: sdp)
        for place in new { destinations.add(place) }
        for place in old { destinations.remove(place) }
        conferences[room]?.participants[participant]?.places = new
    }

    /// The participant is out, and the others are told.
    func remove(_ name: String, from room: RoomID) {
        guard let participant = conferences[room]?.participants.removeValue(forKey: name) else { return }
        release(participant)
        participant.events.end()
        let handles = [participant.handle] + participant.subscriptions.values.map(\.handle)
        for handle in handles { byHandle[handle] = nil }
        detach(handles)
        let isElsewhere = conferences[room]?.participants.values.contains { $0.user == participant.user } == true
        if !isElsewhere { calls.leave(Self.callName(room), by: participant.user) }
        if participant.isSeen { tell(room, except: name) { $0.unpublished(name) } }
        if let conference = conferences[room], conference.participants.isEmpty {
            conferences[room] = nil
            destroy(conference.bridgeRoom)
        }
    }

    func remove(_ subscription: String, of participant: String, _ room: RoomID) {
        let found = conferences[room]?.participants[participant]?.subscriptions.removeValue(forKey: subscription)
        guard let found else { return }
        for place in found.places { destinations.remove(place) }
        byHandle[found.handle] = nil
        detach([found.handle])
    }

    /// Nobody waits for that; what is left behind ends with the session.
    func detach(_ handles: [Int64]) {
        guard let session else { return }
        Task { for handle in handles { try? await session.detach(handle) } }
    }

    private func destroy(_ room: String) {
        guard let session else { return }
        Task {
            guard let handle = try? await session.attach() else { return }
            _ = try? await session.ask(handle) { body in
                body.member("request", "destroy")
                body.member("room", room)
            }
            try? await session.detach(handle)
        }
    }

    func tell(_ room: RoomID, except name: String, _ body: (inout ConferenceEvents) -> Void) {
        for other in conferences[room]?.participants.keys.filter({ $0 != name }) ?? [] {
            if var events = conferences[room]?.participants[other]?.events {
                body(&events)
                conferences[room]?.participants[other]?.events = events
            }
        }
    }

    // MARK: What the bridge tells

    private func happened(_ event: JanusEvent) {
        guard let (room, name, subscription) = byHandle[event.handle] else { return }
        switch event.kind {
        case "webrtcup":
            conferences[room]?.participants[name]?.events.connection(subscription, isUp: true)
            if subscription == nil { publish(name, in: room) }
        case "hangup":
            // An end that was asked for has been dealt with.
            if hungUp(event.handle) { return }
            conferences[room]?.participants[name]?.events.connection(subscription, isUp: false)
            if let subscription { remove(subscription, of: name, room) } else { unpublish(name, in: room) }
        case "event":
            // A publisher has other media now: what those get who see it has to be agreed on anew.
            guard let subscription, let sdp = event.sdp else { return }
            conferences[room]?.participants[name]?.events.offer(subscription, sdp: sdp)
        default: break
        }
    }

    // MARK: Connections that are ended

    /// The end of a handle's connection is going to be asked for.
    func expectHangup(_ handle: Int64) { ending[handle] = .some(nil) }

    /// - Returns: whether it was asked for.
    @discardableResult
    func hungUp(_ handle: Int64) -> Bool {
        guard let waiter = ending.removeValue(forKey: handle) else { return false }
        waiter?.resume()
        return true
    }

    /// Waits until the bridge has ended the connection, ``hangupTime`` at most.
    func hangup(_ handle: Int64) async {
        guard ending[handle] != nil else { return }
        let timer = loop.schedule(after: Self.hangupTime) { [weak self] in
            guard let self else { return }
            Task { await self.hungUp(handle) }
        }
        await withUnsafeContinuation { continuation in
            if ending[handle] == nil { continuation.resume() } else { ending[handle] = continuation }
        }
        timer.cancel()
    }

    private func publish(_ name: String, in room: RoomID) {
        guard var participant = conferences[room]?.participants[name], !participant.isSeen else { return }
        participant.isSeen = true
        conferences[room]?.participants[name] = participant
        tell(room, except: name) { $0.published(participant) }
    }

    func unpublish(_ name: String, in room: RoomID) {
        guard var participant = conferences[room]?.participants[name], participant.isPublishing else { return }
        let wasSeen = participant.isSeen
        for place in participant.places { destinations.remove(place) }
        participant.places = []
        participant.isPublishing = false
        participant.isSeen = false
        participant.media = (false, false)
        conferences[room]?.participants[name] = participant
        if wasSeen { tell(room, except: name) { $0.unpublished(name) } }
    }

    var now: Int64 { clock.now }
}
