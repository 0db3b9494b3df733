import ClientKit
import GtkKit

/// All feeds: subscribing, when their items come, and what they brought last.
@MainActor final class FeedsWindow {
    let window: PreferencesWindow
    private let page = PreferencesPage(title: tr("Feeds"), icon: "mado-feeds-symbolic", name: "feeds")
    private var group = PreferencesGroup()
    private let portal: PortalModel
    private var shown: [String] = []
    private var rows: [String: FeedRow] = [:]

    var onOpen: @MainActor (FeedItem) -> Void = { _ in }
    var onClosed: @MainActor () -> Void = {}

    init(portal: PortalModel, parent: Window?) {
        self.portal = portal
        window = PreferencesWindow(parent: parent)
        window.title = tr("Feeds")
        window.setDefaultSize(width: 440, height: 600)
        window.setSizeRequest(width: 340, height: 360)
        window.add(page)
        page.add(group)
        portal.changes.observe(self) { [weak self] change in
            if change == .feeds { self?.update() }
        }
        window.onCloseRequest { [weak self] in
            for row in self?.rows.values.map({ $0 }) ?? [] { row.takeEntered() }
            self?.onClosed()
            return false
        }
        update()
    }

    private func update() {
        if portal.feeds.map(\.roomID) != shown {
            shown = portal.feeds.map(\.roomID)
            page.remove(group)
            group = PreferencesGroup(
                title: tr("Feeds"), text: tr("What runs through the window. A feed that is off sends you nothing."))
            rows = [:]
            for feed in portal.feeds {
                let row = FeedRow(feed, portal: portal)
                row.onError = { [weak self] in self?.window.toast($0) }
                row.onOpen = { [weak self] in self?.onOpen($0) }
                rows[feed.roomID] = row
                group.add(row.widget)
            }
            page.add(group)
        }
        for feed in portal.feeds { rows[feed.roomID]?.show(feed) }
    }
}

/// One feed in the list of feeds.
@MainActor final class FeedRow {
    let widget: ExpanderRow
    private let portal: PortalModel
    private let roomID: String
    private let subscribed = Switch()
    private let items = Box(column: 0)
    private let rule: DeliveryRuleEditor
    private var toggled: SignalConnection?
    private var newest: [FeedItem] = []

    var onError: @MainActor (String) -> Void = { _ in }
    var onOpen: @MainActor (FeedItem) -> Void = { _ in }

    init(_ feed: Feed, portal: PortalModel) {
        self.portal = portal
        roomID = feed.roomID
        widget = ExpanderRow(feed.title, subtitle: feed.topic.isEmpty ? feed.provider : feed.topic)
        rule = DeliveryRuleEditor(feed.rule)
        subscribed.setAccessibleLabel(tr("Subscribe to %@", feed.title))
        widget.addAction(subscribed)
        for row in rule.rows { widget.add(row) }
        items.setMargins(top: 6, bottom: 6, start: 4, end: 4)
        widget.add(items)
        rule.onApply = { [weak self] in self?.keep($0) }
        toggled = subscribed.onToggle { [weak self] isOn in self?.subscribe(isOn) }
    }

    func show(_ feed: Feed) {
        toggled?.silently { subscribed.isOn = feed.isSubscribed }
        for row in rule.rows { row.isSensitive = feed.isSubscribed }
        rule.show(feed.rule)
        let shown = Array(feed.items.prefix(5))
        guard shown != newest else { return }
        newest = shown
        items.removeAll()
        for item in shown {
            let text = Label(item.headline)
            text.alignment = 0
            text.setEllipsizes()
            text.setExpands(horizontally: true)
            let button = Button(
                child: Box(row: 8, text, Label(PortalWords.age(item.published), classes: "mado-small", "mado-dim")),
                label: item.headline)
            button.addClass("flat")
            button.onClick { [weak self] in self?.onOpen(item) }
            items.append(button)
        }
    }

    /// Takes over what is being entered, for the window is about to close.
    func takeEntered() { rule.takeQuietHours() }

    private func subscribe(_ isOn: Bool) {
        subscribed.isSensitive = false
        Task { [weak self, portal, roomID] in
            do { try await portal.setSubscribed(isOn, roomID) } catch {
                self?.onError(Words.error(error))
                self?.toggled?.silently { self?.subscribed.isOn = !isOn }
            }
            self?.subscribed.isSensitive = true
        }
    }

    private func keep(_ rule: DeliveryRule) {
        Task { [weak self, portal, roomID] in
            do { try await portal.setRule(rule, of: roomID) } catch { self?.onError(Words.error(error)) }
        }
    }
}
