extension CallDesk {
    /// Enters the conference of a conversation, which begins with the first to come. Nobody is rung for.
    /// - Throws: ``CallError``.
    @discardableResult
    package func join(_ conversation: ConversationModel, _ kind: CallKind) throws(CallError) -> Call {
        guard current == nil else { throw .busy }
        let account = conversation.account
        guard account.connection.state.isContinuous, let client = account.parts?.client else { throw .notConnected }
        guard !conversation.isReadOnly else { throw .notAllowed }
        let call = Call(
            account: account, roomID: conversation.roomID, id: Self.newID(), kind: kind, isIncoming: false,
            isGroup: true)
        let conference = Conference(
            owner: account.userID, roomID: conversation.roomID, client: client, clock: clock)
        call.conference = conference
        call.phase = .connecting
        conference.onChange = { [weak self, weak call] end in
            if let self, let call { changed(call, end) }
        }
        conference.onFigures = { [weak call] user in
            call?.judge()
            call?.changes.notify(.figures(userID: user))
        }
        conference.makePeer = { [weak call] user, part in
            guard let call, let media = call.media, part != .sending || media.sendsAnything else { return nil }
            return media.makePeer(for: user, relays: { [weak call] in call?.relays.addresses ?? [] }, part: part)
        }
        conference.renewRelays = { [weak self, weak call] in
            if let self, let call { renewRelays(of: call) } else { nil }
        }
        conference.muted = { [weak call] in
            call?.media?.streams.first.map { ConferenceMuted(audio: $0.audioMuted, video: $0.videoMuted) }
        }
        conference.route = { [weak call] in call?.relays.route($0) ?? $0 }
        current = call
        changes.notify(.calls)
        Task { [weak self] in
            guard let self, await prepare(call) else { return }
            conference.start()
        }
        return call
    }

    private func changed(_ call: Call, _ end: CallEnd?) {
        guard let conference = call.conference, !call.isEnded else { return }
        if let end { return finish(call, end) }
        let phase: Call.Phase = conference.stands ? .active : call.since == nil ? .connecting : .reconnecting
        if phase == .active, call.since == nil { call.since = clock.now().wall }
        let isNew = phase != call.phase
        call.phase = phase
        if isNew { call.changes.notify(.phase) }
        call.changes.notify(.people)
    }

    /// Leaves a conference.
    func finish(_ call: Call, _ end: CallEnd) {
        guard !call.isEnded else { return }
        call.conference?.leave()
        call.phase = .ended(end)
        letGo(call)
        call.changes.notify(.phase)
        changes.notify(.ended(callID: call.id, roomID: call.roomID, userID: call.account.userID, end))
        changes.notify(.calls)
    }
}

extension AccountModel {
    /// Who is in a room's conference; nobody where the server knows of none. Asked only while the account is connected all
    /// the time: one that saves its line is not to be kept busy.
    package func conferencePeople(in roomID: String) async -> [String] {
        guard isOnMadoServer, connection.state.isContinuous, let client = parts?.client else { return [] }
        return (try? await ConferenceClient(client: client, roomID: roomID).people()) ?? []
    }
}
