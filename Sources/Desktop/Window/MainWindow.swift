import ClientKit
import GtkKit

/// The resident window: own state, Stage, people and conversations, and the open conversation.
///
/// Narrow, the conversation takes the place of the lists, with everything else in sight; wide, they stand side by side;
/// very wide, the Stage has a column of its own.
@MainActor final class MainWindow {
    let window: ApplicationWindow
    private let model: ClientModel
    private let firstServer: String?
    private let authorityFile: String?
    private let pages = Stack()
    private let waiting = Spinner()
    private let toasts: ToastOverlay
    private let ownState: OwnStateBar
    private let trouble = TroubleBar()
    private let stage = StageView()
    private let portal = PortalPart()
    private let arcade = ArcadePart()
    let calls: CallPart
    private let callAbove = Bin()
    private let callBeside = Bin()
    private let cardAbove = Bin()
    private let cardBeside = Bin()
    private let stageAbove = Bin()
    private let stageBeside = Bin()
    private let beside = Box(.vertical)
    // A picture would take all the width that it has.
    private let besideColumn = Clamp(width: 440)
    private let center = Leaflet()
    private let lists = Box(.vertical)
    private let conversationPlace = Stack()
    private let voice = VoicePlayback()
    private var firstRun: FirstRunView?
    private var account: AccountModel?
    private var pictures: PictureCache?
    private var listsPane: ListsPane?
    private var conversation: ConversationView?
    private var popped: [String: ConversationWindow] = [:]
    private var isWide = false
    private var isOpened = false

    var onOpenSettings: @MainActor (String?) -> Void = { _ in }
    var onSelectAccount: @MainActor (AccountModel) -> Void = { _ in }
    /// The user looks at a conversation: its notifications can go.
    var onRead: @MainActor (String) -> Void = { _ in }

    /// - Parameter firstServer: what the first page offers, with the authority of its certificate.
    init(application: Application, model: ClientModel, firstServer: String?, authorityFile: String?) {
        self.model = model
        calls = CallPart(application: application, model: model)
        self.firstServer = firstServer
        self.authorityFile = authorityFile
        window = ApplicationWindow(application)
        window.title = "Mado"
        window.setDefaultSize(width: 400, height: 760)
        window.setSizeRequest(width: 360, height: 480)
        ownState = OwnStateBar(menu: Self.mainMenu(several: false))
        toasts = ToastOverlay(pages)
        window.setContent(toasts)
        build()
        connect()
        waiting.isSpinning = true
        waiting.setSizeRequest(width: 32, height: 32)
        waiting.setAlignment(horizontal: .center, vertical: .center)
        pages.add(waiting, name: "opening")
        pages.shown = "opening"
    }

    /// The accounts are known now.
    func modelOpened() {
        isOpened = true
        // Out of sight it would go on turning, and wake the program up with every frame.
        waiting.isSpinning = false
        showAccount()
    }

    static func mainMenu(several: Bool) -> Menu {
        let menu = Menu()
        let talk = Menu()
        talk.add(tr("Find people"), action: "win.find-people")
        talk.add(tr("Search"), action: "win.search")
        menu.addSection(talk)
        let accounts = Menu()
        if several { accounts.add(tr("Switch account"), action: "app.switch-account") }
        accounts.add(tr("Add account…"), action: "app.add-account")
        menu.addSection(accounts)
        let portal = Menu()
        portal.add(tr("Feeds"), action: "win.feeds")
        portal.add(tr("Announcements"), action: "win.announcements")
        portal.add(tr("Instructions"), action: "win.instructions")
        menu.addSection(portal)
        let program = Menu()
        program.add(tr("Settings"), action: "app.settings")
        program.add(tr("Keyboard"), action: "win.keys")
        program.add(tr("About Mado"), action: "app.about")
        program.add(tr("Quit"), action: "app.quit")
        menu.addSection(program)
        return menu
    }

