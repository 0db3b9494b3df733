/// This device's part in a conference: one connection on which it sends, and one for each member from whom it gets.
///
/// A connection that does not stand after ``standingTime`` is made anew. Where one breaks, all of it is joined anew. The
/// own one has as long as that of a call between two: where it does not come to stand, or cannot be had again, the call
/// ends. It belongs to a ``Call``, which shows it.
@MainActor final class Conference {
    private typealias Line = ConferenceLine

    /// Milliseconds that it may be out, or the server be away, before the call ends.
    static let patience = CallMachine.Timing.reconnecting
    /// Milliseconds between two attempts to join, and from one that came to nothing to the next.
    static let pause: Int64 = 2000
    /// Milliseconds: on a computer that is busy the ways to the relay may be found too late.
    static let standingTime: Int64 = 15_000

    /// Counts, one a second, without a new picture after which there is none to show.
    static let stillCounts = 2

    private let owner: String
    private let client: ConferenceClient
    private let clock: any ConnectionClock
    private var roster: ConferenceRoster
    private var participant: String?
    /// The one on which this device sends.
    private var own: Line?
    private var lines: [String: Line] = [:]
    private var running: Task<Void, Never>?
    /// Waits for news.
    private var listening: Task<Void, Never>?
    /// Ends all of it where the own line does not come to stand.
    private var waiting: Task<Void, Never>?
    /// Whether the own line has stood.
    private var hadWay = false
    private var isOver = false
    /// Tells the server that this device has left for good.
    private(set) var leaving: Task<Void, Never>?
    private var isIn = false
    /// It is joined anew.
    private var isBroken = false
    /// Called after each change, with the end where it is one.
    var onChange: @MainActor (CallEnd?) -> Void = { _ in }
    var onFigures: @MainActor (_ userID: String) -> Void = { _ in }
    /// Makes a connection to the bridge, or none where there is nothing to send, or no media any more.
    var makePeer: @MainActor (_ userID: String, CallPeerPart) -> (any CallPeer)? = { _, _ in nil }
    /// What a connection to the bridge has to wait for before it is made.
    var renewRelays: @MainActor () -> Task<Void, Never>? = { nil }
    /// Whether this member is without sound or picture; nil once there are no media.
    var muted: @MainActor () -> ConferenceMuted? = { nil }
    /// What a way is to be called.
    var route: @MainActor (CallFigures.Route?) -> CallFigures.Route? = { $0 }

    /// - Parameter owner: this member.
    init(owner: String, roomID: String, client: MatrixClient, clock: any ConnectionClock) {
        self.owner = owner
        self.clock = clock
        self.client = ConferenceClient(client: client, roomID: roomID)
        roster = ConferenceRoster(owner: owner)
    }

    var people: [String] { roster.seats.map(\.userID) }

    func showsPicture(_ userID: String) -> Bool {
        guard let line = lines[userID], line.isConnected, line.still < Self.stillCounts else { return false }
        guard let seat = seat(of: userID) else { return false }
        return seat.hasVideo && !seat.muted.video
    }

    func isSilent(_ userID: String) -> Bool { seat(of: userID)?.muted.audio ?? false }

    private func seat(of userID: String) -> ConferencePublisher? { roster.seats.first { $0.userID == userID } }

    func isConnected(_ userID: String) -> Bool { lines[userID]?.isConnected ?? false }

    func figures(of userID: String) -> CallFigures? { lines[userID]?.figures }

    // MARK: Being in it

    /// Whether what this device sends has a way. One that has nothing to send needs none.
    var stands: Bool { isIn && !isBroken && own?.isConnected ?? true }

    /// To be called after whatever may have let the own line stand, or stand no more.
    private func judge() {
        if stands {
            hadWay = true
            waiting?.cancel()
            waiting = nil
        } else if !isOver, waiting == nil, isIn || hadWay {
            let (end, time): (CallEnd, Int64) =
                hadWay ? (.lost, CallMachine.Timing.reconnecting) : (.noPath, CallMachine.Timing.connecting)
            waiting = Task { [weak self, clock] in
                do { try await clock.sleep(milliseconds: time) } catch { return }
                if !Task.isCancelled { self?.giveUp(end) }
            }
        }
    }

    private func giveUp(_ end: CallEnd) {
        guard !isOver else { return }
        let tell = onChange
        leave()
        tell(end)
    }

    func start() {
        running = Task { [weak self] in
            while let self, !Task.isCancelled, await stay() {}
        }
    }

