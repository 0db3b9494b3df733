import ClientKit
import GtkKit
import MediaKit

/// Shows a picture or film beside the chat. Folds away, pops out, fills the screen.
@MainActor final class StageView {
    let widget: Revealer
    private let frame: Overlay
    private let picture = Picture()
    private let spinner = Spinner()
    private let message = Label("", classes: "mado-stage-title")
    private let title = Label("", classes: "mado-stage-title")
    private let play = Button(icon: "media-playback-start-symbolic", label: tr("Play"))
    private let place = Scale(0...1, step: 0.01, label: tr("Place in the film"))
    private let time = Label("", classes: "mado-stage-title")
    private let mute = ToggleButton(icon: "audio-volume-high-symbolic", label: tr("Without sound"))
    private let previous = Button(icon: "go-previous-symbolic", label: tr("Earlier picture"))
    private let next = Button(icon: "go-next-symbolic", label: tr("Later picture"))
    private let popOut = Button(icon: "mado-pop-out-symbolic", label: tr("Open in a window of its own"))
    private let player = MediaPlayer()
    private let controls: Box
    private(set) var content: StageContent?
    private var openRequest = 0
    private var outside: StageWindow?

    /// It has something to show, or has no more.
    var onChange: @MainActor () -> Void = {}
    var window: @MainActor () -> Window? = { nil }

    init() {
        frame = Overlay(picture)
        frame.addClass("mado-stage")
        frame.setSizeRequest(height: 210)
        frame.setExpands(horizontally: true)
        title.alignment = 0
        title.setEllipsizes()
        title.setExpands(horizontally: true)
        place.setExpands(horizontally: true)
        place.setRange(0...1)
        let full = Button(icon: "view-fullscreen-symbolic", label: tr("Full screen"))
        let close = Button(icon: "window-close-symbolic", label: tr("Close the Stage"))
        controls = Box(row: 2, play, place, time, mute)
        let bar = Box(
            column: 0, controls, Box(row: 2, previous, next, title, popOut, full, close))
        bar.addClass("mado-stage-bar")
        bar.setAlignment(vertical: .end)
        for button in [play, mute, previous, next, popOut, full, close] { button.addClass("flat") }
        frame.add(bar)
        for part in [spinner, message] as [Widget] {
            part.setAlignment(horizontal: .center, vertical: .center)
            frame.add(part)
        }
        message.setWraps(true)
        message.setJustified(center: true)
        message.setMargins(20)
        widget = Revealer(frame)
        connect(full: full, close: close)
    }

    private func connect(full: Button, close: Button) {
        play.onClick { [weak self] in self?.togglePlaying() }
        mute.onToggle { [weak self] isOn in
            self?.player.volume = isOn ? 0 : 1
            self?.mute.setIcon(isOn ? "audio-volume-muted-symbolic" : "audio-volume-high-symbolic")
        }
        place.onUserChange { [weak self] value in
            guard let self else { return }
            player.seek(to: Int64(value * Double(player.duration)))
        }
        previous.onClick { [weak self] in self?.step(-1) }
        next.onClick { [weak self] in self?.step(1) }
        popOut.onClick { [weak self] in self?.takeOut(fullscreen: false) }
        full.onClick { [weak self] in self?.takeOut(fullscreen: true) }
        close.onClick { [weak self] in self?.close() }
        player.onFrame = { [weak self] texture in
            self?.picture.setTexture(texture)
            self?.spinner.isVisible = false
        }
        player.onChange = { [weak self] in self?.updatePlayer() }
        frame.addController(
            KeyController { [weak self] key, _ in
                switch key {
                case Key.space: self?.togglePlaying()
                case Key.left: self?.step(-1)
                case Key.right: self?.step(1)
                case Key.escape: self?.outside == nil ? self?.close() : self?.bringBack()
                default: return false
                }
                return true
            })
        frame.isFocusable = true
    }

    /// Whether it takes the height that there is, in a column of its own.
    func setFillsHeight(_ on: Bool) {
        frame.setExpands(horizontally: !on, vertically: on)
        widget.setExpands(vertically: on)
    }

    var isShown: Bool { content != nil && outside == nil }