    private func build() {
        center.append(lists, name: "lists")
        center.append(Separator(.vertical), name: "separator", isNavigable: false)
        center.append(conversationPlace, name: "conversation")
        center.setExpands(horizontally: true, vertically: true)
        lists.setSizeRequest(width: 330)
        conversationPlace.setSizeRequest(width: 340)
        conversationPlace.setExpands(horizontally: true, vertically: true)
        conversationPlace.add(
            StatusPage(
                icon: "mado-chat-symbolic", title: tr("No conversation open"),
                text: tr("Choose one of the list, or ask somebody for a chat.")), name: "none")
        beside.append(callBeside)
        beside.append(stageBeside)
        beside.append(cardBeside)
        besideColumn.setChild(beside)
        besideColumn.setExpands(horizontally: false)
        besideColumn.isVisible = false
        let row = Box(row: 0, center, besideColumn)
        row.setExpands(horizontally: true, vertically: true)
        stageAbove.setChild(stage.widget)
        callAbove.setChild(calls.stage.widget)
        cardAbove.setChild(portal.cardPlace)
        let main = Box(
            column: 0, ownState.widget, trouble.widget, calls.ringPlace, callAbove, stageAbove, portal.functions.widget,
            portal.ticker.widget,
            cardAbove,
            row, portal.board.widget)
        pages.add(main, name: "main")
    }

    private func connect() {
        model.changes.observe(self) { [weak self] change in
            if case .accounts = change { self?.showAccount() }
        }
        center.onFold { [weak self] _ in self?.updateFold() }
        center.onShown { [weak self] name in
            if name == "lists" { self?.listsShown() }
        }
        window.onResize { [weak self] width, _ in self?.resized(width) }
        window.onActiveChange { [weak self] isActive in
            if isActive { self?.conversation?.markRead() }
        }
        window.onMinimize { [weak self] in self?.portal.ticker.isMinimized = $0 }
        stage.onChange = { [weak self] in self?.placeStage() }
        stage.isUserWriting = { [weak self] in
            guard let self, window.focusedWidgetAcceptsText else { return false }
            return conversation?.isBeingWritten ?? true
        }
        stage.openConversation = { [weak self] in self?.conversation?.conversation }
        stage.window = { [weak self] in self?.window }
        portal.window = { [weak self] in self?.window }
        calls.window = { [weak self] in self?.window }
        calls.onChange = { [weak self] in self?.placeStage() }
        calls.onError = { [weak self] in self?.toast($0) }
        calls.onOpen = { [weak self] account, room in
            guard let self, let conversation = account.conversation(room) else { return }
            select(account)
            open(conversation, takesKeyboard: false)
        }
        calls.onVoiceOffer = { [weak self] words, conversation in
            self?.toasts.show(words, button: tr("Record a voice message")) { self?.recordVoice(conversation) }
        }
        calls.onBegin = { [weak self] in self?.stage.pause() }
        portal.onStage = { [weak self] content in
            guard let self else { return }
            // What plays already goes on where it is.
            let isSame = stage.content?.channel?.0.roomID == content.channel?.0.roomID
            if isSame { stage.unfold() } else { stage.show(content) }
        }
        arcade.window = { [weak self] in self?.window }
        arcade.onStage = { [weak self] in self?.stage.show($0) }
        arcade.onPartners = { [weak self] in self?.showBeside($0) }
        arcade.onError = { [weak self] in self?.toast($0) }
        portal.onTogether = { [weak self] in self?.arcade.open($0, at: $1) }
        portal.onConversation = { [weak self] in self?.open($0) }
        portal.onError = { [weak self] in self?.toast($0) }
        portal.onPrograms = { [weak self] in self?.model.settings.programs = $0 }
        voice.onError = { [weak self] in self?.toast($0) }
        trouble.onNetworkSettings = { [weak self] _ in self?.onOpenSettings("network") }
        trouble.onLogIn = { [weak self] account in self?.logInAgain(account) }
        window.addAction("find-people") { [weak self] in self?.withLists { $0.findPeople() } }
        window.addAction("search") { [weak self] in self?.openSearch() }
        window.addAction("lists") { [weak self] in self?.closeConversation() }
        window.addAction("next-conversation") { [weak self] in self?.step(1) }
        window.addAction("previous-conversation") { [weak self] in self?.step(-1) }
        window.addAction("functions") { [weak self] in self?.portal.functions.focus() }
        window.addAction("stage") { [weak self] in self?.stage.focus() }
        window.addAction("feeds") { [weak self] in self?.portal.openFeeds() }
        window.addAction("announcements") { [weak self] in self?.portal.openAnnouncements() }
        window.addAction("instructions") { [weak self] in self?.portal.openInstructions() }
        window.addAction("unfold-stage") { [weak self] in self?.stage.unfold() }
        window.addAction("keys") { [weak self] in if let self { KeysDialog.show(parent: window) } }
        window.addAction("show-people") { [weak self] in self?.withLists { $0.show("people") } }
        window.addAction("show-conversations") { [weak self] in self?.withLists { $0.show("conversations") } }
    }

