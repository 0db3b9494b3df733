import EventLoop
import HTTP
import JSON
import MatrixAPI

/// What participants ask for.
extension Conferences {
    /// Who asks, and for which room.
    struct Caller: Sendable {
        let room: RoomID
        let user: UserID
        let device: DeviceID
    }

    /// Puts what the bridge said into the words of this interface.
    private func asking<T: Sendable>(
        _ body: @Sendable (JanusSession) async throws(JanusError) -> T
    ) async throws -> T {
        do throws(JanusError) {
            guard let session else { throw .unavailable }
            return try await body(session)
        } catch {
            switch error {
            case .unavailable: throw Self.away
            // No such feed, no such room: it has just gone.
            case .refused(let code, _) where code == 428 || code == 426:
                throw MatrixError.notFound("That is not there any more")
            case .refused(_, let reason): throw MatrixError.invalidParam("The bridge refuses: \(reason)")
            }
        }
    }

    // MARK: Being in it

    func join(_ caller: Caller) async throws -> Participant {
        try await startBridge()
        for other in conferences[caller.room]?.participants.values.map({ $0 }) ?? []
        where other.user == caller.user && other.device == caller.device {
            remove(other.identifier, from: caller.room)
        }
        let bridgeRoom = try await bridgeRoom(caller.room)
        let handle = try await asking { session throws(JanusError) in try await session.attach() }
        let name = nextName("p")
        do {
            _ = try await asking { session throws(JanusError) in
                try await session.send(handle) { body in
                    body.member("request", "join")
                    body.member("ptype", "publisher")
                    body.member("room", bridgeRoom)
                    body.member("id", name)
                }
            }
            // Others may have come, or all have gone, meanwhile.
            guard let conference = conferences[caller.room], conference.bridgeRoom == bridgeRoom else {
                throw Self.away
            }
            guard conference.participants.count < settings.size else {
                throw MatrixError(429, .limitExceeded, "This conference is full")
            }
        } catch {
            detach([handle])
            throw error
        }
        let participant = Participant(
            identifier: name, user: caller.user, device: caller.device, handle: handle, lastSeen: now)
        enter(participant, caller.room)
        return participant
    }

    /// The bridge's room for a conference, made when it is the first.
    private func bridgeRoom(_ room: RoomID) async throws -> String {
        if let conference = conferences[room] {
            guard conference.participants.count < settings.size else {
                throw MatrixError(429, .limitExceeded, "This conference is full")
            }
            return conference.bridgeRoom
        }
        let name = RandomBytes.token(18)
        let (size, rate) = (Int64(settings.size), Int64(settings.rate))
        let maker = try await asking { session throws(JanusError) in try await session.attach() }
        defer { detach([maker]) }
        _ = try await asking { session throws(JanusError) in
            try await session.ask(maker) { body in
                body.member("request", "create")
                body.member("room", name)
                body.member("permanent", false)
                body.member("is_private", true)
                body.member("publishers", size)
                body.member("bitrate", rate)
                body.member("bitrate_cap", true)
                body.member("fir_freq", Int64(10))
                body.member("audiocodec", "opus")
                body.member("videocodec", "vp8")
                body.member("record", false)
            }
        }
        // Two may have been the first.
        if let conference = conferences[room] { return conference.bridgeRoom }
        conferences[room] = Conference(bridgeRoom: name)
        return name
    }

    /// Those whose media one can get.
    func publishers(in room: RoomID, except name: String) -> [Participant] {
        (conferences[room]?.participants.values.filter { $0.isSeen && $0.identifier != name } ?? [])
            .sorted { $0.identifier < $1.identifier }
    }

    /// The members who are in it, each once.
    func people(in room: RoomID) -> [UserID] {
        Set(conferences[room]?.participants.values.map(\.user) ?? []).sorted { $0.string < $1.string }
    }

    func leave(_ caller: Caller, _ name: String) throws {
        _ = try participant(name, in: caller.room, of: caller.user, caller.device)
        remove(name, from: caller.room)
    }

    // MARK: Sending

    func publish(_ caller: Caller, _ name: String, offer: String) async throws -> String {
        let participant = try participant(name, in: caller.room, of: caller.user, caller.device)
        let sdp = SessionDescription.filtered(offer, destinations.permit)
        let media = SessionDescription.media(in: offer)
        let isAgain = participant.isPublishing
        let event = try await asking { session throws(JanusError) in
            try await session.send(participant.handle, sdp: ("offer", sdp)) { body in
                body.member("request", isAgain ? "configure" : "publish")
            }
        }
        guard let answer = event.sdp else { throw MatrixError.invalidParam("The bridge has no answer to this offer") }
        guard conferences[caller.room]?.participants[name] != nil else {
            throw MatrixError.notFound("There is no such participant")
        }
        setPlaces(answer, of: name, caller.room)
        conferences[caller.room]?.participants[name]?.isPublishing = true
        conferences[caller.room]?.participants[name]?.media = media
        return answer
    }

    func unpublish(_ caller: Caller, _ name: String) async throws {
        let participant = try participant(name, in: caller.room, of: caller.user, caller.device)
        guard participant.isPublishing else { return }
        // The bridge answers before it has ended the connection: an offer in between would be taken for a change of that
        // connection, and end with it.
        expectHangup(participant.handle)
        do {
            _ = try await asking { session throws(JanusError) in
                try await session.send(participant.handle) { $0.member("request", "unpublish") }
            }
        } catch {
            hungUp(participant.handle)
            throw error
        }
        unpublish(name, in: caller.room)
        await hangup(participant.handle)
    }

