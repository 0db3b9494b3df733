import GtkKit

/// Where a part of the Stage stands: in the window above the lists or beside them, in a window of its own, or over the whole
/// screen. In the window it is as high as it likes while there is room.
@MainActor final class StagePlace {
    /// For the window; revealed while there is something to show and it is not elsewhere.
    let widget: Revealer
    private let frame: Box
    private let room: HeightBin
    private var outside: StageWindow?

    /// Of the window of its own.
    var title: @MainActor () -> String = { "" }
    /// Whether there is something to show.
    var isWanted: @MainActor () -> Bool = { false }
    var onChange: @MainActor () -> Void = {}

    /// So high that one still sees who it is, in the smallest window.
    private static let leastHeight = 84

    /// - Parameters:
    ///   - picture: what may be more or less high.
    ///   - below: what stands below it always.
    init(picture: Widget, below: Widget...) {
        room = HeightBin(picture)
        room.setExpands(horizontally: true, vertically: true)
        frame = Box(column: 0, room)
        for part in below { frame.append(part) }
        frame.setExpands(horizontally: true)
        frame.isFocusable = true
        widget = Revealer(frame)
    }

    var isOutside: Bool { outside != nil }
    var isFullscreen: Bool { outside?.isFullscreen ?? false }

    func addClass(_ name: String) { frame.addClass(name) }
    func setClass(_ name: String, _ on: Bool) { frame.setClass(name, on) }
    func onKey(_ press: @escaping @MainActor (Int) -> Bool) {
        frame.addController(KeyController { key, _ in press(key) })
    }
    func append(_ part: Widget) { frame.append(part) }
    func remove(_ part: Widget) { frame.remove(part) }

    /// How high it is above the lists, where there is room.
    func setHeight(_ pixels: Int) { room.setHeights(least: min(pixels, Self.leastHeight), preferred: pixels) }

    /// Whether it takes the height that there is, in a column of its own.
    func setFillsHeight(_ on: Bool) {
        frame.setExpands(horizontally: !on, vertically: on)
        widget.setExpands(vertically: on)
    }

    // MARK: Elsewhere

    func toggleOutside() { isOutside ? bringBack() : takeOut(fullscreen: false) }

    func toggleFullscreen() {
        guard let outside else { return takeOut(fullscreen: true) }
        outside.setFullscreen(!outside.isFullscreen)
    }

    private func takeOut(fullscreen: Bool) {
        guard isWanted() else { return }
        widget.setChild(nil)
        widget.isRevealed = false
        let window = StageWindow(frame, title: title(), fullscreen: fullscreen)
        window.onClosed = { [weak self] in self?.bringBack() }
        outside = window
        window.present()
        frame.focus()
        onChange()
    }

    func bringBack() {
        guard let window = outside else { return }
        outside = nil
        window.giveUp()
        widget.setChild(frame)
        widget.isRevealed = isWanted()
        onChange()
    }
}