    // MARK: Account

    func select(_ account: AccountModel) {
        guard account !== self.account else { return }
        self.account = account
        rebuild()
    }

    private func showAccount() {
        guard isOpened else { return }
        if let account, model.accounts.contains(where: { $0 === account }) { return }
        account = model.accounts.first
        rebuild()
    }

    private func rebuild() {
        closeConversation()
        for window in popped.values { window.close() }
        popped = [:]
        guard let account else { return showFirstRun() }
        onSelectAccount(account)
        let pictures = PictureCache(account: account)
        self.pictures = pictures
        ownState.show(account, pictures: pictures)
        trouble.show(account)
        stage.close()
        portal.show(account.portal, pictures: pictures)
        arcade.show(account.arcades)
        let pane = ListsPane(account: account, pictures: pictures)
        pane.onOpen = { [weak self] conversation, event in self?.open(conversation, at: event) }
        pane.onError = { [weak self] in self?.toast($0) }
        pane.onTogether = { [weak self] in self?.arcade.open($0, with: $1) }
        pane.onCall = { [weak self] conversation, kind, people in self?.calls.call(conversation, kind, people: people) }
        lists.removeAll()
        lists.append(pane.widget)
        listsPane = pane
        pages.shown = "main"
        if let firstRun { pages.remove(firstRun.widget) }
        firstRun = nil
    }

    func showFirstRun(isAdding: Bool = false) {
        if let firstRun { pages.remove(firstRun.widget) }
        let view = FirstRunView(model: model, canCancel: isAdding && account != nil)
        view.onDone = { [weak self, weak view] account in
            // The first account shows itself as soon as it is there, which may be earlier.
            guard let self, firstRun === view else { return }
            self.account = account
            rebuild()
        }
        view.onCancel = { [weak self] in self?.pages.shown = "main" }
        view.window = { [weak self] in self?.window }
        view.offer(server: firstServer, authorityFile: authorityFile)
        firstRun = view
        pages.add(view.widget, name: "first-run-\(Int.random(in: 0 ..< .max))")
        pages.show(view.widget)
        view.focus()
    }

    private func logInAgain(_ account: AccountModel) {
        showFirstRun(isAdding: true)
        firstRun?.prefill(account)
    }

    // MARK: Conversations

    func open(_ conversation: ConversationModel, at event: String? = nil, takesKeyboard: Bool = true) {
        if let window = popped[conversation.roomID] { return window.present() }
        if self.conversation?.conversation !== conversation {
            removeConversation()
            guard let pictures else { return }
            let view = ConversationView(conversation: conversation, pictures: pictures, voice: voice) { [weak self] in
                self?.window
            }
            view.onBack = { [weak self] in self?.closeConversation() }
            view.onLeft = { [weak self] in self?.closeConversation() }
            view.onError = { [weak self] in self?.toast($0) }
            view.onStage = { [weak self] in self?.stage.show($0) }
            view.onSession = { [weak self] in self?.arcade.follow($0, from: $1, isOwn: $2) }
            view.onTogether = { [weak self] in self?.arcade.open($0, with: $1) }
            view.onPopOut = { [weak self] in self?.popOut(conversation) }
            view.onCall = { [weak self] in self?.calls.call(conversation, $0) }
            view.isWindowActive = { [weak self] in self?.window.isActive ?? false }
            conversationPlace.add(view.widget, name: conversation.roomID)
            conversationPlace.shown = conversation.roomID
            self.conversation = view
            updateFold()
        }
        center.shown = "conversation"
        listsPane?.select(conversation.roomID)
        if let event { self.conversation?.show(event: event) }
        if takesKeyboard { self.conversation?.focus() }
        onRead(conversation.roomID)
    }