    /// Tells the others that a participant is without sound or picture, though it goes on sending.
    func setMuted(_ caller: Caller, _ name: String, audio: Bool, video: Bool) throws {
        var participant = try participant(name, in: caller.room, of: caller.user, caller.device)
        guard participant.muted != (audio, video) else { return }
        participant.muted = (audio, video)
        conferences[caller.room]?.participants[name]?.muted = participant.muted
        // Who does not see it yet is told with the rest.
        if participant.isSeen { tell(caller.room, except: name) { $0.muted(participant) } }
    }

    // MARK: Getting

    func subscribe(_ caller: Caller, _ name: String, to publisher: String) async throws -> (name: String, offer: String)
    {
        let participant = try participant(name, in: caller.room, of: caller.user, caller.device)
        guard let conference = conferences[caller.room], conference.participants[publisher]?.isSeen == true else {
            throw MatrixError.notFound("That participant sends nothing")
        }
        guard participant.subscriptions.count < settings.size * 2 else {
            throw MatrixError(429, .limitExceeded, "Too many subscriptions")
        }
        let handle = try await asking { session throws(JanusError) in try await session.attach() }
        let event: JanusEvent
        do {
            event = try await asking { session throws(JanusError) in
                try await session.send(handle) { body in
                    body.member("request", "join")
                    body.member("ptype", "subscriber")
                    body.member("room", conference.bridgeRoom)
                    body.array("streams") { list in list.object { $0.member("feed", publisher) } }
                }
            }
        } catch {
            detach([handle])
            throw error
        }
        guard let offer = event.sdp, conferences[caller.room]?.participants[name] != nil else {
            detach([handle])
            throw MatrixError.notFound("That is not there any more")
        }
        let subscription = Subscription(
            identifier: nextName("s"), publisher: publisher, handle: handle,
            places: SessionDescription.addresses(in: offer))
        enter(subscription, of: name, caller.room)
        return (subscription.identifier, offer)
    }

    private func subscription(_ caller: Caller, _ name: String, _ subscription: String) throws -> Subscription {
        let participant = try participant(name, in: caller.room, of: caller.user, caller.device)
        guard let found = participant.subscriptions[subscription] else {
            throw MatrixError.notFound("There is no such subscription")
        }
        return found
    }

    func answer(_ caller: Caller, _ name: String, _ subscription: String, sdp: String) async throws {
        let found = try self.subscription(caller, name, subscription)
        let sdp = SessionDescription.filtered(sdp, destinations.permit)
        _ = try await asking { session throws(JanusError) in
            try await session.send(found.handle, sdp: ("answer", sdp)) { $0.member("request", "start") }
        }
    }

    func unsubscribe(_ caller: Caller, _ name: String, _ subscription: String) throws {
        _ = try self.subscription(caller, name, subscription)
        remove(subscription, of: name, caller.room)
    }

    /// - Parameter candidates: as clients write them; those that are no relays of this server are left out.
    func trickle(
        _ caller: Caller, _ name: String, _ subscription: String?, _ candidates: [JSONValue], isComplete: Bool
    ) async throws {
        let participant = try participant(name, in: caller.room, of: caller.user, caller.device)
        let handle = try subscription.map { try self.subscription(caller, name, $0).handle } ?? participant.handle
        let allowed = candidates.compactMap { candidate -> RawJSON? in
            guard let text = candidate["candidate"]?.string, let way = SessionDescription.Candidate(text),
                destinations.permit(way.address)
            else { return nil }
            let mid = candidate["sdpMid"]?.string
            guard mid.map({ $0.utf8.count <= 64 && SessionDescription.isPlain($0) }) != false else { return nil }
            return RawJSON(
                JSONWriter.object { object in
                    object.member("candidate", way.text)
                    if let index = candidate["sdpMLineIndex"]?.int { object.member("sdpMLineIndex", index) }
                    object.memberIfPresent("sdpMid", mid)
                })
        }
        try await asking { session throws(JanusError) in
            try await session.trickle(handle, candidates: allowed, isComplete: isComplete)
        }
    }

    // MARK: Events

    /// What is new to the participant, and the cursor behind it; waits for it as long as `timeout`.
    func events(
        _ caller: Caller, _ name: String, after cursor: Int64, timeout: Duration, on loop: EventLoop
    ) async throws -> (events: [[UInt8]], next: Int64) {
        guard conferences[caller.room]?.participants[name] != nil else { return ([ConferenceEvents.ended], cursor) }
        _ = try participant(name, in: caller.room, of: caller.user, caller.device)
        if let news = take(name, caller.room, after: cursor) { return news }
        let timer = loop.schedule(after: timeout) { [weak self] in
            guard let self else { return }
            Task { await self.wake(name, caller.room) }
        }
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            if conferences[caller.room]?.participants[name] == nil {
                continuation.resume()
            } else {
                conferences[caller.room]?.participants[name]?.events.wait(continuation)
            }
        }
        timer.cancel()
        guard conferences[caller.room]?.participants[name] != nil else { return ([ConferenceEvents.ended], cursor) }
        conferences[caller.room]?.participants[name]?.lastSeen = now
        return take(name, caller.room, after: cursor) ?? ([], cursor)
    }

    private func take(_ name: String, _ room: RoomID, after cursor: Int64) -> (events: [[UInt8]], next: Int64)? {
        guard var events = conferences[room]?.participants[name]?.events else { return nil }
        defer { conferences[room]?.participants[name]?.events = events }
        return events.take(after: cursor).map { ($0, events.last) }
    }

    private func wake(_ name: String, _ room: RoomID) { conferences[room]?.participants[name]?.events.wake() }
}
