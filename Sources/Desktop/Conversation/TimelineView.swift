import ClientKit
import GtkKit

/// The messages of a conversation, loaded as they are scrolled to, staying where they are meanwhile.
@MainActor final class TimelineView {
    let widget: Overlay
    let context: MessageContext
    private let conversation: ConversationModel
    private let list: ListView
    private let scrolled: ScrolledWindow
    private let adjustment: Adjustment
    private let jump: Button
    private let loading = Spinner()
    private var positions: [String: Int] = [:]
    private var keys: [String] = []
    /// Whether the newest is in view and is to stay there.
    private var sticksToEnd = true
    private var isMoving = false
    private var isLoading = false
    /// What was shown below has been read.
    var onReachedEnd: @MainActor () -> Void = {}

    init(context: MessageContext) {
        self.context = context
        conversation = context.conversation
        let rowContext = context
        list = ListView(label: tr("Messages")) { MessageRow(context: rowContext) }
        scrolled = ScrolledWindow(list)
        scrolled.setExpands(horizontally: true, vertically: true)
        adjustment = scrolled.vertical
        widget = Overlay(scrolled)
        widget.addClass("mado-talk")
        widget.setExpands(horizontally: true, vertically: true)
        jump = Button(icon: "go-down-symbolic", label: tr("To the newest message"))
        jump.addClass("mado-jump")
        jump.setAlignment(horizontal: .end, vertical: .end)
        jump.isVisible = false
        widget.add(jump)
        loading.setAlignment(horizontal: .center, vertical: .start)
        loading.setMargins(8)
        widget.add(loading)

        context.position = { [weak self] in self?.positions[$0] }
        context.onJump = { [weak self] in self?.show(event: $0) }
        jump.onClick { [weak self] in self?.jumpToEnd() }
        adjustment.on("value-changed") { [weak self] in self?.scrolledTo() }
        adjustment.on("notify::upper") { [weak self] in self?.contentGrew() }
        adjustment.on("notify::page-size") { [weak self] in self?.contentGrew() }
        conversation.changes.observe(self) { [weak self] change in
            if case .items(let change) = change { self?.apply(change) }
        }
        list.addController(
            KeyController { [weak self] key, modifiers in
                guard key == Key.menu || (key == Key.f10 && modifiers.contains(.shift)) else { return false }
                return self?.openMenuOfFocusedRow() ?? false
            })
        reload()
    }

    /// Loads the newest items, and shows them.
    func open() {
        Task { [weak self] in
            await self?.conversation.open()
            self?.stickToEnd()
        }
    }

    // MARK: Items

    private func reload() {
        keys = conversation.items.map(\.id)
        index(from: 0)
        list.replaceAll(with: keys)
        guard sticksToEnd else { return }
        // Of a new list GTK shows the beginning, until it has been told what to show.
        list.opacity = keys.isEmpty ? 1 : 0
        stickToEnd()
    }

    private func index(from start: Int) {
        if start == 0 { positions.removeAll(keepingCapacity: true) }
        for index in start..<keys.count { positions[keys[index]] = index }
    }

    private func apply(_ change: ItemsChange) {
        let items = conversation.items
        var touched: Set<String> = []
        switch change {
        case .reset:
            return reload()
        case .inserted(let range):
            guard range.upperBound <= items.count, range.lowerBound <= keys.count else { return reload() }
            let added = items[range].map(\.id)
            keys.insert(contentsOf: added, at: range.lowerBound)
            index(from: range.lowerBound)
            list.splice(range.lowerBound..<range.lowerBound, with: added)
            touched = neighbours(of: range)
        case .removed(let range):
            guard range.upperBound <= keys.count else { return reload() }
            for key in keys[range] { positions[key] = nil }
            keys.removeSubrange(range)
            index(from: range.lowerBound)
            list.splice(range, with: [])
            touched = neighbours(of: range.lowerBound..<range.lowerBound)
        case .updated(let indices):
            for index in indices where items.indices.contains(index) {
                // An item may have got another key, or moved.
                guard keys.indices.contains(index), keys[index] == items[index].id else { return reload() }
                touched.formUnion(neighbours(of: index..<index + 1))
                touched.insert(keys[index])
            }
        }
        guard keys.count == items.count else { return reload() }
        list.refresh(touched)
    }

