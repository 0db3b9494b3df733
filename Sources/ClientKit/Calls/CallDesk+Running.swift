extension CallDesk {
    /// Opens camera, microphone and connections, and lets the machines begin.
    func begin(_ call: Call) {
        Task { [weak self] in
            guard let self, await prepare(call) else { return }
            for user in call.present { start(user, of: call) }
            meet(call)
        }
    }

    /// - Returns: whether there are camera, microphone and ways; otherwise the call is over.
    func prepare(_ call: Call) async -> Bool {
        await findRelays(for: call)
        guard !call.isEnded else { return false }
        call.addresses = LocalAddresses.current()
        do {
            if call.media == nil { call.media = try makeMedia(call) }
        } catch {
            let end = CallEnd.mediaFailed("\(error)")
            if call.conference != nil { finish(call, end) } else { forEachLeg(of: call) { $0.hangUp(end) } }
            return false
        }
        // The member may have switched the sound off before there was any.
        call.media?.setMuted(call.isMuted)
        call.changes.notify(.own)
        return true
    }

    private func start(_ user: String, of call: Call) {
        change(user, of: call) { $0.isOutgoing ? $0.start() : $0.accept() }
    }

    func perform(_ action: CallMachine.Action, _ user: String, _ machine: CallMachine, _ call: Call) {
        switch action {
        case .send(let content): send(machine.event(content), of: call, to: user)
        case .ended(let end): ended(user, end, machine, call)
        case .makeOffer, .dropOffer, .makeAnswer, .accept, .add, .setSending: tell(action, user, call)
        }
    }

    func heard(_ event: CallPeerEvent, from user: String, _ call: Call) {
        let now = now
        switch event {
        case .described(let sdp):
            let streams = call.media?.streams ?? CallStreams()
            change(user, of: call) { $0.described(sdp, streams: streams, now: now) }
        case .found(let candidate): change(user, of: call) { $0.found(candidate, now: now) }
        case .path(let path): change(user, of: call) { $0.pathChanged(path, now: now) }
        case .renewed: change(user, of: call) { $0.renewed() }
        case .notRenewed: change(user, of: call) { $0.notRenewed(now: now) }
        case .failed(let reason): change(user, of: call) { $0.hangUp(.mediaFailed(reason)) }
        case .pictureCame:
            let acceptedAt = call.legs[user]?.acceptedAt
            call.legs[user]?.pictureAfter = acceptedAt.map { now - $0 }
        case .figures(let figures):
            var figures = figures
            figures.route = call.relays.route(figures.route)
            call.legs[user]?.figures = figures
            call.judge()
            call.changes.notify(.figures(userID: user))
        }
    }

    private func ended(_ user: String, _ end: CallEnd, _ machine: CallMachine, _ call: Call) {
        closePeer(user, call)
        call.joined.remove(user)
        if call.isGroup, [.answeredElsewhere, .declinedElsewhere, .declinedHere].contains(end) {
            settled.append(settledKey(call.id, call.roomID, call.account))
            if settled.count > 50 { settled.removeFirst() }
        }
        changes.notify(.ended(callID: machine.callID, roomID: call.roomID, userID: user, end))
        if call.isGroup, call.present.count > 0 { call.changes.notify(.missed(userID: user, end)) }
    }

    /// Tells what has become of a call, and lets go of one that is over.
    func update(_ call: Call) {
        guard !call.isEnded else { return }
        let phase = call.derivedPhase()
        if phase == .active, call.since == nil {
            call.since = clock.now().wall
            beginReporting(call)
        }
        let isNew = phase != call.phase
        call.phase = phase
        if call.isEnded {
            letGo(call)
            if call.isGroup { answered[groupKey(call.id, call.roomID)] = nil }
        }
        if isNew { call.changes.notify(.phase) }
        call.changes.notify(.people)
        if call.isEnded { changes.notify(.calls) }
        schedule()
    }

    /// Of a call that is over.
    func letGo(_ call: Call) {
        call.media?.close()
        call.relays.stop()
        (call.peers, call.waiting) = ([:], [:])
        endReporting(call)
        ringing.removeAll { $0 === call }
        if current === call { current = nil }
    }

    /// Milliseconds that the end of an account waits for what tells the others of it.
    private static let partingTime: Int64 = 2000

    /// Ends all calls of an account that is about to stop; those that ring go on ringing on the member's other devices.
    /// Returns once the others are told, after ``partingTime`` at most, and leaves no call of the account.
    func end(of account: AccountModel) async {
        let calls = all.filter { $0.account === account }
        // The end of one that the member has just hung up may still be on its way.
        guard !calls.isEmpty || !sending.isEmpty else { return }
        part(from: calls)
        let parting = Array(sending.values) + calls.compactMap { $0.conference?.leaving }
        let (waiting, done) = AsyncStream<Void>.makeStream()
        let limit = Task { [clock] in
            try? await clock.sleep(milliseconds: Self.partingTime)
            done.finish()
        }
        Task {
            for sent in parting { await sent.value }
            done.finish()
        }
        for await _ in waiting {}
        limit.cancel()
        // What came or was made meanwhile.
        part(from: all.filter { $0.account === account })
    }

    private func part(from calls: [Call]) {
        for call in calls {
            if ringing.contains(where: { $0 === call }) { forEachLeg(of: call) { $0.giveWay() } } else { hangUp(call) }
        }
    }

    // MARK: Sending

    /// Sends an event after those before it.
    private func send(_ event: CallEvent, of call: Call, to user: String) {
        guard let client = call.account.parts?.client else { return }
        let key = "\(event.callID) \(event.roomID)"
        let before = sending[key]
        let (clock, limit) = (clock, now + Self.sendingTime)
        let isLast = if case .hangUp = event.content { true } else { false }
        sending[key] = Task { [weak self, weak call] in
            await before?.value
            let isSent = await Self.send(event, client, clock, until: limit)
            if isLast { self?.sending[key] = nil }
            guard !isSent, let self, let call else { return }
            // Another call may have taken the place of the one that this belonged to.
            change(user, of: call) { $0.callID == event.callID ? $0.couldNotSend() : [] }
        }
    }

    /// How long the server may take for an event: a connection that leads nowhere any more must not hold up the call.
    private nonisolated static let attemptTime = Duration.seconds(5)

    private nonisolated static func send(
        _ event: CallEvent, _ client: MatrixClient, _ clock: any ConnectionClock, until limit: Int64
    ) async -> Bool {
        let transaction = "call-" + (0..<4).map { _ in String(UInt32.random(in: 0 ... .max), radix: 36) }.joined()
        while true {
            do {
                _ = try await client.sendEvent(
                    event.type, transaction, event.json, in: event.roomID, timeout: attemptTime)
                return true
            } catch let error as MatrixClientError where !error.isTransient {
                return false
            } catch {
                let wait = (error as? MatrixClientError)?.retryAfterMilliseconds ?? 1000
                guard clock.now().uptime + wait < limit else { return false }
                do { try await clock.sleep(milliseconds: wait) } catch { return false }
            }
        }
    }
}
