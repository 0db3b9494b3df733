import ClientKit
import GtkKit

/// One item of a feed, opened: its text drawn by the program itself, its series as a chart, and what can be done.
@MainActor final class PageCard {
    let widget = Revealer()
    private let place = Bin()
    private var source: ChartSource?
    private(set) var item: FeedItem?
    private let pictures: PictureCache
    private let portal: PortalModel

    var onTalk: @MainActor (ConversationModel) -> Void = { _ in }
    var onError: @MainActor (String) -> Void = { _ in }
    var onClosed: @MainActor () -> Void = {}

    init(portal: PortalModel, pictures: PictureCache) {
        self.portal = portal
        self.pictures = pictures
        widget.setChild(place)
        portal.changes.observe(self) { [weak self] change in
            if change == .feeds { self?.refresh() }
        }
        widget.addController(
            KeyController { [weak self] key, _ in
                guard key == Key.escape, self?.item != nil else { return false }
                self?.close()
                return true
            })
    }

    func show(_ item: FeedItem) {
        self.item = item
        source = nil
        place.setChild(card(item))
        widget.isRevealed = true
    }

    func close() {
        item = nil
        widget.isRevealed = false
        source?.stop()
        source = nil
        onClosed()
    }

    /// A new version of the item has come.
    private func refresh() {
        guard let item, let new = portal.feed(item.roomID)?.items.first(where: { $0.id == item.id }), new != item else {
            return
        }
        show(new)
    }

    private func card(_ item: FeedItem) -> Widget {
        let title = Label(item.headline, classes: "mado-card-title")
        title.alignment = 0
        title.setWraps(true)
        title.isSelectable = true
        title.isFocusable = false
        title.setExpands(horizontally: true)
        let close = Button(icon: "window-close-symbolic", label: tr("Close the item"))
        close.addClass("flat")
        close.addClass("circular")
        close.setAlignment(vertical: .start)
        close.onClick { [weak self] in self?.close() }
        let feed = portal.feed(item.roomID)?.title ?? ""
        // A feed is often called as its provider is.
        let provider = item.provider.lowercased() == feed.lowercased() ? "" : item.provider
        let origin = [feed, provider, PortalWords.age(item.published)].filter { !$0.isEmpty }.joined(separator: " · ")
        let about = Label(origin, classes: "mado-small", "mado-dim")
        about.alignment = 0
        about.setEllipsizes()
        let content = Box(column: 8)
        if item.html != nil || !(item.text ?? "").isEmpty {
            content.append(MessageText.widget(plain: item.text ?? item.headline, html: item.html))
        }
        if let chart = chart(item) { content.append(chart) }
        let scrolled = ScrolledWindow(content)
        scrolled.setPropagatesNaturalHeight(true)
        scrolled.setContentHeight(max: 240)
        let column = Box(column: 6, Box(row: 8, title, close), about, scrolled, actions(item))
        column.addClass("mado-card")
        let group = GroupBox(.vertical, label: item.headline)
        group.append(column)
        return group
    }

    private func chart(_ item: FeedItem) -> Widget? {
        guard let reading = item.reading else { return nil }
        let series = portal.feed(item.roomID)?.series.first { $0.name == reading.name }
        let line = Programme.Line(
            roomID: item.roomID, name: reading.name, label: series?.label ?? reading.name,
            unit: reading.unit ?? series?.unit)
        let source = ChartSource([line], window: 86_400_000, portal: portal, isSmall: true)
        self.source = source
        return source.chart.widget
    }

    private func actions(_ item: FeedItem) -> Widget {
        let row = Box(row: 6)
        if let link = item.link {
            let open = Button(tr("Open the page"))
            open.tooltip = link
            open.onClick { Launcher.open(link: link) }
            row.append(open)
        }
        if let contact = item.contact, contact != portal.account.userID {
            let talk = Button(tr("Talk to the provider"))
            talk.onClick { [weak self] in self?.talk(item, talk) }
            row.append(talk)
        }
        return row
    }

    private func talk(_ item: FeedItem, _ button: Button) {
        button.isSensitive = false
        Task { [weak self, portal] in
            do {
                let conversation = try await portal.talk(about: item)
                if let conversation { self?.onTalk(conversation) }
            } catch {
                self?.onError(Words.error(error))
            }
            button.isSensitive = true
        }
    }
}
