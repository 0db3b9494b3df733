import ClientKit
import GtkKit

/// What of the portal stands in the main window, and the windows that belong to it.
@MainActor final class PortalPart {
    let functions = FunctionBar()
    let ticker = TickerView()
    let board = BoardBanner()
    /// Where the opened item stands.
    let cardPlace = Bin()
    private let instructions = InstructionDesk()
    private var card: PageCard?
    private var portal: PortalModel?
    private var pictures: PictureCache?
    private var feeds: FeedsWindow?
    private var announcements: AnnouncementsWindow?
    private var log: InstructionsWindow?
    private var forms: [String: PortalFormWindow] = [:]

    var window: @MainActor () -> Window? = { nil }
    var onStage: @MainActor (StageContent) -> Void = { _ in }
    var onConversation: @MainActor (ConversationModel) -> Void = { _ in }
    var onError: @MainActor (String) -> Void = { _ in }
    var onTogether: @MainActor (ArcadeActivity, SecondServer) -> Void = { _, _ in }
    /// The user has changed which programs the server may ask for.
    var onPrograms: @MainActor ([RegisteredProgram]) -> Void = { _ in }

    init() {
        ticker.onOpen = { [weak self] in self?.open($0) }
        board.onMore = { [weak self] _ in self?.openAnnouncements() }
        functions.onChannel = { [weak self] in self?.open($0) }
        functions.onFeeds = { [weak self] in self?.openFeeds() }
        functions.onApplication = { [weak self] in self?.open($0) }
        functions.onTogether = { [weak self] in self?.onTogether($0, $1) }
        instructions.parent = { [weak self] in self?.window() }
        instructions.onProgramme = { [weak self] in self?.open(room: $0) ?? false }
    }

    func show(_ portal: PortalModel, pictures: PictureCache) {
        closeWindows()
        self.portal = portal
        self.pictures = pictures
        let card = PageCard(portal: portal, pictures: pictures)
        card.onTalk = { [weak self] in self?.onConversation($0) }
        card.onError = { [weak self] in self?.onError($0) }
        self.card = card
        cardPlace.setChild(card.widget)
        functions.show(portal)
        ticker.show(portal)
        board.show(portal)
        instructions.show(portal)
    }

    func apply(_ settings: Settings) {
        instructions.programs = settings.programs
        ticker.speed = settings.tickerSpeed
        ticker.isAnimated = !settings.reducedMotion && Appearance.isAnimated
    }

    /// Shows what is behind a room of the portal. - Returns: whether it is one.
    @discardableResult
    func open(room roomID: String) -> Bool {
        guard let portal else { return false }
        if let channel = portal.channel(roomID) {
            open(channel)
        } else if let feed = portal.feed(roomID) {
            if let item = feed.items.first { open(item) } else { openFeeds() }
        } else if let application = portal.application(roomID) {
            open(application)
        } else if portal.type(of: roomID) == .board {
            openAnnouncements()
        } else {
            return false
        }
        return true
    }

    private func open(_ item: FeedItem) { card?.show(item) }

    private func open(_ channel: Channel) {
        if let portal { onStage(.channel(channel, portal)) }
    }

    func openFeeds() {
        guard let portal else { return }
        if feeds == nil {
            let opened = FeedsWindow(portal: portal, parent: window())
            opened.onClosed = { [weak self] in self?.feeds = nil }
            opened.onOpen = { [weak self] item in
                self?.open(item)
                self?.feeds?.window.close()
            }
            feeds = opened
        }
        feeds?.window.present()
    }

    func openAnnouncements() {
        guard let portal, let pictures else { return }
        if announcements == nil {
            let opened = AnnouncementsWindow(portal: portal, pictures: pictures, parent: window())
            opened.onClosed = { [weak self] in self?.announcements = nil }
            announcements = opened
        }
        announcements?.present()
    }

    func openInstructions() {
        guard let portal else { return }
        if log == nil {
            let opened = InstructionsWindow(
                portal: portal, programs: instructions.programs, parent: window())
            opened.onClosed = { [weak self] in self?.log = nil }
            opened.onPrograms = { [weak self] in self?.onPrograms($0) }
            log = opened
        }
        log?.window.present()
    }

    private func open(_ application: PortalApplication) {
        guard let portal else { return }
        let roomID = application.roomID
        if let known = forms[roomID] { return known.window.present() }
        let opened = PortalFormWindow(application, portal: portal, parent: window())
        opened.onClosed = { [weak self] in self?.forms[roomID] = nil }
        forms[roomID] = opened
        opened.window.present()
    }

    func closeWindows() {
        feeds?.window.close()
        announcements?.window.close()
        log?.window.close()
        for form in Array(forms.values) { form.window.close() }
        card?.close()
    }
}
