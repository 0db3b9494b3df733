import ClientKit
import GtkKit
import MediaKit

/// A channel on the Stage: what is on, and what comes after it.
@MainActor final class ChannelStage {
    private let roomID: String
    private let portal: PortalModel
    private unowned let stage: StageView
    private var channel: Channel
    private var shown: Programme?
    private var at = 0
    private var source = 0
    private var slides: MainLoop.Repeating?
    private var isRunning = true
    private var chart: ChartSource?
    private var subtitles: WebVTT?
    private var hasPoster = false
    private var request = 0

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
        isRunning = true
        hasPoster = false
        shown = channel.programme
        stage.player.close()
        stage.picture.setTexture(nil)
        stage.place(nil)
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

    // MARK: Film and sound

    private func showFilm(_ programme: Programme) {
        guard !programme.sources.isEmpty else { return stage.fail(tr("There is nothing to play.")) }
        stage.controls.playing.isVisible = true
        stage.controls.setLive(programme.isLive)
        showPoster(programme)
        let qualities = programme.sources.map { $0.label ?? $0.height.map { "\($0)p" } ?? tr("Standard") }
        stage.controls.offer(qualities, on: stage.controls.quality, chosen: source) { [weak self] in
            self?.choose(source: $0)
        }
        stage.controls.offer(
            [tr("None")] + programme.subtitles.map(\.label), on: stage.controls.subtitles, chosen: 0
        ) { [weak self] in self?.choose(subtitles: $0 - 1) }
        stage.controls.subtitles.isVisible = !programme.subtitles.isEmpty
        play(programme.sources[source].url, from: 0)
    }

    private func showPoster(_ programme: Programme) {
        guard let poster = programme.poster else { return }
        let request = request
        Task { [weak self, portal] in
            guard let path = try? await portal.account.media(poster, size: nil), let self, self.request == request,
                !stage.player.hasVideo
            else { return }
            hasPoster = true
            stage.picture.setTexture(Texture(path: path))
        }
    }

    private func showSound(_ programme: Programme) {
        guard !programme.items.isEmpty || !programme.sources.isEmpty else {
            return stage.fail(tr("There is nothing to play."))
        }
        stage.controls.playing.isVisible = true
        stage.controls.setLive(programme.isLive)
        showPoster(programme)
        playItem()
    }

    private func playItem() {
        guard let programme = shown else { return }
        stage.controls.previous.isVisible = at > 0
        stage.controls.next.isVisible = at + 1 < programme.items.count
        if programme.items.indices.contains(at) {
            let item = programme.items[at]
            stage.setTitle([channel.title, item.title].filter { !$0.isEmpty }.joined(separator: " · "))
            if programme.poster == nil { stage.say("♪  " + item.title) }
            play(item.media.uri, from: 0)
        } else if let source = programme.sources.first {
            if programme.poster == nil { stage.say("♪  " + programme.title) }
            play(source.url, from: 0)
        }
    }

    /// - Parameter from: milliseconds from the beginning.
    private func play(_ url: String, from place: Int64) {
        let request = request
        Task { [weak self, portal] in
            do {
                let address = try await portal.playable(url)
                guard let self, self.request == request else { return }
                guard let address else { return stage.fail(tr("There is nothing to play.")) }
                stage.player.open(uri: address)
                stage.player.play()
                resume = place
            } catch {
                guard let self, self.request == request else { return }
                stage.fail(Words.error(error))
            }
        }
    }

    /// Where a film goes on, once it is open.
    private var resume: Int64 = 0

    private func choose(source index: Int) {
        guard let programme = shown, programme.sources.indices.contains(index), index != source else { return }
        source = index
        play(programme.sources[index].url, from: programme.isLive ? 0 : stage.player.position)
    }

    private func choose(subtitles index: Int) {
        subtitles = nil
        stage.subtitleLine.isVisible = false
        guard let programme = shown, programme.subtitles.indices.contains(index) else { return }
        Task { [weak self, portal] in
            self?.subtitles = try? await portal.subtitles(programme.subtitles[index])
        }
    }

    /// The player has moved on, or has stopped.
    func playerChanged() {
        let player = stage.player
        guard let programme = shown, programme.kind == .video || programme.kind == .audio else { return }
        if player.isLive || programme.isLive { stage.controls.setLive(true) }
        if resume > 0, player.duration > 0 {
            let place = resume
            resume = 0
            player.seek(to: place)
        }
        if let subtitles {
            let text = subtitles.text(at: player.position)
            stage.subtitleLine.text = text
            stage.subtitleLine.isVisible = !text.isEmpty
        }
        if player.error == nil, programme.kind == .video {
            let isBuffering = player.isPlaying && player.buffered < 100
            stage.say(isBuffering ? tr("%@ per cent", "\(player.buffered)") : nil)
            stage.setWaiting(isBuffering || (!player.hasVideo && player.isPlaying && player.position == 0))
        } else if programme.kind == .audio {
            stage.setWaiting(player.isPlaying && player.position == 0 && player.error == nil)
        }
        if player.isAtEnd, programme.kind == .audio, at + 1 < programme.items.count { step(1) }
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
        stage.place(source.chart.widget)
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
            stage.place(page)
            page.focus()
        } catch {
            stage.fail(tr("Pages need WebKit, which is not installed: %@", error.reason))
        }
    }
}
