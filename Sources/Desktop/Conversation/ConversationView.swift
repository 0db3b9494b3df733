import ClientKit
import GtkKit

/// A conversation: who is there, what was said, and where one writes.
@MainActor final class ConversationView {
    let widget: Overlay
    let conversation: ConversationModel
    private let header: ConversationHeader
    private let timeline: TimelineView
    private let composer: Composer
    private let context: MessageContext
    private let typing = Label("", classes: "mado-small", "mado-dim")
    private let notice = Label("", classes: "mado-small")
    private let noticeBar = Revealer()
    private let conference: ConferenceBar
    private let noticeIcon = Image(icon: "mado-lock-symbolic", size: 16)
    private let dropHint = Label(tr("Drop files to send them"), classes: "mado-drop")
    private let column = Box(.vertical)
    private var thread: ThreadWindow?
    private let actions: ConversationActions

    var onBack: @MainActor () -> Void = {}
    var onPopOut: @MainActor () -> Void = {}
    var onLeft: @MainActor () -> Void = {}
    /// The others of the conversation are to be called.
    var onCall: @MainActor (CallKind) -> Void = { _ in }
    var onStage: @MainActor (StageContent) -> Void = { _ in }
    /// A second server's card is followed.
    var onSession: @MainActor (SessionCard, _ sender: Person, _ isOwn: Bool) -> Void = { _, _, _ in }
    /// Something is to be done with the people of this conversation.
    var onTogether: @MainActor (ArcadeActivity, [String]) -> Void = { _, _ in }
    var onError: @MainActor (String) -> Void = { _ in } { didSet { actions.onError = onError } }

    /// - Parameter window: the window that it is in, for dialogs.
    init(
        conversation: ConversationModel, pictures: PictureCache, voice: VoicePlayback,
        window: @escaping @MainActor () -> Window?
    ) {
        self.conversation = conversation
        context = MessageContext(conversation: conversation, pictures: pictures, voice: voice)
        header = ConversationHeader(conversation: conversation, pictures: pictures)
        timeline = TimelineView(context: context)
        composer = Composer(conversation: conversation)
        conference = ConferenceBar(conversation: conversation)
        composer.window = window
        actions = ConversationActions(conversation: conversation, window: window)
        typing.alignment = 0
        typing.setMargins(top: 2, bottom: 2, start: 16, end: 16)
        typing.setEllipsizes()
        notice.setWraps(true)
        notice.alignment = 0
        notice.setExpands(horizontally: true)
        let bar = Box(row: 8, noticeIcon, notice)
        bar.addClass("mado-trouble")
        noticeBar.setChild(bar)
        for part in [header.widget, noticeBar, conference.widget, timeline.widget, typing, composer.widget] as [Widget]
        {
            column.append(part)
        }
        column.setExpands(horizontally: true, vertically: true)
        dropHint.isVisible = false
        widget = Overlay(column)
        widget.addClass("mado-pane")
        widget.add(dropHint)
        connect()
        update()
        timeline.open()
    }

    private func connect() {
        header.onBack = { [weak self] in self?.onBack() }
        header.onSearch = { [weak self] text in self?.search(text) }
        header.onHit = { [weak self] event in self?.timeline.show(event: event) }
        header.onMenu = { [weak self] name in self?.chosen(name) }
        header.onCall = { [weak self] kind in self?.onCall(kind) }
        conference.onJoin = { [weak self] in self?.onCall(.video) }
        actions.onLeft = { [weak self] in self?.onLeft() }
        composer.onAttach = { [weak self] in self?.actions.chooseFiles() }
        composer.onVoice = { [weak self] path, duration in
            self?.conversation.send(
                file: path, mimeType: "audio/ogg", name: tr("Voice message") + ".ogg", kind: .voice, width: nil,
                height: nil, duration: duration, caption: nil, isTemporary: true)
        }
        composer.onPicture = { [weak self] in self?.actions.send(picture: $0) }
        composer.onError = { [weak self] in self?.onError($0) }
        composer.onEditLast = { [weak self] in self?.editLast() }
        context.onAction = { [weak self] action, item in self?.act(action, item) }
        context.onStage = { [weak self] item in self?.show(onStage: item) }
        context.onSession = { [weak self] card, item in self?.onSession(card, item.sender, item.isOwn) }
        header.onTogether = { [weak self] in self?.openTogether($0) }
        timeline.onReachedEnd = { [weak self] in self?.markRead() }
        widget.addController(
            FileDropTarget(hover: { [weak self] in self?.dropHint.isVisible = $0 }) { [weak self] paths in
                self?.actions.send(files: paths)
            })
        conversation.changes.observe(self) { [weak self] change in
            switch change {
            case .summary, .typing, .members: self?.update()
            case .items(let items):
                if case .inserted = items { self?.markRead() }
                self?.composer.takeModeOfDraft()
            default: break
            }
        }
    }