    /// Joins, and is in it until something breaks.
    /// - Returns: whether to try again; where not, the end was told.
    private func stay() async -> Bool {
        let limit = clock.now().uptime + Self.patience
        while !Task.isCancelled {
            do {
                let joined = try await client.join()
                guard !Task.isCancelled else {
                    // Left before the server had answered: the others would see an empty place for a minute.
                    let client = client
                    Task { try? await client.leave(joined.participant) }
                    return false
                }
                let next = clock.now().uptime + Self.pause
                begin(joined)
                onChange(nil)
                let listening = Task { [weak self] () -> Void in await self?.listen(joined) }
                self.listening = listening
                await listening.value
                guard !isOver else { return false }
                end()
                onChange(nil)
                // What breaks at once is not asked for again and again without a pause.
                let wait = next - clock.now().uptime
                if wait > 0 { try await clock.sleep(milliseconds: wait) }
                return true
            } catch let error as MatrixClientError where !error.isTransient && error.status != 503 {
                giveUp(.refused(error.message))
                return false
            } catch {
                guard !Task.isCancelled else { return false }
                guard clock.now().uptime < limit else {
                    giveUp(.lost)
                    return false
                }
                do { try await clock.sleep(milliseconds: Self.pause) } catch { return false }
            }
        }
        return false
    }

    private func begin(_ joined: ConferenceClient.Joined) {
        participant = joined.participant
        (isIn, isBroken) = (true, false)
        publish()
        perform(roster.joined(joined.publishers))
    }

    private func listen(_ joined: ConferenceClient.Joined) async {
        var cursor = joined.next
        /// Since when the server has not answered.
        var silentSince: Int64?
        while !Task.isCancelled, !isBroken {
            do {
                let news = try await client.events(joined.participant, since: cursor)
                guard !Task.isCancelled, !isBroken else { return }
                cursor = news.next
                silentSince = nil
                for event in news.events { take(event) }
            } catch let error as MatrixClientError where !error.isTransient {
                return
            } catch {
                // Who is not heard of is out, however well the lines seem to stand.
                let now = clock.now().uptime
                let since = silentSince ?? now
                guard now - since < Self.patience else { return }
                silentSince = since
                do { try await clock.sleep(milliseconds: 1000) } catch { return }
            }
        }
    }

    private func take(_ event: ConferenceEvent) {
        switch event {
        case .ended:
            isBroken = true
            judge()
        case .offer(let subscription, let sdp):
            lines.values.first { $0.subscription == subscription }?.peer.makeAnswer(to: sdp, isFresh: false)
        case .disconnected(let subscription): bridgeEnded(subscription)
        case .published, .unpublished, .muted:
            perform(roster.take(event))
            onChange(nil)
        }
    }

    /// The media do not notice by themselves that the bridge has ended a connection. One that does not stand is being made,
    /// and what is told is of the one before.
    private func bridgeEnded(_ subscription: String?) {
        guard let subscription else {
            if own?.isConnected == true { rejoin() }
            return
        }
        guard let (userID, line) = lines.first(where: { $0.value.subscription == subscription }), line.isConnected
        else {
            return
        }
        // Where it is because somebody has gone or sends anew, that is told next.
        line.isConnected = false
        watch(line, userID)
        onChange(nil)
    }

    private func end() {
        isIn = false
        participant = nil
        own?.close()
        own = nil
        perform(roster.left())
        judge()
    }

    func leave() {
        isOver = true
        onChange = { _ in }
        for task in [running, listening, waiting] { task?.cancel() }
        (running, listening, waiting) = (nil, nil, nil)
        if let participant {
            let client = client
            leaving = Task { try? await client.leave(participant) }
        }
        end()
    }

    // MARK: Connections

    /// Sends what there is to send, over a connection that is made anew.
    func publish() {
        let before = own
        before?.close()
        own = nil
        defer {
            judge()
            onChange(nil)
        }
        guard let participant, let peer = makePeer(owner, .sending) else { return }
        let line = Line(peer)
        own = line
        if let before {
            // What the server is still being told of the one before comes first.
            line.telling = before.telling
            tell(line) { try await $0.unpublish(participant) }
        }
        connect(line, userID: nil)
        if let renewal = renewRelays() {
            tell(line) { [weak line] _ in
                await renewal.value
                await line?.makeOffer()
            }
        } else {
            line.peer.makeOffer()
        }
        tellMuted()
    }

    /// Tells the others whether this member is to be heard and seen; the bridge does not.
    func tellMuted() {
        guard let participant, let own, let muted = muted() else { return }
        // No reason to leave: the next change tells it.
        tell(own) { try? await $0.setMuted(participant, muted) }
    }