    func show(_ content: StageContent) {
        player.close()
        self.content = content
        openRequest += 1
        let request = openRequest
        title.text = content.title
        picture.setTexture(nil)
        picture.setAlternative(content.title)
        message.isVisible = false
        spinner.isVisible = true
        spinner.isSpinning = true
        var isFilm = false
        if case .film = content { isFilm = true }
        controls.isVisible = isFilm
        let pictures = self.pictures(of: content.conversation)
        let at = pictures.firstIndex { $0.media?.uri == content.media.uri }
        previous.isVisible = (at ?? 0) > 0
        next.isVisible = at.map { $0 + 1 < pictures.count } ?? false
        widget.isRevealed = outside == nil
        onChange()
        Task { [weak self] in
            do {
                let path = try await content.conversation.account.media(content.media, size: nil)
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
            spinner.isVisible = false
        } else {
            fail(tr("This picture cannot be shown."))
        }
    }

    private func fail(_ text: String) {
        spinner.isVisible = false
        message.text = text
        message.isVisible = true
    }

    func close() {
        player.close()
        content = nil
        openRequest += 1
        outside?.close()
        outside = nil
        widget.isRevealed = false
        onChange()
    }

    private func togglePlaying() {
        guard controls.isVisible else { return }
        player.isPlaying ? player.pause() : player.play()
    }

    private func updatePlayer() {
        play.setIcon(player.isPlaying ? "media-playback-pause-symbolic" : "media-playback-start-symbolic")
        let duration = player.duration
        let position = player.position
        place.value = duration > 0 ? Double(position) / Double(duration) : 0
        time.text = "\(Words.duration(milliseconds: position)) / \(Words.duration(milliseconds: duration))"
        if case .failed(let text)? = player.error { fail(tr("This cannot be played: %@", text)) }
        if case .missingElement(let name)? = player.error { fail(tr("A part of GStreamer is missing: %@", name)) }
    }

    private func pictures(of conversation: ConversationModel) -> [TimelineItem] {
        conversation.items.filter(\.isPicture)
    }

    private func step(_ by: Int) {
        guard let content else { return }
        let pictures = self.pictures(of: content.conversation)
        guard let at = pictures.firstIndex(where: { $0.media?.uri == content.media.uri }),
            pictures.indices.contains(at + by), let media = pictures[at + by].media
        else { return }
        let name = media.name ?? tr("Picture")
        if case .video = pictures[at + by].content {
            show(.film(media, title: name, content.conversation))
        } else {
            show(.picture(media, title: name, content.conversation))
        }
    }

    // MARK: In a window of its own

    private func takeOut(fullscreen: Bool) {
        if let outside { return outside.setFullscreen(fullscreen) }
        widget.setChild(nil)
        widget.isRevealed = false
        let window = StageWindow(frame, title: content?.title ?? "", fullscreen: fullscreen)
        window.onClosed = { [weak self] in self?.bringBack() }
        outside = window
        window.present()
        onChange()
    }

    private func bringBack() {
        guard let window = outside else { return }
        outside = nil
        window.giveUp()
        widget.setChild(frame)
        widget.isRevealed = content != nil
        onChange()
    }
}

/// The Stage outside of the main window.
@MainActor final class StageWindow {
    private let window: Window
    private let holder = Bin()
    private var isFullscreen = false
    var onClosed: @MainActor () -> Void = {}

    init(_ frame: Widget, title: String, fullscreen: Bool) {
        window = Window(title: title)
        let header = HeaderBar()
        header.setTitle(WindowTitle(title))
        holder.setChild(frame)
        holder.setExpands(horizontally: true, vertically: true)
        window.setContent(fullscreen ? holder : Box(column: 0, header, holder))
        window.setDefaultSize(width: 800, height: 520)
        if fullscreen { setFullscreen(true) }
        window.onCloseRequest { [weak self] in
            self?.onClosed()
            return false
        }
    }

    func present() { window.present() }
    func setFullscreen(_ on: Bool) {
        isFullscreen = on
        window.setFullscreen(on)
    }
    func close() { window.close() }
    /// Lets go of what it shows.
    func giveUp() {
        holder.setChild(nil)
        window.destroy()
    }
}
