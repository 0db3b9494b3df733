import ClientKit
import GtkKit
import MediaKit

/// Shows a picture, film or channel beside the chat. Folds away, pops out, fills the screen; what plays goes on while
/// its owner reads elsewhere.
@MainActor final class StageView {
    var widget: Revealer { place.widget }
    let controls = StageControls()
    let picture = Picture()
    let player = MediaPlayer()
    /// What is on the Stage besides pictures: a chart, a page.
    let surface = Bin()
    let subtitleLine = Label("", classes: "mado-subtitle")
    private let place: StagePlace
    private let overlay: Overlay
    private let spinner = Spinner()
    private let message = Label("", classes: "mado-stage-message")
    private(set) var content: StageContent?
    var channelStage: ChannelStage?
    private var arcadeStage: ArcadeStage?
    private var aloneStage: AloneStage?
    private var openRequest = 0
    private var isFolded = false
    private var isBarBelow = false
    /// Of a film as wide as the window usually is.
    static let height = 224

    /// It has something to show, or has no more.
    var onChange: @MainActor () -> Void = {}
    var window: @MainActor () -> Window? = { nil }
    /// The conversation beside it.
    var openConversation: @MainActor () -> ConversationModel? = { nil }
    /// Whether the keyboard is in use for something else.
    var isUserWriting: @MainActor () -> Bool = { false }

    init() {
        surface.setChild(picture)
        surface.setExpands(horizontally: true, vertically: true)
        overlay = Overlay(surface)
        overlay.setExpands(horizontally: true, vertically: true)
        place = StagePlace(picture: overlay)
        place.setHeight(Self.height)
        place.addClass("mado-stage")
        controls.widget.setAlignment(vertical: .end)
        overlay.add(controls.widget)
        for part in [spinner, message] as [Widget] {
            part.setAlignment(horizontal: .center, vertical: .center)
            overlay.add(part)
        }
        message.setWraps(true)
        message.setJustified(center: true)
        message.setMargins(20)
        subtitleLine.setAlignment(horizontal: .center, vertical: .end)
        subtitleLine.setMargins(bottom: 74, start: 12, end: 12)
        subtitleLine.setWraps(true)
        subtitleLine.setJustified(center: true)
        subtitleLine.isVisible = false
        overlay.add(subtitleLine)
        connect()
    }

    private func connect() {
        controls.play.onClick { [weak self] in self?.togglePlaying() }
        controls.mute.onToggle { [weak self] isOn in
            guard let self else { return }
            player.volume = isOn ? 0 : controls.volume.value
            controls.mute.setIcon(isOn ? "audio-volume-muted-symbolic" : "audio-volume-high-symbolic")
        }
        controls.volume.onUserChange { [weak self] value in
            self?.player.volume = min(1, max(0, value))
            self?.controls.mute.isOn = false
        }
        controls.place.onUserChange { [weak self] value in
            guard let self else { return }
            player.seek(to: Int64(value * Double(player.duration)))
        }
        controls.previous.onClick { [weak self] in self?.step(-1) }
        controls.next.onClick { [weak self] in self?.step(1) }
        controls.popOut.onClick { [weak self] in self?.place.toggleOutside() }
        controls.full.onClick { [weak self] in self?.place.toggleFullscreen() }
        controls.fold.onClick { [weak self] in self?.fold() }
        controls.close.onClick { [weak self] in self?.close() }
        player.onFrame = { [weak self] texture in
            self?.picture.setTexture(texture)
            self?.setWaiting(false)
        }
        player.onChange = { [weak self] in self?.updatePlayer() }
        place.onKey { [weak self] in self?.press($0) ?? false }
        place.title = { [weak self] in self?.content?.title ?? "" }
        place.isWanted = { [weak self] in self?.content != nil }
        place.onChange = { [weak self] in self?.onChange() }
    }

    private func press(_ key: Int) -> Bool {
        switch key {
        case Key.space: togglePlaying()
        case Key.left: player.duration > 0 && !player.isLive ? skip(-10_000) : step(-1)
        case Key.right: player.duration > 0 && !player.isLive ? skip(10_000) : step(1)
        case Key.escape:
            if place.isFullscreen { place.toggleFullscreen() } else { place.isOutside ? place.bringBack() : close() }
        case 0x66: place.toggleFullscreen()
        case 0x6d: controls.mute.isOn.toggle()
        default: return false
        }
        return true
    }

    private func skip(_ milliseconds: Int64) {
        player.seek(to: min(player.duration, max(0, player.position + milliseconds)))
    }

    /// Whether it takes the height that there is, in a column of its own.
    func setFillsHeight(_ on: Bool) { place.setFillsHeight(on) }

    var isShown: Bool { content != nil && !place.isOutside && !isFolded }
    /// There is something on it that cannot be seen now.
    var isAway: Bool { content != nil && isFolded && !place.isOutside }

    // MARK: Showing

