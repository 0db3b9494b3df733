import GtkKit

/// The Stage outside of the main window.
@MainActor final class StageWindow {
    private let window: Window
    private let holder = Bin()
    private let header = HeaderBar()
    var onClosed: @MainActor () -> Void = {}

    init(_ frame: Widget, title: String, fullscreen: Bool) {
        window = Window(title: title)
        header.setTitle(WindowTitle(title))
        holder.setChild(frame)
        holder.setExpands(horizontally: true, vertically: true)
        window.setContent(Box(column: 0, header, holder))
        window.setDefaultSize(width: 800, height: 520)
        if fullscreen { setFullscreen(true) }
        window.onCloseRequest { [weak self] in
            self?.onClosed()
            return false
        }
    }

    var isFullscreen = false

    func present() { window.present() }
    func setFullscreen(_ on: Bool) {
        isFullscreen = on
        header.isVisible = !on
        window.setFullscreen(on)
    }
    /// Lets go of what it shows.
    func giveUp() {
        holder.setChild(nil)
        window.destroy()
    }
}
