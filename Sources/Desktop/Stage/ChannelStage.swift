import ClientKit
import GtkKit
import MediaKit

/// A channel on the Stage: what is on, and what comes after it.
@MainActor final class ChannelStage {
    let roomID: String
    let portal: PortalModel
    unowned let stage: StageView
    var channel: Channel
    var shown: Programme?
    var at = 0
    var source = 0
    private var slides: MainLoop.Repeating?
    private var isRunning = true
    private var chart: ChartSource?
    var subtitles: WebVTT?
    var hasPoster = false
    var request = 0
    /// Where a film goes on, once it is open, in milliseconds.
    var resume: Int64 = 0
    /// The address of what plays.
    var playing: String?

    init(_ channel: Channel, portal: PortalModel, stage: StageView) {
        self.channel = channel
        roomID = channel.roomID
        self.portal = portal
        self.stage = stage
    }

    /// Joins the channel where that is needed, and shows what is on.
    func start() {
        portal.changes.observe(self) { [weak self] change in
            if change == .channels { self?.update() }
        }
        if channel.isJoined { return show() }
        if channel.programme != nil { show() }
        Task { [weak self, portal, roomID] in
            do { try await portal.join(roomID) } catch {
                if self?.shown == nil { self?.stage.fail(Words.error(error)) }
                return
            }
            self?.update()
        }
    }

    func stop() {
        request += 1
        slides?.stop()
        slides = nil
        chart?.stop()
        portal.changes.stop(self)
    }

    private func update() {
        guard let new = portal.channel(roomID) else { return }
        channel = new
        // What the server repeats is no reason to begin anew.
        if new.programme != shown || shown == nil { show() }
    }

    private func show() {
        request += 1
        slides?.stop()
        slides = nil
        chart?.stop()
        chart = nil
        subtitles = nil
        at = 0
        source = 0
        playing = nil
        isRunning = true
        hasPoster = false
        shown = channel.programme
        stage.player.close()
        stage.picture.setTexture(nil)
        stage.put(nil)
        stage.say(nil)
        stage.subtitleLine.isVisible = false
        stage.controls.hideAll()
        guard let programme = channel.programme else {
            stage.setTitle(channel.title)
            stage.setWaiting(false)
            return stage.say(tr("Nothing is on at the moment."))
        }
        stage.setTitle([channel.title, programme.title, age].filter { !$0.isEmpty }.joined(separator: " · "))
        stage.setWaiting(true)
        portal.keep(programme)
        stage.setHeight(Self.height(programme.kind))
        switch programme.kind {
        case .video: showFilm(programme)
        case .audio: showSound(programme)
        case .pictures: showPicture(programme)
        case .chart: showChart(programme)
        case .page: showPage(programme)
        case .game: showGame(programme)
        }
    }

    /// Without a connection, from when what is shown is.
    private var age: String {
        guard !portal.account.isConnected, let received = channel.received else { return "" }
        return tr("Kept from %@", LocalTime(received).shortText() + " " + LocalTime(received).time)
    }

    private static func height(_ kind: Programme.Kind) -> Int {
        switch kind {
        case .video, .audio, .pictures: StageView.height
        case .chart: 196
        case .page, .game: 330
        }
    }

    // MARK: Pictures

    private func showPicture(_ programme: Programme) {
        guard programme.items.indices.contains(at) else { return stage.fail(tr("There are no pictures.")) }
        stage.controls.setSlides()
        stage.controls.previous.isVisible = programme.items.count > 1
        stage.controls.next.isVisible = programme.items.count > 1
        stage.showPlaying(isRunning && programme.items.count > 1)
        let item = programme.items[at]
        let count = programme.items.count > 1 ? " (\(at + 1)/\(programme.items.count))" : ""
        stage.setTitle((item.caption ?? (item.title.isEmpty ? programme.title : item.title)) + count)
        slides?.stop()
        let request = request
        let place = at
        Task { [weak self, portal] in
            let path = try? await portal.account.media(item.media, size: nil)
            guard let self, self.request == request, at == place else { return }
            stage.setWaiting(false)
            if let texture = path.flatMap({ Texture(path: $0) }) {
                stage.say(nil)
                stage.picture.setTexture(texture)
            } else {
                stage.say(tr("This picture cannot be shown."))
            }
            guard isRunning, programme.items.count > 1 else { return }
            slides = MainLoop.after(milliseconds: programme.interval) { [weak self] in self?.step(1) }
        }
    }

    /// - Returns: whether it was for this to decide.
    func togglePlaying() -> Bool {
        guard let programme = shown, programme.kind == .pictures else { return false }
        isRunning.toggle()
        stage.showPlaying(isRunning)
        slides?.stop()
        if isRunning { slides = MainLoop.after(milliseconds: programme.interval) { [weak self] in self?.step(1) } }
        return true
    }

    func step(_ by: Int) {
        guard let programme = shown, !programme.items.isEmpty else { return }
        if programme.kind == .pictures {
            at = (at + by + programme.items.count) % programme.items.count
            showPicture(programme)
        } else if programme.items.indices.contains(at + by) {
            at += by
            playItem()
        }
    }

    // MARK: Charts, pages, games

    private func showChart(_ programme: Programme) {
        guard !programme.series.isEmpty else { return stage.fail(tr("There is nothing to draw.")) }
        let source = ChartSource(programme.series, window: programme.window, portal: portal)
        chart = source
        stage.setWaiting(false)
        stage.put(source.chart.widget)
        // Values come with the feeds, which a chart's own room does not bring.
        Task { [portal] in
            for room in Set(programme.series.map(\.roomID)) where portal.feed(room)?.isSubscribed == false {
                try? await portal.join(room)
            }
        }
    }

    private func showPage(_ programme: Programme) {
        guard let address = programme.page else { return stage.fail(tr("There is no page.")) }
        let request = request
        Task { [weak self, portal] in
            var target = address
            if !address.hasPrefix("http") {
                guard let through = try? await portal.playable(address) else { return }
                target = through
            }
            let way = target.hasPrefix("http://127.0.0.1") ? (nil, nil) : await portal.way(to: target)
            guard let self, self.request == request else { return }
            open(.page(address: target, proxy: way.0, authorityFile: way.1))
        }
    }

    private func showGame(_ programme: Programme) {
        guard let game = programme.game else { return stage.fail(tr("There is no game.")) }
        let request = request
        Task { [weak self, portal, roomID] in
            do {
                let folder = try await portal.open(game, of: roomID)
                guard let self, self.request == request else { return }
                open(.game(folder: folder, entry: game.entry))
            } catch {
                guard let self, self.request == request else { return }
                stage.fail(tr("The game cannot be fetched: %@", Words.error(error)))
            }
        }
    }

    private func open(_ content: PageView.Content) {
        do {
            let page = try PageView(content) { [weak self] event in
                switch event {
                case .loading: self?.stage.setWaiting(true)
                case .loaded: self?.stage.setWaiting(false)
                case .failed(let reason): self?.stage.fail(tr("The page cannot be shown: %@", reason))
                case .leadsOut(let address): Launcher.open(link: address)
                case .title: break
                }
            }
            page.setExpands(horizontally: true, vertically: true)
            page.setAccessibleLabel(shown?.title ?? channel.title)
            stage.put(page)
            page.focus()
        } catch {
            stage.fail(tr("Pages need WebKit, which is not installed: %@", error.reason))
        }
    }
}