    private func recordVoice(_ conversation: ConversationModel) {
        open(conversation, takesKeyboard: false)
        (popped[conversation.roomID]?.view ?? self.conversation)?.recordVoice()
    }

    /// The chat with those with whom something is done, unless another is open.
    private func showBeside(_ people: [String]) {
        guard conversation == nil, people.count == 1, let account,
            let direct = account.directConversation(with: people[0])
        else { return }
        open(direct, takesKeyboard: false)
    }

    /// The room whose conversation is in sight of a user who looks at the window.
    var roomInSight: String? {
        guard window.isActive, let conversation, conversation.widget.isMapped else { return nil }
        return conversation.conversation.roomID
    }

    func closeConversation() {
        center.shown = "lists"
        removeConversation()
        listsPane?.select(nil)
    }

    private func listsShown() {
        guard center.isFolded, conversation != nil else { return }
        removeConversation()
        listsPane?.select(nil)
    }

    private func removeConversation() {
        guard let view = conversation else { return }
        conversation = nil
        view.close()
        conversationPlace.shown = "none"
        conversationPlace.remove(view.widget)
    }

    private func popOut(_ conversation: ConversationModel) {
        guard let pictures else { return }
        closeConversation()
        let opened = ConversationWindow(conversation: conversation, pictures: pictures, voice: voice)
        opened.onClosed = { [weak self] in self?.popped[conversation.roomID] = nil }
        opened.onCall = { [weak self] kind in
            self?.calls.call(conversation, kind)
            self?.window.present()
        }
        opened.onStage = { [weak self] content in
            self?.stage.show(content)
            self?.window.present()
        }
        opened.view.onSession = { [weak self] in
            self?.arcade.follow($0, from: $1, isOwn: $2)
            self?.window.present()
        }
        opened.view.onTogether = { [weak self] in
            self?.arcade.open($0, with: $1)
            self?.window.present()
        }
        popped[conversation.roomID] = opened
        opened.present()
    }

    private func step(_ by: Int) {
        guard let account, !account.conversations.isEmpty else { return }
        let all = account.conversations
        let at = all.firstIndex { $0 === conversation?.conversation }
        let next = at.map { ($0 + by + all.count) % all.count } ?? 0
        open(all[next])
    }

    /// Where there is room for one pane only, the lists take the conversation's place.
    private func withLists(_ act: (ListsPane) -> Void) {
        guard let listsPane else { return }
        if center.isFolded { closeConversation() }
        act(listsPane)
    }

    private func openSearch() {
        if let conversation, center.isFolded { conversation.focusSearch() } else { listsPane?.focusSearch() }
    }

    // MARK: Layout

    private func updateFold() {
        conversation?.setShowsBack(center.isFolded)
        conversation?.setCanPopOut(true)
    }

    private func resized(_ width: Int) {
        portal.ticker.resized()
        let wide = width >= 1100
        guard wide != isWide else { return }
        isWide = wide
        besideColumn.isVisible = wide
        placeStage()
        placeCard()
    }

    private func placeStage() {
        let isBeside = isWide && stage.isShown
        stageAbove.setChild(nil)
        stageBeside.setChild(nil)
        if isBeside { stageBeside.setChild(stage.widget) } else { stageAbove.setChild(stage.widget) }
        stageBeside.setSizeRequest(width: isBeside ? 420 : -1)
        stage.setFillsHeight(isBeside)
        let isCallBeside = isWide && calls.stage.isShown
        callAbove.setChild(nil)
        callBeside.setChild(nil)
        (isCallBeside ? callBeside : callAbove).setChild(calls.stage.widget)
        callBeside.setSizeRequest(width: isCallBeside ? 420 : -1)
        calls.stage.setFillsHeight(isCallBeside)
        portal.functions.mark(stage.content?.channel?.0.kind)
    }

    private func placeCard() {
        cardAbove.setChild(nil)
        cardBeside.setChild(nil)
        if isWide { cardBeside.setChild(portal.cardPlace) } else { cardAbove.setChild(portal.cardPlace) }
    }

    func toast(_ text: String) { toasts.show(text) }

    /// What a notification of one of the portal's rooms leads to.
    func openPortal(room: String) { portal.open(room: room) }

    func apply(_ settings: Settings) { portal.apply(settings) }

    func present() { window.present() }
}
