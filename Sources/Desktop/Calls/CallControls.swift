import GtkKit

/// The buttons of a call.
@MainActor final class CallControls {
    let widget: Box
    let mute = ToggleButton(icon: "audio-input-microphone-symbolic", label: tr("Without sound"))
    let camera = ToggleButton(icon: "mado-video-call-symbolic", label: tr("Camera"))
    let hold = ToggleButton(icon: "media-playback-pause-symbolic", label: tr("Hold"))
    let share = ToggleButton(icon: "mado-share-screen-symbolic", label: tr("Share the screen"))
    let details = MenuButton(icon: "mado-details-symbolic", label: tr("Details of the call"))
    let popOut = Button(icon: "mado-pop-out-symbolic", label: tr("In a window of its own"))
    let full = Button(icon: "view-fullscreen-symbolic", label: tr("Full screen"))
    let hangUp = Button(icon: "mado-hang-up-symbolic", label: tr("Hang up"))
    private let facts = Label("", classes: "mado-small")
    /// What is offered to choose from; held until it is closed.
    private var offered: Popover?
    /// So high at most that it fits beside the buttons of the smallest window; ten people have more.
    private static let detailsHeight = 232

    init() {
        widget = Box(.horizontal, spacing: 4)
        widget.addClass("mado-call-bar")
        widget.setAlignment(horizontal: .center)
        for button in [mute, camera, hold, share, details, popOut, full] as [Widget] {
            button.addClass("mado-call-button")
            widget.append(button)
        }
        hangUp.addClass("mado-call-button")
        hangUp.addClass("hang-up")
        widget.append(hangUp)
        prepareDetails()
    }

    /// Above the chat rather than between: a low window has no room for them, and nothing moves as they come and go. They
    /// stay while one goes on with something else.
    private func prepareDetails() {
        facts.alignment = 0
        facts.isSelectable = true
        facts.setWraps(true)
        facts.setWidth(max: 44)
        facts.setMargins(8)
        let scrolled = ScrolledWindow(facts)
        scrolled.setPropagatesNaturalWidth(true)
        scrolled.setPropagatesNaturalHeight(true)
        scrolled.setContentHeight(max: Self.detailsHeight)
        let popover = Popover(scrolled)
        popover.setAutohides(false)
        details.setPopover(popover)
    }

    /// - Parameter people: their names, and what is counted of each.
    func show(details people: [(name: String, lines: [String])]) {
        facts.setMarkup(
            people.map { ["<b>\(Markup.escape($0.name))</b>"] + $0.lines.map(Markup.escape) }
                .map { $0.joined(separator: "\n") }.joined(separator: "\n\n"))
    }

    /// Asks what the others are to see; nil is the whole screen.
    func offer(_ windows: [ScreenWindow], _ choose: @escaping @MainActor (ScreenWindow?) -> Void) {
        let list = ListBox(label: tr("What the others are to see"))
        list.addClass("mado-list")
        for title in [tr("The whole screen")]
            + windows.map({ $0.title.isEmpty ? tr("Window without a title") : $0.title })
        {
            let label = Label(title)
            label.alignment = 0
            label.setEllipsizes()
            label.setWidth(max: 40)
            let content = Box(row: 0, label)
            content.addClass("mado-row")
            list.append(ListBoxRow(content, label: title))
        }
        let scrolled = ScrolledWindow(list)
        scrolled.setPropagatesNaturalWidth(true)
        scrolled.setPropagatesNaturalHeight(true)
        scrolled.setContentHeight(max: Self.detailsHeight)
        list.onActivate { [weak self] index in
            self?.offered?.close()
            choose(windows.indices.contains(index - 1) ? windows[index - 1] : nil)
        }
        let popover = Popover(scrolled)
        offered = popover
        popover.onClosed { [weak self] in self?.offered = nil }
        popover.openOnce(at: share)
    }

    /// What is open above the window goes.
    func closePopovers() {
        details.close()
        offered?.close()
    }

    func show(isMuted: Bool, isCameraOn: Bool, isOnHold: Bool, isSharing: Bool) {
        set(mute, isMuted, isMuted ? tr("With sound") : tr("Without sound"))
        mute.setIcon(isMuted ? "microphone-sensitivity-muted-symbolic" : "audio-input-microphone-symbolic")
        set(camera, !isCameraOn, isCameraOn ? tr("Camera off") : tr("Camera on"))
        camera.setIcon(isCameraOn ? "mado-video-call-symbolic" : "mado-camera-off-symbolic")
        set(hold, isOnHold, isOnHold ? tr("Go on with the call") : tr("Hold"))
        hold.setIcon(isOnHold ? "media-playback-start-symbolic" : "media-playback-pause-symbolic")
        set(share, isSharing, isSharing ? tr("Share the screen no more") : tr("Share the screen"))
    }

    /// Shows a state; that is no press of the button.
    private func set(_ button: ToggleButton, _ isOn: Bool, _ label: String) {
        if button.isOn != isOn {
            isShowing = true
            button.isOn = isOn
            isShowing = false
        }
        guard button.tooltip != label else { return }
        button.tooltip = label
        button.setAccessibleLabel(label)
    }

    /// Whether a change of a button comes from `show`.
    private(set) var isShowing = false
}
