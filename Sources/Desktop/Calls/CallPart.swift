import ClientKit
import GtkKit
import MediaKit

/// Calls in the window: who rings, the call that goes on, tone and notification.
@MainActor final class CallPart {
    /// Cards of those who call.
    let ringPlace = Box(column: 0)
    let stage: CallStage
    private let application: Application
    private let model: ClientModel
    private let tone: RingTone
    private var cards: [RingCard] = []
    private var caches: [ObjectIdentifier: PictureCache] = [:]
    private var shown: Set<String> = []

    var window: @MainActor () -> Window? = { nil }
    var onError: @MainActor (String) -> Void = { _ in }
    /// A call came to nothing, in words, and a voice message may take its place.
    var onVoiceOffer: @MainActor (String, ConversationModel) -> Void = { _, _ in }
    /// Something with a call began that the window should make room for.
    var onChange: @MainActor () -> Void = {}
    /// What plays on the Stage should be silent.
    var onBegin: @MainActor () -> Void = {}
    var onOpen: @MainActor (AccountModel, String) -> Void = { _, _ in }

    private var desk: CallDesk { model.calls }

    init(application: Application, model: ClientModel) {
        self.application = application
        self.model = model
        tone = RingTone { model.settings.loudspeaker }
        stage = CallStage(desk: model.calls)
        stage.onChange = { [weak self] in self?.onChange() }
        stage.onError = { [weak self] in self?.onError($0) }
        desk.makeMedia = { try CallMediaAdapter($0, choice: Self.choice(model.settings)) }
        desk.changes.observe(self) { [weak self] change in
            switch change {
            case .calls: self?.update()
            case .ended(_, let room, let user, let end): self?.ended(room, user, end)
            }
        }
        application.addAction("show-call", text: { [weak self] _ in self?.window()?.present() })
        application.addAction("answer-video", text: { [weak self] in self?.answer($0, .video) })
        application.addAction("answer-voice", text: { [weak self] in self?.answer($0, .voice) })
        application.addAction("decline-call", text: { [weak self] in self?.decline($0) })
    }

    /// The devices that the user has chosen.
    static func choice(_ settings: Settings) -> CallPipeline.Choice {
        var choice = CallPipeline.Choice()
        choice.camera = settings.camera
        choice.microphone = settings.microphone
        choice.loudspeaker = settings.loudspeaker
        return choice
    }

    // MARK: Calling

    /// - Parameter people: user ids; nil for everybody of the conversation.
    func call(_ conversation: ConversationModel, _ kind: CallKind, people: [String]? = nil) {
        withCamera(kind) { [weak self] in self?.begin(conversation, kind, people) }
    }

    /// Whoever sits there may have to be asked for the camera first. Without it the call has no picture from here.
    private func withCamera(_ kind: CallKind, _ goOn: @escaping @MainActor () -> Void) {
        guard kind == .video else { return goOn() }
        CameraAccess.prepare { [weak self] in
            if CameraAccess.failure == .refused { self?.onError(Words.noCamera) }
            goOn()
        }
    }

    private func begin(_ conversation: ConversationModel, _ kind: CallKind, _ people: [String]?) {
        do {
            if people == nil, Self.meetsInConference(conversation) {
                try desk.join(conversation, kind)
            } else {
                try desk.call(conversation, kind, people: people)
            }
        } catch {
            onError(Words.call(error))
        }
    }

    /// More people than a mesh connects meet at the server's bridge.
    static func meetsInConference(_ conversation: ConversationModel) -> Bool {
        conversation.account.isOnMadoServer && conversation.memberCount > Call.meshLimit
    }

    private func find(_ id: String) -> Call? { desk.ringing.first { $0.id == id } }

    private func answer(_ id: String, _ kind: CallKind) {
        guard let call = find(id) else { return }
        accept(call, kind)
    }

    private func accept(_ call: Call, _ kind: CallKind) {
        window()?.present()
        withCamera(kind) { [weak self] in
            guard let self, find(call.id) === call else { return }
            desk.accept(call, kind)
            onOpen(call.account, call.roomID)
        }
    }