    private func perform(_ actions: [ConferenceRoster.Action]) {
        for action in actions {
            switch action {
            case .subscribe(let publisher): subscribe(to: publisher)
            case .drop(let userID):
                guard let line = lines.removeValue(forKey: userID) else { continue }
                line.close()
                if let participant, let subscription = line.subscription {
                    tell(line) { try? await $0.unsubscribe(participant, subscription) }
                }
            }
        }
    }

    private func subscribe(to publisher: ConferencePublisher) {
        guard let participant, let peer = makePeer(publisher.userID, .receiving) else { return }
        let line = Line(peer)
        lines[publisher.userID] = line
        connect(line, userID: publisher.userID)
        let renewal = renewRelays()
        tell(line) { [weak line] client in
            await renewal?.value
            let made = try await client.subscribe(participant, to: publisher.participant)
            if await line?.take(made.name, offer: made.offer) != true {
                // Given up while the server made it.
                try? await client.unsubscribe(participant, made.name)
            }
        }
    }

    /// - Parameter userID: nil for the own one.
    private func connect(_ line: Line, userID: String?) {
        line.peer.onEvent = { [weak self, weak line] event in
            if let self, let line { heard(event, line, userID) }
        }
        watch(line, userID)
    }

    private func watch(_ line: Line, _ userID: String?) {
        line.watching?.cancel()
        line.watching = Task { [weak self, weak line, clock] in
            do { try await clock.sleep(milliseconds: Self.standingTime) } catch { return }
            if let self, let line, !line.isConnected { renew(line, userID) }
        }
    }

    private func isCurrent(_ line: Line) -> Bool { line === own || lines.values.contains { $0 === line } }

    private func renew(_ line: Line, _ userID: String?) {
        guard isIn, !isBroken, isCurrent(line) else { return }
        guard let userID else { return publish() }
        guard let publisher = roster.seats.first(where: { $0.userID == userID }) else { return }
        perform([.drop(userID: userID), .subscribe(publisher)])
    }

    private func heard(_ event: CallPeerEvent, _ line: Line, _ userID: String?) {
        guard let participant, isCurrent(line) else { return }
        switch event {
        case .described(let sdp) where userID == nil:
            tell(line) { [weak line] client in
                let answer = try await client.publish(participant, offer: sdp)
                await line?.accept(answer)
            }
        case .described(let sdp):
            tell(line) { [weak line] client in
                guard let name = await line?.subscription else { return }
                try await client.answer(participant, name, sdp: sdp)
            }
        case .found(let candidate):
            tell(line) { [weak line] client in try await client.tell(candidate, participant, line?.subscription) }
        case .path(.connected):
            line.isConnected = true
            line.watching?.cancel()
            judge()
            onChange(nil)
        case .path(.disconnected):
            // It may come again by itself.
            guard line.isConnected else { return }
            line.isConnected = false
            watch(line, userID)
            judge()
            onChange(nil)
        case .path(.connecting), .renewed, .notRenewed: break
        case .failed(let reason) where userID == nil: giveUp(.mediaFailed(reason))
        case .path(.failed), .failed: rejoin()
        case .figures(var figures):
            figures.route = route(figures.route)
            count(figures.framesReceived > line.figures.framesReceived, line)
            line.figures = figures
            if let userID { onFigures(userID) }
        case .pictureCame: count(true, line)
        }
    }

    private func count(_ hasNewPicture: Bool, _ line: Line) {
        let before = line.still
        line.still = hasNewPicture ? 0 : min(before + 1, Self.stillCounts)
        if (before < Self.stillCounts) != (line.still < Self.stillCounts) { onChange(nil) }
    }

    /// Leaves and joins anew: the way has changed, or is broken.
    func rejoin() {
        guard isIn, !isBroken else { return }
        isBroken = true
        // What waits for news may do so on a way that is gone.
        listening?.cancel()
        if let participant {
            let client = client
            Task { try? await client.leave(participant) }
        }
        judge()
        onChange(nil)
    }

    /// Tells the server something of a connection, after what was told before.
    private func tell(_ line: Line, _ act: @escaping @Sendable (ConferenceClient) async throws -> Void) {
        let (before, client) = (line.telling, client)
        line.telling = Task { [weak self, weak line] in
            await before?.value
            do {
                try await act(client)
            } catch let error as MatrixClientError where error.status == 404 {
                // Somebody who has just gone; the events tell it.
            } catch {
                if let self, let line, isCurrent(line) { rejoin() }
            }
        }
    }
}
