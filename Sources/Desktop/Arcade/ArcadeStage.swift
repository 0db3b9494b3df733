import ClientKit
import GtkKit

/// A visit to a second server on the Stage: who is waited for, then the board that its page draws.
@MainActor final class ArcadeStage {
    private let visit: ArcadeVisit
    private let arcades: ArcadeModel
    private unowned let stage: StageView
    private let notice = StageNotice()
    private var page: PageView?
    private var media: SharedMediaBar?
    /// The session that the page shows.
    private var shown: String?
    private var opening: Task<Void, Never>?
    private var isWithoutWebKit = false
    /// The member was in a session; where there is none any more, it has ended.
    private var wasThere = false
    /// How much of the session the page shows.
    private var drawnCount = -1

    init(_ visit: ArcadeVisit, arcades: ArcadeModel, stage: StageView) {
        self.visit = visit
        self.arcades = arcades
        self.stage = stage
    }

    func start() {
        stage.setHeight(Self.height)
        stage.setWaiting(false)
        visit.changes.observe(self) { [weak self] _ in self?.update() }
        update()
    }

    /// The member does something else, which leaves the place.
    func stop() {
        opening?.cancel()
        visit.changes.stop(self)
        notice.rest()
        if arcades.visit === visit { arcades.leave() }
    }

    static let height = 360

    // MARK: Showing

    private func update() {
        stage.setTitle(title)
        if visit.place.session != nil { wasThere = true }
        if let session = visit.place.session, let view = visit.view, view.state != .waiting {
            return show(session: session, view)
        }
        closePage()
        if let problem = visit.problem, !visit.isConnected {
            return say(
                ArcadeWords.problem(problem, of: visit.server), tr("It is tried again by itself."), isWorking: true,
                [leaving])
        }
        switch visit.place {
        case .none where wasThere: say(tr("It is over."), isWorking: false, [leaving])
        case .none, .asking: say(tr("Looking who is talking with you…"), isWorking: true)
        case .choosing, .invited:
            visit.question == nil
                ? say(tr("One moment…"), isWorking: true) : say(ArcadeWords.name(visit.activity), isWorking: false)
        case .standard: say(tr("One moment…"), isWorking: true)
        case .joint:
            guard let view = visit.view else { return say(tr("One moment…"), isWorking: true) }
            say(
                ArcadeWords.waiting(view),
                view.isForOthers
                    ? tr("It begins when somebody comes.")
                    : tr("It stands in your conversation. It begins when the first of them is there."), isWorking: true,
                [leaving])
        }
    }

    private var title: String {
        var parts = [ArcadeWords.name(visit.activity)]
        if let view = visit.view, visit.place.session != nil {
            if let state = ArcadeWords.state(view) { parts.append(state) }
            if let shown = view.shownTitle, !shown.isEmpty { parts.append(shown) }
            if view.seat == nil, view.state != .waiting { parts.append(tr("You look on")) }
        }
        if !visit.isConnected, page != nil { parts.append(tr("No connection")) }
        return parts.joined(separator: " · ")
    }

    private func say(
        _ heading: String, _ words: String = "", isWorking: Bool, _ actions: [(String, @MainActor () -> Void)] = []
    ) {
        notice.show(heading, words, isWorking: isWorking, actions)
        stage.put(notice.widget)
    }

    private var leaving: (String, @MainActor () -> Void) {
        (tr("Leave"), { @MainActor [weak self] in self?.stage.close() })
    }

    // MARK: The page

    private func show(session: String, _ view: ArcadeView) {
        tellWhatIsDrawn(view)
        guard shown != session, !isWithoutWebKit else { return }
        shown = session
        guard let address = visit.address(language: ArcadeWords.language) else { return }
        say(tr("One moment…"), isWorking: true)
        opening?.cancel()
        opening = Task { [weak self, arcades] in
            let way = await arcades.account.portal.way(to: address)
            guard !Task.isCancelled, let self else { return }
            open(.page(address: address, proxy: way.proxy, authorityFile: way.authorityFile))
        }
    }

    /// The page's title ends in how many things have happened on the board that it shows.
    private func drawn(_ title: String) {
        guard let count = title.split(separator: " ").last.flatMap({ Int($0) }) else { return }
        drawnCount = count
        if let view = visit.view { tellWhatIsDrawn(view) }
    }

    /// In words, for those who do not see the board; not before it can be played on.
    private func tellWhatIsDrawn(_ view: ArcadeView) {
        guard drawnCount >= view.count else { return }
        page?.setAccessibleLabel(
            [ArcadeWords.name(visit.activity), ArcadeWords.spoken(view)].compactMap { $0 }.joined(separator: ": "))
    }

    private func open(_ content: PageView.Content) {
        do {
            let made = try PageView(content) { [weak self] event in
                guard let self else { return }
                switch event {
                case .failed(let reason): fail(tr("The page cannot be shown: %@", reason))
                case .leadsOut(let address): Launcher.open(link: address)
                case .title(let text): drawn(text)
                case .loading, .loaded: break
                }
            }
            made.setExpands(horizontally: true, vertically: true)
            notice.rest()
            page = made
            stage.put(framed(made))
            update()
            // Whoever is writing goes on writing.
            if !stage.isUserWriting() { made.focus() }
        } catch {
            isWithoutWebKit = true
            fail(tr("Games need WebKit, which is not installed: %@", error.reason))
        }
    }

    /// With what brings something to look at, where that is what it is for.
    private func framed(_ page: PageView) -> Widget {
        guard visit.activity == .viewing else { return page }
        let bar = SharedMediaBar(
            visit, arcades: arcades, window: { [weak stage] in stage?.window() },
            conversation: { [weak stage] in stage?.openConversation() })
        media = bar
        return Box(column: 0, page, bar.widget)
    }

    /// What can be done without the page: the same session in a browser, where one logs in.
    private func fail(_ reason: String) {
        page = nil
        let link = "\(visit.server.url)#\(visit.activity.rawValue)"
        say(
            reason, isWorking: false,
            [
                (tr("Open in the browser"), { @MainActor in Launcher.open(link: link) }),
                leaving,
            ])
    }

    private func closePage() {
        opening?.cancel()
        page = nil
        media?.rest()
        media = nil
        shown = nil
        drawnCount = -1
    }
}