    private func decline(_ id: String) {
        if let call = find(id) { desk.decline(call) }
    }

    // MARK: Showing

    private func pictures(_ account: AccountModel) -> PictureCache {
        let key = ObjectIdentifier(account)
        let cache = caches[key] ?? PictureCache(account: account)
        caches[key] = cache
        return cache
    }

    private func update() {
        if desk.current != nil, stage.call !== desk.current { onBegin() }
        stage.show(desk.current, pictures: desk.current.map { pictures($0.account) })
        showRinging()
    }

    private func showRinging() {
        let ringing = desk.ringing
        for card in cards where !ringing.contains(where: { $0 === card.call }) { ringPlace.remove(card.widget) }
        cards.removeAll { card in !ringing.contains { $0 === card.call } }
        for call in ringing where !cards.contains(where: { $0.call === call }) {
            let isSecond = desk.current != nil
            let card = RingCard(call, pictures: pictures(call.account), isSecond: isSecond) { [weak self] kind in
                self?.accept(call, kind)
            } decline: { [weak self] in
                isSecond ? self?.desk.sayBusy(call) : self?.desk.decline(call)
            }
            cards.append(card)
            ringPlace.append(card.widget)
            if !isQuiet(call) { window()?.present() }
        }
        showNotifications(ringing)
        // Who talks hears no tone: the card is in sight.
        if let loud = ringing.first(where: { !isQuiet($0) }), desk.current == nil {
            tone.ring(loud.kind == .video)
        } else if let current = desk.current, current.phase == .calling {
            tone.ringBack()
            current.changes.observe(self) { [weak self] _ in self?.stopRingBack() }
        } else {
            tone.stop()
        }
        onChange()
    }

    private func stopRingBack() {
        if desk.current?.phase != .calling { tone.stopRingBack() }
    }

    private func isQuiet(_ call: Call) -> Bool {
        let now = LocalTime.now
        let isNight = model.settings.quietHours?.contains(minute: now.hour * 60 + now.minute) ?? false
        return isNight || call.account.availability == .busy || call.conversation?.isMuted == true
    }

    private func showNotifications(_ ringing: [Call]) {
        for id in shown.subtracting(ringing.map(\.id)) { application.withdrawNotification("call \(id)") }
        for call in ringing where !shown.contains(call.id) && model.settings.notifications && !isQuiet(call) {
            let notification = Notification(
                title: RingCard.heading(call), text: call.kind == .video ? tr("Video call") : tr("Voice call"))
            notification.setUrgent()
            notification.setIcon(file: IconSet.applicationFile)
            notification.setDefaultAction("app.show-call", target: call.id)
            if call.kind == .video {
                notification.addButton(tr("Accept"), action: "app.answer-video", target: call.id)
                notification.addButton(tr("Voice only"), action: "app.answer-voice", target: call.id)
            } else {
                notification.addButton(tr("Accept"), action: "app.answer-voice", target: call.id)
            }
            notification.addButton(tr("Decline"), action: "app.decline-call", target: call.id)
            application.notify(notification, identifier: "call \(call.id)")
        }
        shown = Set(ringing.map(\.id))
    }

    private func ended(_ room: String, _ user: String, _ end: CallEnd) {
        let account = model.accounts.first { $0.conversation(room) != nil }
        let name = account?.person(user).displayName ?? user
        switch end {
        case .hungUp, .hungUpByOther, .answeredElsewhere, .declinedHere, .declinedElsewhere, .replaced: return
        case .missed:
            guard model.settings.notifications, let account else { return }
            let notification = Notification(title: Words.end(end, name), text: "")
            notification.setIcon(file: IconSet.applicationFile)
            notification.setDefaultAction("app.open-room", target: "\(account.userID) \(room)")
            application.notify(notification, identifier: "room \(room)")
        case .noPath, .lost, .cannotSend:
            let words = Words.end(end, name)
            guard let conversation = account?.conversation(room), conversation.canBeWrittenIn else {
                return onError(words)
            }
            onVoiceOffer(words + " " + tr("A voice message can wait for a connection."), conversation)
        default: onError(Words.end(end, name))
        }
    }
}
