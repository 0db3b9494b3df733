import ClientKit
import GtkKit

/// The announcement that matters most now, at the window's lower edge. Takes no space where there is none.
@MainActor final class BoardBanner {
    let widget = Revealer(transition: .slideUp)
    private let title = Label("", classes: "mado-title")
    private let more = Button(tr("More"))
    private let count = Label("", classes: "mado-pill", "quiet")
    private let dismiss = Button(icon: "window-close-symbolic", label: tr("Put this announcement away"))
    private let icon = Image(icon: "mado-announcement-symbolic", size: 16)
    private let bar: Box
    private var portal: PortalModel?
    private var shown: Announcement?
    private var style = ""

    var onMore: @MainActor (Announcement) -> Void = { _ in }

    init() {
        title.alignment = 0
        title.setEllipsizes()
        title.setExpands(horizontally: true)
        more.addClass("mado-thread")
        dismiss.addClass("flat")
        dismiss.addClass("circular")
        for part in [more, count, dismiss, icon] as [Widget] { part.setAlignment(vertical: .center) }
        bar = Box(row: 8, icon, title, count, more, dismiss)
        bar.addClass("mado-board")
        let group = GroupBox(.vertical, label: tr("Announcement"))
        group.append(bar)
        widget.setChild(group)
        more.onClick { [weak self] in if let self, let shown { onMore(shown) } }
        dismiss.onClick { [weak self] in if let self, let shown { portal?.dismiss(shown) } }
    }

    func show(_ portal: PortalModel?) {
        self.portal?.changes.stop(self)
        self.portal = portal
        portal?.changes.observe(self) { [weak self] change in
            if change == .board { self?.update() }
        }
        update()
    }

    private func update() {
        let all = portal?.shownAnnouncements ?? []
        shown = all.first
        widget.isRevealed = shown != nil
        guard let shown else { return }
        title.text = shown.title
        title.tooltip = shown.text.isEmpty ? shown.title : shown.text
        count.isVisible = all.count > 1
        count.text = "+\(all.count - 1)"
        count.setAccessibleLabel(tr("%d more announcement", many: "%d more announcements", all.count - 1))
        dismiss.isVisible = shown.canBeDismissed
        icon.setIcon(shown.priority == .normal ? "mado-announcement-symbolic" : "dialog-warning-symbolic")
        if !style.isEmpty { bar.removeClass(style) }
        style = shown.priority.rawValue
        bar.addClass(style)
    }
}