    /// Those whose looks depend on what changed beside them.
    private func neighbours(of range: Range<Int>) -> Set<String> {
        var found: Set<String> = []
        if range.lowerBound > 0, range.lowerBound - 1 < keys.count { found.insert(keys[range.lowerBound - 1]) }
        if range.upperBound < keys.count { found.insert(keys[range.upperBound]) }
        return found
    }

    // MARK: Scrolling

    private func scrolledTo() {
        guard !isMoving else { return }
        let atEnd = adjustment.distanceToEnd < 48
        sticksToEnd = atEnd && !conversation.hasNewer
        jump.isVisible = !sticksToEnd && adjustment.upper > adjustment.pageSize
        if sticksToEnd { onReachedEnd() }
        if adjustment.value < adjustment.pageSize { loadOlder() }
        if atEnd, conversation.hasNewer { loadNewer() }
    }

    private func contentGrew() {
        if sticksToEnd { moveToEnd() }
        if adjustment.upper <= adjustment.pageSize, !keys.isEmpty { loadOlder() }
    }

    /// Pins the last item's lower edge to the view's. The list keeps that place while rows find their heights; setting
    /// the adjustment instead would pin whatever it takes for the end before they have. What is far from there is not shown
    /// meanwhile.
    private func moveToEnd() {
        guard !isMoving, !keys.isEmpty else { return }
        isMoving = true
        if adjustment.distanceToEnd > adjustment.pageSize { list.opacity = 0 }
        MainLoop.afterwards { [weak self] in
            guard let self else { return }
            if sticksToEnd, !keys.isEmpty { list.scroll(to: keys.count - 1) }
            isMoving = false
            list.opacity = 1
        }
    }

    /// The newest comes into view and stays there.
    func stickToEnd() {
        sticksToEnd = true
        jump.isVisible = false
        moveToEnd()
        onReachedEnd()
    }

    var isAtEnd: Bool { sticksToEnd }

    private func jumpToEnd() {
        guard conversation.hasNewer else { return stickToEnd() }
        Task { [weak self] in
            await self?.conversation.jumpToLatest()
            self?.stickToEnd()
        }
    }

    private func loadOlder() {
        guard !isLoading, conversation.hasOlder else { return }
        isLoading = true
        loading.isSpinning = true
        Task { [weak self] in
            try? await self?.conversation.loadOlder()
            self?.isLoading = false
            self?.loading.isSpinning = false
            self?.refreshTop()
        }
    }

    private func refreshTop() {
        if let first = keys.first { list.refresh([first]) }
    }

    private func loadNewer() {
        guard !isLoading else { return }
        isLoading = true
        Task { [weak self] in
            try? await self?.conversation.loadNewer()
            self?.isLoading = false
        }
    }

    /// Brings an event into view, loading what is around it.
    func show(event: String) {
        if let index = conversation.items.firstIndex(where: { $0.eventID == event }) { return scroll(to: index) }
        Task { [weak self] in
            guard let self else { return }
            sticksToEnd = false
            _ = try? await conversation.loadAround(eventID: event)
            if let index = conversation.items.firstIndex(where: { $0.eventID == event }) { scroll(to: index) }
        }
    }

    /// Brings a day into view.
    func show(day: Int64) {
        Task { [weak self] in
            guard let self else { return }
            sticksToEnd = false
            _ = try? await conversation.loadAround(timestamp: day)
            scroll(to: conversation.items.firstIndex { $0.timestamp >= day } ?? max(0, keys.count - 1))
        }
    }

    private func scroll(to index: Int) {
        sticksToEnd = index >= keys.count - 1 && !conversation.hasNewer
        jump.isVisible = !sticksToEnd
        list.scroll(to: index)
    }

    /// Where somebody who comes back goes on reading.
    func showFirstUnread() {
        guard let key = conversation.firstUnread, let index = positions[key] else { return stickToEnd() }
        scroll(to: index)
    }

    private func openMenuOfFocusedRow() -> Bool {
        for case let row as MessageRow in list.liveRows where row.widget.parentHasFocus {
            row.openMenu()
            return true
        }
        return false
    }
}
