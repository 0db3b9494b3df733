import ClientKit
import GtkKit

/// Where an announcement is written or changed: for whom, what, how urgent, from and until when.
@MainActor final class AnnounceWindow {
    let window: Window
    private let portal: PortalModel
    private let audiences: [AudienceChoice]
    private let changed: ChangeableAnnouncement?
    private let audience: DropDown
    private let title = Entry(placeholder: tr("Title"))
    private let text = TextView()
    private let link = Entry(placeholder: "https://")
    private let priority: DropDown
    private let from = MomentEntry(label: tr("From"))
    private let until = MomentEntry(label: tr("Until"))
    private let picture: FilePicker
    private let problem = Label("", classes: "mado-small", "error")
    private let send: Button
    private static let priorities: [Announcement.Priority] = [.normal, .important, .urgent]

    var onClosed: @MainActor () -> Void = {}
    /// It is on its board, or held back there.
    var onDone: @MainActor () -> Void = {}

    /// - Parameter changed: what is put in its place; nil for a new one.
    init(portal: PortalModel, audiences: [AudienceChoice], changed: ChangeableAnnouncement? = nil, parent: Window) {
        self.portal = portal
        self.audiences = audiences
        self.changed = changed
        send = Button(changed == nil ? tr("Announce") : tr("Change"))
        audience = DropDown(audiences.map(\.label), label: tr("For"))
        priority = DropDown(Self.priorities.map(PortalWords.priority), label: tr("Priority"))
        window = Window(
            parent: parent, title: changed == nil ? tr("Write an announcement") : tr("Change an announcement"))
        picture = FilePicker(label: tr("Picture"), isForPictures: true)
        picture.window = { [weak window] in window }
        window.setModal(true)
        window.setDefaultSize(width: 400, height: 560)
        window.setSizeRequest(width: 340, height: 360)
        send.addClass("suggested-action")
        let header = HeaderBar()
        header.addEnd(send)
        title.setAccessibleLabel(tr("Title"))
        link.setAccessibleLabel(tr("Link"))
        text.setAccessibleLabel(tr("Text"))
        text.setPadding(10, vertical: 8)
        let area = ScrolledWindow(text)
        area.setContentHeight(min: 90, max: 200)
        area.addClass("mado-entry")
        problem.setWraps(true)
        problem.alignment = 0
        problem.isVisible = false
        let fields = Box(
            column: 12, Self.field(tr("Title"), title), Self.field(tr("Text"), area),
            Self.field(tr("Priority"), priority), Self.field(tr("Link"), link), picture.widget, from.widget,
            until.widget, problem)
        // Who has seen it is not asked to forget it: the audience stays.
        if changed == nil { fields.prepend(Self.field(tr("For"), audience)) }
        fields.setMargins(14)
        let scrolled = ScrolledWindow(fields)
        scrolled.setExpands(vertically: true)
        window.setContent(Box(column: 0, header, scrolled))
        send.onClick { [weak self] in self?.announce() }
        window.onCloseRequest { [weak self] in
            self?.onClosed()
            return false
        }
        if let changed { fill(changed.draft) }
    }

    private func fill(_ draft: AnnouncementDraft) {
        title.text = draft.title
        text.text = draft.text
        link.text = draft.link ?? ""
        priority.selected = Self.priorities.firstIndex(of: draft.priority) ?? 0
        from.show(draft.from)
        until.show(draft.until)
        if draft.picture != nil { picture.showKept() }
    }

    private static func field(_ name: String, _ control: Widget) -> Widget {
        let label = Label(name, classes: "mado-small", "mado-dim")
        label.alignment = 0
        return Box(column: 3, label, control)
    }

    private func announce() {
        var draft = changed?.draft ?? AnnouncementDraft()
        if changed == nil {
            guard audiences.indices.contains(audience.selected) else { return }
            draft.audience = audiences[audience.selected].audience
        }
        if !picture.keepsOld { draft.picture = nil }
        draft.title = title.text.trimmingSpaces()
        draft.text = text.text.trimmingSpaces()
        draft.link = link.text.trimmingSpaces().isEmpty ? nil : link.text.trimmingSpaces()
        draft.priority = Self.priorities[max(0, min(priority.selected, Self.priorities.count - 1))]
        guard !draft.title.isEmpty else {
            title.focus()
            return fail(tr("An announcement needs a title."))
        }
        do {
            draft.from = try from.moment()
            draft.until = try until.moment()
        } catch {
            return fail(tr("A day and a time, such as 2026-03-31 09:30"))
        }
        send.isSensitive = false
        Task { [weak self, portal, changed, draft, path = picture.path] in
            do {
                if let changed {
                    try await portal.change(changed.id, to: draft, picture: path)
                } else {
                    _ = try await portal.announce(draft, picture: path)
                }
                self?.onDone()
                self?.window.close()
            } catch {
                self?.send.isSensitive = true
                self?.fail(Words.error(error))
            }
        }
    }

    private func fail(_ text: String) {
        problem.text = text
        problem.isVisible = true
    }
}

/// A day and a time that may be left empty.
@MainActor final class MomentEntry {
    struct NotATime: Error {}

    let widget: Box
    private let entry = Entry(placeholder: tr("at once, or 2026-03-31 09:30"))

    init(label: String) {
        let name = Label(label, classes: "mado-small", "mado-dim")
        name.alignment = 0
        entry.setAccessibleLabel(label)
        widget = Box(column: 3, name, entry)
    }

    /// - Parameter moment: milliseconds since 1970.
    func show(_ moment: Int64?) { entry.text = moment.map { LocalTime($0).text("%Y-%m-%d %H:%M") } ?? "" }

    /// Milliseconds since 1970, of local time; nil when nothing is entered.
    func moment() throws(NotATime) -> Int64? {
        let words = entry.text.split(separator: " ")
        if words.isEmpty { return nil }
        guard words.count == 2, let minutes = DayTime.minutes(String(words[1])),
            let midnight = LocalTime.midnight(of: String(words[0]))
        else { throw NotATime() }
        return midnight + Int64(minutes) * 60_000
    }
}