    func show(_ content: StageContent) {
        clear()
        self.content = content
        isFolded = false
        openRequest += 1
        let request = openRequest
        controls.title.text = content.title
        picture.setAlternative(content.title)
        setWaiting(true)
        widget.isRevealed = !place.isOutside
        onChange()
        if let (channel, portal) = content.channel {
            channelStage = ChannelStage(channel, portal: portal, stage: self)
            channelStage?.start()
            return
        }
        if case .arcade(let visit, let arcades) = content {
            arcadeStage = ArcadeStage(visit, arcades: arcades, stage: self)
            arcadeStage?.start()
            return
        }
        if case .alone(let activity, let server, let arcades) = content {
            aloneStage = AloneStage(activity, server, arcades: arcades, stage: self)
            aloneStage?.start()
            return
        }
        guard let (media, conversation) = content.shared else { return }
        var isFilm = false
        if case .film = content { isFilm = true }
        controls.playing.isVisible = isFilm
        let pictures = conversation.items.filter(\.isPicture)
        let at = pictures.firstIndex { $0.media?.uri == media.uri }
        controls.previous.isVisible = (at ?? 0) > 0
        controls.next.isVisible = at.map { $0 + 1 < pictures.count } ?? false
        Task { [weak self] in
            do {
                let path = try await conversation.account.media(media, size: nil)
                guard let self, openRequest == request else { return }
                opened(path, isFilm: isFilm)
            } catch {
                guard let self, openRequest == request else { return }
                fail(Words.error(error))
            }
        }
    }

    private func opened(_ path: String, isFilm: Bool) {
        if isFilm {
            player.open(path: path)
            player.play()
        } else if let texture = Texture(path: path) {
            picture.setTexture(texture)
            setWaiting(false)
        } else {
            fail(tr("This picture cannot be shown."))
        }
    }

    /// Everything as before the first picture.
    private func clear() {
        channelStage?.stop()
        channelStage = nil
        arcadeStage?.stop()
        arcadeStage = nil
        aloneStage?.stop()
        aloneStage = nil
        player.close()
        picture.setTexture(nil)
        put(nil)
        setHeight(Self.height)
        message.isVisible = false
        subtitleLine.isVisible = false
        controls.hideAll()
    }

    /// Puts something else in the picture's place; the buttons stand below it then.
    func put(_ child: Widget?) {
        surface.setChild(child ?? picture)
        place.setClass("paper", child != nil)
        let below = child != nil
        guard below != isBarBelow else { return }
        isBarBelow = below
        if below {
            overlay.remove(controls.widget)
            place.append(controls.widget)
        } else {
            place.remove(controls.widget)
            overlay.add(controls.widget)
        }
    }

    /// How high it is above the lists, where there is room.
    func setHeight(_ pixels: Int) { place.setHeight(pixels) }

    func setWaiting(_ isWaiting: Bool) {
        spinner.isVisible = isWaiting
        spinner.isSpinning = isWaiting
    }

    func fail(_ text: String) {
        setWaiting(false)
        message.text = text
        message.isVisible = true
    }

    /// Words in the middle that are no error, such as how much has arrived.
    func say(_ text: String?) {
        message.text = text ?? ""
        message.isVisible = text != nil
    }

    func setTitle(_ text: String) {
        controls.title.text = text
        picture.setAlternative(text)
    }

    func close() {
        clear()
        content = nil
        isFolded = false
        openRequest += 1
        place.bringBack()
        widget.isRevealed = false
        onChange()
    }

    /// Out of sight; what plays goes on.
    private func fold() {
        if place.isOutside { return place.bringBack() }
        isFolded = true
        widget.isRevealed = false
        onChange()
    }

    /// Gives the keyboard to what is on it.
    func focus() {
        if isAway { unfold() }
        if content != nil { surface.childFocus() }
    }

    func unfold() {
        isFolded = false
        widget.isRevealed = content != nil && !place.isOutside
        onChange()
    }

    /// For as long as its user talks with somebody.
    func pause() {
        if player.isPlaying { togglePlaying() }
    }

    private func togglePlaying() {
        guard controls.playing.isVisible else { return }
        if channelStage?.togglePlaying() == true { return }
        player.isPlaying ? player.pause() : player.play()
    }

    func showPlaying(_ isPlaying: Bool) {
        controls.play.setIcon(isPlaying ? "media-playback-pause-symbolic" : "media-playback-start-symbolic")
        controls.play.setAccessibleLabel(isPlaying ? tr("Pause") : tr("Play"))
    }

    private func updatePlayer() {
        showPlaying(player.isPlaying)
        let duration = player.duration
        let position = player.position
        controls.place.value = duration > 0 ? Double(position) / Double(duration) : 0
        controls.time.text = "\(Words.duration(milliseconds: position)) / \(Words.duration(milliseconds: duration))"
        channelStage?.playerChanged()
        switch player.error {
        case .failed(let text): fail(tr("This cannot be played: %@", text))
        case .unsupported(let text): fail(tr("This computer cannot play the format: %@", text))
        case .missingElement(let name): fail(tr("A part of GStreamer is missing: %@", name))
        case nil: break
        }
    }

    private func step(_ by: Int) {
        if let channelStage { return channelStage.step(by) }
        guard let (media, conversation) = content?.shared else { return }
        let pictures = conversation.items.filter(\.isPicture)
        guard let at = pictures.firstIndex(where: { $0.media?.uri == media.uri }), pictures.indices.contains(at + by),
            let other = pictures[at + by].media
        else { return }
        let name = other.name ?? tr("Picture")
        if case .video = pictures[at + by].content {
            show(.film(other, title: name, conversation))
        } else {
            show(.picture(other, title: name, conversation))
        }
    }
}
