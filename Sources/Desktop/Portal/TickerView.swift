import ClientKit
import GtkKit

/// What subscribed feeds bring, running through the window in one line. A click opens the item.
///
/// It rests while the pointer or the keyboard is on it, while it is paused, and while it cannot be seen: nothing wakes up
/// then. Where movement is not wanted it turns pages instead.
@MainActor final class TickerView {
    let widget = Revealer()
    private let row = Box(.horizontal, spacing: 0)
    private let pad = Box(.horizontal)
    private let scroller: ScrolledWindow
    private let pause = ToggleButton(icon: "media-playback-pause-symbolic", label: tr("Pause the running news"))
    private var shown: [(item: FeedItem, button: Button)] = []
    private var offset = 0.0
    private var isHovered = false
    private var isFocused = false
    private var isMapped = false
    private var running: MainLoop.Repeating?
    /// Everything fits into the window.
    private var isResting = false
    private var portal: PortalModel?

    /// Pixels in a second; 0 turns pages.
    var speed = 45 { didSet { if speed != oldValue { update() } } }
    var isAnimated = true { didSet { if isAnimated != oldValue { update() } } }
    /// Its window is out of sight.
    var isMinimized = false { didSet { if isMinimized != oldValue { update() } } }
    var onOpen: @MainActor (FeedItem) -> Void = { _ in }

    private static let frame = 33
    private static let page = 6000

    init() {
        scroller = ScrolledWindow(row, horizontal: true, vertical: false)
        scroller.hideBars()
        scroller.setExpands(horizontally: true)
        row.append(pad)
        pause.addClass("flat")
        pause.addClass("mado-ticker-pause")
        let bar = Box(row: 0, scroller, pause)
        bar.addClass("mado-ticker")
        widget.setChild(bar)
        pause.onToggle { [weak self] isOn in
            self?.pause.setIcon(isOn ? "media-playback-start-symbolic" : "media-playback-pause-symbolic")
            self?.pause.setAccessibleLabel(isOn ? tr("Let the news run") : tr("Pause the running news"))
            self?.update()
        }
        scroller.addController(
            MotionController(
                enter: { [weak self] in
                    self?.isHovered = true
                    self?.update()
                },
                leave: { [weak self] in
                    self?.isHovered = false
                    self?.update()
                }))
        scroller.addController(
            FocusController(
                enter: { [weak self] in
                    self?.isFocused = true
                    self?.update()
                },
                leave: { [weak self] in
                    self?.isFocused = false
                    self?.offset = self?.scroller.horizontal.value ?? 0
                    self?.update()
                }))
        scroller.addController(KeyController { [weak self] key, _ in self?.moveFocus(key) ?? false })
        bar.on("map") { [weak self] in
            self?.isMapped = true
            self?.update()
        }
        bar.on("unmap") { [weak self] in
            self?.isMapped = false
            self?.update()
        }
    }

    func show(_ portal: PortalModel?) {
        self.portal?.changes.stop(self)
        self.portal = portal
        portal?.changes.observe(self) { [weak self] change in
            if change == .ticker { self?.rebuild() }
        }
        rebuild()
    }

    /// Items that stay keep their places, so that nothing jumps while it is read.
    private func rebuild() {
        let wanted = portal?.ticker ?? []
        widget.isRevealed = !wanted.isEmpty
        var rest = Dictionary(wanted.map { ($0.id, $0) }) { first, _ in first }
        var kept: [(item: FeedItem, button: Button)] = []
        for entry in shown {
            if let same = rest[entry.item.id], same == entry.item {
                rest[entry.item.id] = nil
                kept.append(entry)
            } else {
                row.remove(entry.button)
            }
        }
        var last: Widget? = kept.last?.button
        for item in wanted where rest[item.id] != nil {
            let button = makeButton(item)
            // What is urgent comes next, all else at the end.
            if item.priority == .urgent, let first = kept.first {
                row.insert(button, after: first.button)
                kept.insert((item, button), at: 1)
            } else {
                row.insert(button, after: last)
                kept.append((item, button))
                last = button
            }
        }
        shown = kept
        update()
    }

    private func makeButton(_ item: FeedItem) -> Button {
        let text = Label(item.headline)
        let content = Box(row: 7)
        switch item.priority {
        case .urgent:
            content.append(Image(icon: "dialog-warning-symbolic", size: 14))
            content.addClass("urgent")
        case .high: content.addClass("high")
        case .normal, .low: break
        }
        content.append(text)
        let feed = portal?.feed(item.roomID)?.title ?? item.provider
        if !feed.isEmpty { content.append(Label(feed, classes: "mado-small", "mado-dim")) }
        let button = Button(child: content, label: item.headline)
        button.addClass("flat")
        button.addClass("mado-ticker-item")
        button.onClick { [weak self] in self?.onOpen(item) }
        return button
    }

    private func moveFocus(_ key: Int) -> Bool {
        guard key == Key.left || key == Key.right, let at = shown.firstIndex(where: { $0.button.hasFocus }) else {
            return false
        }
        let next = (at + (key == Key.right ? 1 : -1) + shown.count) % shown.count
        shown[next].button.focus()
        return true
    }

    // MARK: Running

    private func update() {
        running?.stop()
        running = nil
        isResting = false
        guard isMapped, !isMinimized, !isHovered, !isFocused, !pause.isOn, !shown.isEmpty else { return }
        if speed > 0, isAnimated {
            running = MainLoop.every(milliseconds: Self.frame) { [weak self] in self?.step() ?? false }
        } else if shown.count > 1 {
            running = MainLoop.every(milliseconds: Self.page) { [weak self] in self?.turn() ?? false }
        }
    }

    /// There is more or less room than before.
    func resized() {
        if isResting { update() }
    }

    private func step() -> Bool {
        let view = scroller.width
        let widths = shown.map(\.button.width)
        guard view > 0, let first = widths.first, first > 0 else { return true }
        let total = widths.reduce(0, +)
        guard total > view else {
            scroller.horizontal.value = 0
            // It fits: nothing to run for, until something else comes or there is less room.
            running = nil
            isResting = true
            return false
        }
        // Each can go out on the left before what follows it has come in on the right.
        let missing = max(0, view - (total - first))
        pad.setSizeRequest(width: missing)
        offset += Double(speed * Self.frame) / 1000
        if offset >= Double(first) {
            offset -= Double(first)
            rotate()
        }
        scroller.horizontal.value = offset
        return true
    }

    private func turn() -> Bool {
        offset = 0
        let total = shown.reduce(0) { $0 + $1.button.width }
        guard total > scroller.width else { return true }
        pad.setSizeRequest(width: scroller.width)
        rotate()
        scroller.horizontal.value = 0
        return true
    }

    private func rotate() {
        guard shown.count > 1 else { return }
        let first = shown.removeFirst()
        row.remove(first.button)
        row.insert(first.button, after: shown.last?.button)
        shown.append(first)
    }
}
