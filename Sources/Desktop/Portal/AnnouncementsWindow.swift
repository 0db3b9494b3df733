import ClientKit
import GtkKit

/// All announcements that are in their time, with text, picture and link; and the way to write one for those who may.
@MainActor final class AnnouncementsWindow {
    let window: Window
    private let list = Box(column: 0)
    private let write = Button(icon: "list-add-symbolic", label: tr("Write an announcement"))
    private let toasts: ToastOverlay
    private let portal: PortalModel
    private let pictures: PictureCache
    private var audiences: [AudienceChoice] = []
    /// What this member may change, as the server has it.
    private var changeable: [ChangeableAnnouncement] = []
    private var writing: AnnounceWindow?

    var onClosed: @MainActor () -> Void = {}

    init(portal: PortalModel, pictures: PictureCache, parent: Window?) {
        self.portal = portal
        self.pictures = pictures
        window = Window(parent: parent, title: tr("Announcements"))
        window.setDefaultSize(width: 420, height: 560)
        window.setSizeRequest(width: 340, height: 320)
        let header = HeaderBar()
        header.addStart(write)
        write.isVisible = false
        let scrolled = ScrolledWindow(Clamp(list, width: 620))
        scrolled.setExpands(horizontally: true, vertically: true)
        toasts = ToastOverlay(scrolled)
        window.setContent(Box(column: 0, header, toasts))
        write.onClick { [weak self] in self?.openWriting() }
        portal.changes.observe(self) { [weak self] change in
            guard change == .board else { return }
            self?.rebuild()
            self?.loadChangeable()
        }
        window.onCloseRequest { [weak self] in
            self?.onClosed()
            return false
        }
        rebuild()
        loadChangeable()
        Task { [weak self] in
            guard let found = try? await portal.audiences(), !found.isEmpty else { return }
            self?.audiences = found
            self?.write.isVisible = true
            self?.rebuild()
        }
    }

    private func loadChangeable() {
        Task { [weak self, portal] in
            guard let found = try? await portal.changeableAnnouncements(), let self, found != changeable else { return }
            changeable = found
            rebuild()
        }
    }

    func present() {
        window.present()
        portal.markAllSeen()
    }

    private func rebuild() {
        list.removeAll()
        let held = changeable.filter { $0.heldUntil != nil }
        if portal.announcements.isEmpty, held.isEmpty {
            list.append(
                StatusPage(
                    icon: "mado-announcement-symbolic", title: tr("No announcements"),
                    text: tr("What your organisation announces stands here."), isCompact: true))
        }
        for announcement in portal.announcements { list.append(card(announcement)) }
        for announcement in held.reversed() { list.append(heldCard(announcement)) }
    }

    /// What is to be announced, which only those see who may change it.
    private func heldCard(_ announcement: ChangeableAnnouncement) -> Widget {
        let title = Label(announcement.draft.title, classes: "mado-card-title")
        title.alignment = 0
        title.setWraps(true)
        title.setExpands(horizontally: true)
        let mark = Label(tr("Held back"), classes: "mado-pill", "quiet")
        mark.setAlignment(vertical: .start)
        let from = LocalTime(announcement.heldUntil ?? 0)
        let about = Label(tr("from %@", from.dayText() + " " + from.time), classes: "mado-small", "mado-dim")
        about.alignment = 0
        let column = Box(column: 6, Box(row: 8, title, mark), about)
        if !announcement.draft.text.isEmpty {
            column.append(MessageText.widget(plain: announcement.draft.text, html: nil))
        }
        let row = Box(row: 6)
        addChanging(announcement, to: row)
        column.append(row)
        column.addClass("mado-card")
        let group = GroupBox(.vertical, label: announcement.draft.title)
        group.append(column)
        return group
    }

    private func addChanging(_ announcement: ChangeableAnnouncement, to row: Box) {
        let change = Button(tr("Change…"))
        change.onClick { [weak self] in self?.openWriting(announcement) }
        let withdraw = Button(tr("Withdraw"))
        withdraw.onClick { [weak self] in self?.ask(announcement) }
        row.append(change)
        row.append(withdraw)
    }

    private func ask(_ announcement: ChangeableAnnouncement) {
        let dialog = MessageDialog(
            parent: window, heading: tr("Withdraw “%@”?", announcement.draft.title),
            text: tr("It goes from everybody's window."))
        dialog.addAnswer("keep", tr("Keep it"))
        dialog.addAnswer("withdraw", tr("Withdraw"), .destructive)
        dialog.setCloseAnswer("keep")
        dialog.ask { [weak self] answer in
            guard answer == "withdraw" else { return }
            Task { [weak self, portal = self?.portal] in
                do { try await portal?.withdraw(announcement) } catch {
                    self?.toasts.show(Words.error(error))
                }
                self?.loadChangeable()
            }
        }
    }

    private func card(_ announcement: Announcement) -> Widget {
        let title = Label(announcement.title, classes: "mado-card-title")
        title.alignment = 0
        title.setWraps(true)
        title.setExpands(horizontally: true)
        let head = Box(row: 8, title)
        if announcement.priority != .normal {
            let mark = Label(
                PortalWords.priority(announcement.priority), classes: "mado-pill", announcement.priority.rawValue)
            mark.setAlignment(vertical: .start)
            head.append(mark)
        }
        var about = [announcement.boardTitle, PortalWords.age(announcement.published)]
        if let until = announcement.until {
            about.append(tr("until %@", LocalTime(until).shortText() + " " + LocalTime(until).time))
        }
        let origin = Label(about.filter { !$0.isEmpty }.joined(separator: " · "), classes: "mado-small", "mado-dim")
        origin.alignment = 0
        let column = Box(column: 6, head, origin)
        if let media = announcement.picture { column.append(picture(media, announcement.title)) }
        if !announcement.text.isEmpty { column.append(MessageText.widget(plain: announcement.text, html: nil)) }
        column.append(actions(announcement))
        column.addClass("mado-card")
        column.setClass("urgent", announcement.priority == .urgent)
        let group = GroupBox(.vertical, label: announcement.title)
        group.append(column)
        return group
    }

    private func picture(_ media: MediaReference, _ title: String) -> Widget {
        let view = Picture()
        view.setAlternative(title)
        view.setSizeRequest(height: 180)
        view.addClass("mado-picture")
        pictures.texture(media, size: 800) { view.setTexture($0) }
        return view
    }

    private func actions(_ announcement: Announcement) -> Widget {
        let row = Box(row: 6)
        if let link = announcement.link {
            let open = Button(tr("Open the page"))
            open.tooltip = link
            open.onClick { Launcher.open(link: link) }
            row.append(open)
        }
        guard !audiences.isEmpty else { return row }
        let seen = Label("", classes: "mado-small", "mado-dim")
        row.append(seen)
        Task { [portal] in
            guard let count = try? await portal.seen(announcement) else { return }
            seen.text = tr("seen by %1$@ of %2$@", "\(count.seen)", "\(count.audience)")
        }
        if let own = changeable.first(where: { $0.eventID == announcement.id }) { addChanging(own, to: row) }
        return row
    }

    private func openWriting(_ changed: ChangeableAnnouncement? = nil) {
        if let writing { return writing.window.present() }
        let opened = AnnounceWindow(portal: portal, audiences: audiences, changed: changed, parent: window)
        opened.onClosed = { [weak self] in self?.writing = nil }
        opened.onDone = { [weak self] in self?.loadChangeable() }
        writing = opened
        opened.window.present()
    }
}
