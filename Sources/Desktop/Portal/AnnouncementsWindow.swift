import ClientKit
import GtkKit

/// All announcements that are in their time, with text, picture and link; and the way to write one for those who may.
@MainActor final class AnnouncementsWindow {
    let window: Window
    private let list = Box(column: 0)
    private let write = Button(icon: "list-add-symbolic", label: tr("Write an announcement"))
    private let portal: PortalModel
    private let pictures: PictureCache
    private var audiences: [AudienceChoice] = []
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
        window.setContent(Box(column: 0, header, scrolled))
        write.onClick { [weak self] in self?.openWriting() }
        portal.changes.observe(self) { [weak self] change in
            if change == .board { self?.rebuild() }
        }
        window.onCloseRequest { [weak self] in
            self?.onClosed()
            return false
        }
        rebuild()
        Task { [weak self] in
            guard let found = try? await portal.audiences(), !found.isEmpty else { return }
            self?.audiences = found
            self?.write.isVisible = true
            self?.rebuild()
        }
    }

    func present() {
        window.present()
        portal.markAllSeen()
    }

    private func rebuild() {
        list.removeAll()
        if portal.announcements.isEmpty {
            list.append(
                StatusPage(
                    icon: "mado-announcement-symbolic", title: tr("No announcements"),
                    text: tr("What your organisation announces stands here."), isCompact: true))
        }
        for announcement in portal.announcements { list.append(card(announcement)) }
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
        return row
    }

    private func openWriting() {
        if let writing { return writing.window.present() }
        let opened = AnnounceWindow(portal: portal, audiences: audiences, parent: window)
        opened.onClosed = { [weak self] in self?.writing = nil }
        writing = opened
        opened.window.present()
    }
}
