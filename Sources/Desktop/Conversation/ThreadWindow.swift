import ClientKit
import GtkKit

/// A thread: the message that it began with, the answers, and where one writes another.
@MainActor final class ThreadWindow {
    private let window: Window
    private let list: ListView
    private let context: MessageContext
    private let composer: Composer
    private let conversation: ConversationModel
    /// The event that the thread began with.
    let root: String
    private var items: [TimelineItem] = []
    private let scrolled: ScrolledWindow
    private let actions: ConversationActions
    private let toasts: ToastOverlay
    var onClosed: @MainActor () -> Void = {}
    /// Shows a picture or film in the Stage.
    var onStage: @MainActor (TimelineItem) -> Void = { _ in }
    /// Follows a second server's card.
    var onSession: @MainActor (SessionCard, TimelineItem) -> Void = { _, _ in }

    init(root: String, conversation: ConversationModel, pictures: PictureCache, voice: VoicePlayback, parent: Window?) {
        self.root = root
        self.conversation = conversation
        window = Window(parent: parent, title: tr("Thread in %@", conversation.title))
        let context = MessageContext(conversation: conversation, pictures: pictures, voice: voice)
        context.isThread = true
        self.context = context
        list = ListView(label: tr("Messages of the thread")) { MessageRow(context: context) }
        composer = Composer(conversation: conversation, thread: root)
        scrolled = ScrolledWindow(list)
        scrolled.setExpands(vertically: true)
        scrolled.addClass("mado-talk")
        let held = window
        actions = ConversationActions(conversation: conversation) { [weak held] in held }
        let header = HeaderBar()
        header.setTitle(WindowTitle(tr("Thread"), subtitle: conversation.title))
        toasts = ToastOverlay(Box(column: 0, header, scrolled, composer.widget))
        window.setContent(toasts)
        window.setDefaultSize(width: 400, height: 560)
        composer.window = { [weak held] in held }
        composer.onError = { [weak self] in self?.toasts.show($0) }
        actions.onError = { [weak self] in self?.toasts.show($0) }
        context.items = { [weak self] in self?.items ?? [] }
        context.position = { [weak self] key in self?.items.firstIndex { $0.id == key } }
        context.onAction = { [weak self] action, item in self?.act(action, item) }
        context.onStage = { [weak self] in self?.onStage($0) }
        context.onSession = { [weak self] card, item in self?.onSession(card, item) }
        window.onCloseRequest { [weak self] in
            self?.onClosed()
            return false
        }
        conversation.changes.observe(self) { [weak self] change in
            if case .items = change { self?.reload() }
        }
        reload()
    }

    func present() {
        window.present()
        composer.focus()
    }

    func close() { window.close() }

    private func reload() {
        Task { [weak self] in
            guard let self else { return }
            let loaded = await conversation.threadItems(root)
            guard loaded != items else { return }
            items = loaded
            list.replaceAll(with: items.map(\.id))
            list.scroll(to: items.count - 1)
        }
    }

    private func act(_ action: MessageAction, _ item: TimelineItem) {
        switch action {
        case .reply, .thread: composer.enter(.reply(item))
        case .edit: composer.enter(.edit(item))
        case .editWaiting: composer.enter(.editWaiting(item))
        case .react(let key): conversation.react(item.id, key: key)
        case .pickReaction:
            actions.pickReaction(at: scrolled) { [conversation] in conversation.react(item.id, key: $0) }
        case .copy: scrolled.copyText(item.plainText)
        case .redact: actions.redact(item)
        case .withdraw: conversation.withdraw(item.id)
        case .retry: conversation.retry(item.id)
        case .open: actions.open(item)
        case .save: actions.save(item)
        // Calls have no threads.
        case .callBack: break
        }
    }
}