    private func update() {
        header.update()
        typing.isVisible = !conversation.typing.isEmpty
        typing.text =
            conversation.typing.count == 1
            ? tr("%@ is typing…", conversation.typing[0].displayName)
            : tr("%@ are typing…", Words.names(conversation.typing))
        let words = noticeWords
        noticeBar.isRevealed = words != nil
        if let words { notice.text = words }
        noticeIcon.setIcon(
            conversation.isEncrypted
                ? "mado-lock-symbolic"
                : conversation.requestState == .none ? "dialog-information-symbolic" : "mado-waiting-symbolic")
        composer.widget.isVisible = conversation.canBeWrittenIn
    }

    private var noticeWords: String? {
        if conversation.isEncrypted {
            return tr(
                "This conversation is end-to-end encrypted, and this program cannot read it yet. "
                    + "Use another Matrix client for it, or begin a new conversation from People.")
        }
        switch conversation.requestState {
        case .waiting(let people):
            return tr("Waiting for %@ to accept. What you write now will be there then.", Words.names(people))
        case .declined(let people): return tr("%@ declined the chat.", Words.names(people))
        case .none: return conversation.isReadOnly ? tr("You can read here, but not write.") : nil
        }
    }

    /// Seen by the user now.
    func markRead() {
        guard timeline.isAtEnd, widget.isMapped, isWindowActive() else { return }
        conversation.markRead()
    }
    /// Whether the user looks at the window.
    var isWindowActive: @MainActor () -> Bool = { true }

    /// There is something in the place where one writes.
    var isBeingWritten: Bool { !composer.isEmpty }

    /// It is about to go, and its thread's window with it.
    func close() {
        conversation.setTyping(false)
        thread?.close()
    }

    func focus() { composer.focus() }
    func recordVoice() { composer.startRecording() }
    func focusSearch() { header.openSearch() }
    func setShowsBack(_ on: Bool) { header.setShowsBack(on) }
    func setCanPopOut(_ on: Bool) { header.setCanPopOut(on) }
    func show(event: String) { timeline.show(event: event) }
    func showFirstUnread() { timeline.showFirstUnread() }

    // MARK: Acting

    private func chosen(_ name: String) {
        switch name {
        case "pop-out": onPopOut()
        case "date": actions.chooseDay { [weak self] in self?.timeline.show(day: $0) }
        default: actions.run(name)
        }
    }

    private func openTogether(_ activity: ArcadeActivity) {
        let own = conversation.account.userID
        let people =
            conversation.partner.map { [$0.userID] } ?? conversation.members.map(\.userID).filter { $0 != own }
        onTogether(activity, people)
    }

    private func editLast() {
        guard
            let item = conversation.items.last(where: { item in
                guard item.isOwn, case .text = item.content else { return false }
                return true
            })
        else { return }
        composer.enter(item.isWaiting || item.isFailed ? .editWaiting(item) : .edit(item))
    }

    private func act(_ action: MessageAction, _ item: TimelineItem) {
        switch action {
        case .reply: composer.enter(.reply(item))
        case .edit: composer.enter(.edit(item))
        case .editWaiting: composer.enter(.editWaiting(item))
        case .thread: openThread(item)
        case .react(let key): conversation.react(item.id, key: key)
        case .pickReaction:
            actions.pickReaction(at: timeline.widget) { [conversation] in conversation.react(item.id, key: $0) }
        case .copy: widget.copyText(item.plainText)
        case .redact: actions.redact(item)
        case .withdraw: conversation.withdraw(item.id)
        case .retry: conversation.retry(item.id)
        case .callBack(let kind): onCall(kind)
        case .open: actions.open(item)
        case .save: actions.save(item)
        }
    }

    private func show(onStage item: TimelineItem) {
        switch item.content {
        case .image(let media, _): onStage(.picture(media, title: media.name ?? tr("Picture"), conversation))
        case .video(let media, _): onStage(.film(media, title: media.name ?? tr("Video"), conversation))
        default: break
        }
    }

    private func search(_ text: String) {
        Task { [weak self] in
            guard let self else { return }
            let hits = await conversation.account.search(text, in: conversation.roomID)
            header.show(hits: hits)
        }
    }

    private func openThread(_ item: TimelineItem) {
        guard let root = item.threadRoot ?? item.eventID else { return }
        if let thread, thread.root == root { return thread.present() }
        thread?.close()
        let opened = ThreadWindow(
            root: root, conversation: conversation, pictures: context.pictures, voice: context.voice,
            parent: composer.window())
        opened.onClosed = { [weak self, weak opened] in
            if let self, thread === opened { thread = nil }
        }
        opened.onStage = { [weak self] in self?.show(onStage: $0) }
        opened.onSession = { [weak self] card, item in self?.onSession(card, item.sender, item.isOwn) }
        thread = opened
        opened.present()
    }
}
