import GtkKit

/// The buttons of the Stage: playing, place, sound, quality, subtitles; title and what can be done with the window.
@MainActor final class StageControls {
    let widget: Box
    let play = Button(icon: "media-playback-start-symbolic", label: tr("Play"))
    let place = Scale(0...1, step: 0.01, label: tr("Place in the film"))
    let time = Label("", classes: "mado-stage-title")
    let live = Label(tr("Live"), classes: "mado-pill", "live")
    let volume = Scale(0...1, step: 0.05, label: tr("Volume"))
    let mute = ToggleButton(icon: "audio-volume-high-symbolic", label: tr("Without sound"))
    let quality = MenuButton(icon: "emblem-system-symbolic", label: tr("Quality"))
    let subtitles = MenuButton(icon: "mado-subtitles-symbolic", label: tr("Subtitles"))
    let previous = Button(icon: "go-previous-symbolic", label: tr("Earlier one"))
    let next = Button(icon: "go-next-symbolic", label: tr("Later one"))
    let title = Label("", classes: "mado-stage-title")
    let popOut = Button(icon: "mado-pop-out-symbolic", label: tr("Open in a window of its own"))
    let fold = Button(icon: "pan-up-symbolic", label: tr("Fold the Stage"))
    let full = Button(icon: "view-fullscreen-symbolic", label: tr("Full screen"))
    let close = Button(icon: "window-close-symbolic", label: tr("Close the Stage"))
    let playing: Box
    private let spacer = Box(.horizontal)

    init() {
        title.alignment = 0
        title.setEllipsizes()
        title.setExpands(horizontally: true)
        place.setExpands(horizontally: true)
        spacer.setExpands(horizontally: true)
        volume.setSizeRequest(width: 74)
        volume.value = 1
        playing = Box(row: 2, play, live, place, spacer, time, mute, volume, subtitles, quality)
        widget = Box(column: 0, playing, Box(row: 2, previous, next, title, fold, popOut, full, close))
        widget.addClass("mado-stage-bar")
        for button in [play, mute, previous, next, popOut, fold, full, close] as [Widget] { button.addClass("flat") }
        for part in [live, place, volume, time] as [Widget] { part.setAlignment(vertical: .center) }
        quality.setFlat()
        subtitles.setFlat()
        hideAll()
    }

    /// Nothing to play, choose or go to.
    func hideAll() {
        for part in [playing, live, previous, next, quality, subtitles] as [Widget] { part.isVisible = false }
        place.isVisible = true
        spacer.isVisible = false
        time.isVisible = true
        volume.isVisible = true
        mute.isVisible = true
    }

    /// What comes as it happens has no place to go to.
    func setLive(_ isLive: Bool) {
        live.isVisible = isLive
        place.isVisible = !isLive
        spacer.isVisible = isLive
        time.isVisible = !isLive
    }

    /// Pictures that follow one another: no place and no sound.
    func setSlides() {
        playing.isVisible = true
        for part in [place, time, volume, mute] as [Widget] { part.isVisible = false }
        spacer.isVisible = true
    }

    /// Fills the menu of a button; without a choice to make it is not there.
    func offer(_ choices: [String], on button: MenuButton, chosen: Int, _ handler: @escaping @MainActor (Int) -> Void) {
        button.isVisible = choices.count > 1
        guard choices.count > 1 else { return }
        let column = Box(column: 2)
        var first: CheckButton?
        for (index, choice) in choices.enumerated() {
            let check = CheckButton(choice)
            if let first { check.join(first) } else { first = check }
            check.isOn = index == chosen
            check.onToggle { [weak button] isOn in
                guard isOn else { return }
                handler(index)
                button?.close()
            }
            column.append(check)
        }
        column.setMargins(8)
        button.setPopover(Popover(column))
    }
}
