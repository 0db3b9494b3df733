/// What lets a call's connections use the server's relays.
extension CallDesk {
    /// How long a connection that is to be made anew waits for the server, and a call that begins.
    private static let (renewalTime, beginningTime) = (Duration.seconds(5), Duration.seconds(15))

    /// Of a call that begins. Without relays there may still be a direct way.
    func findRelays(for call: Call) async { await askForRelays(call, Self.beginningTime) }

    private func askForRelays(_ call: Call, _ time: Duration) async {
        guard let parts = call.account.parts else { return }
        do {
            let server = try await parts.relays.turnServer(timeout: time)
            guard !call.isEnded else { return }
            call.relays.renew(
                server, transport: parts.transport as? CurlTransport, proxy: call.account.connection.proxy ?? "",
                now: now)
        } catch {
            call.relays.postpone(now)
        }
    }

    /// Asks for another name and password where the time of those is over, or half of it. Where there is no answer it goes
    /// on with them.
    /// - Returns: what a connection that is to be made has to wait for; nil where there is nothing.
    func renewRelays(of call: Call) -> Task<Void, Never>? {
        if let renewal = call.renewal { return renewal }
        guard !call.isEnded, call.account.parts != nil, call.relays.isDue(now) else { return nil }
        let renewal = Task { [weak self, weak call] in
            guard let self, let call else { return }
            await askForRelays(call, Self.renewalTime)
            call.renewal = nil
        }
        call.renewal = renewal
        return renewal
    }

    /// The server may be another now, which does not know what the one before has given.
    func forgetRelays(of account: AccountModel) {
        guard let relays = account.parts?.relays else { return }
        Task { [weak self] in
            await relays.forget()
            if let current = self?.current, current.account === account { current.relays.expire() }
        }
    }

    // MARK: What waits for it

    /// Has a connection do something; what comes after one that is to be made waits for that one.
    func tell(_ action: CallMachine.Action, _ user: String, _ call: Call) {
        if call.waiting[user] != nil {
            call.waiting[user]?.append(action)
        } else if action.makesConnection, let renewal = renewRelays(of: call) {
            call.waiting[user] = [action]
            Task { [weak self, weak call] in
                await renewal.value
                guard let self, let call, !call.isEnded else { return }
                for action in call.waiting.removeValue(forKey: user) ?? [] { act(action, user, call) }
            }
        } else {
            act(action, user, call)
        }
    }

    private func act(_ action: CallMachine.Action, _ user: String, _ call: Call) {
        guard let peer = peer(user, call) else { return }
        switch action {
        case .send, .ended: break
        case .makeOffer: peer.makeOffer()
        case .dropOffer: peer.dropOffer()
        case .makeAnswer(let offer, let isFresh): peer.makeAnswer(to: offer, isFresh: isFresh)
        case .accept(let answer): peer.accept(answer: answer)
        case .add(let candidates): peer.add(candidates)
        case .setSending(let isSending): peer.setSending(isSending)
        }
    }

    private func peer(_ user: String, _ call: Call) -> (any CallPeer)? {
        if let peer = call.peers[user] { return peer }
        let peer = call.media?.makePeer(
            for: user, relays: { [weak call] in call?.relays.addresses ?? [] }, part: .both)
        guard let peer else { return nil }
        call.peers[user] = peer
        peer.onEvent = { [weak self, weak call] event in
            if let self, let call { heard(event, from: user, call) }
        }
        return peer
    }

    func closePeer(_ user: String, _ call: Call) {
        call.waiting[user] = nil
        call.peers.removeValue(forKey: user)?.close()
    }
}

extension CallMachine.Action {
    fileprivate var makesConnection: Bool {
        switch self {
        case .makeOffer, .makeAnswer(_, isFresh: true): true
        default: false
        }
    }
}
