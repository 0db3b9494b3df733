import ClientKit
import GtkKit
import MediaKit

/// Films and sound of a channel: qualities, subtitles, play lists.
extension ChannelStage {
    /// Who has watched so much, in milliseconds, is not only looking around.
    private static let watched: Int64 = 10_000

    func showFilm(_ programme: Programme) {
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
        if portal.account.isConnected || programme.sources.count == 1 {
            return play(programme.sources[source].url, from: 0)
        }
        // Without a connection whichever quality was kept is the best.
        let request = request
        Task { [weak self, portal] in
            let kept = await portal.firstKept(programme.sources.map(\.url))
            guard let self, self.request == request else { return }
            if let kept { source = kept }
            play(programme.sources[source].url, from: 0)
        }
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

    func showSound(_ programme: Programme) {
        guard !programme.items.isEmpty || !programme.sources.isEmpty else {
            return stage.fail(tr("There is nothing to play."))
        }
        stage.controls.playing.isVisible = true
        stage.controls.setLive(programme.isLive)
        showPoster(programme)
        playItem()
    }

    func playItem() {
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
                playing = url
            } catch {
                guard let self, self.request == request else { return }
                stage.fail(Words.error(error))
            }
        }
    }

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
        if let playing, player.position > Self.watched || player.isAtEnd { portal.keep(watched: playing) }
        if player.isAtEnd, programme.kind == .audio, at + 1 < programme.items.count { step(1) }
    }
}
