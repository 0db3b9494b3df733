import ClientKit
import GtkKit

/// An application of the organisation: its form, and what was sent with it before. Works without a connection.
@MainActor final class PortalFormWindow {
    let window: Window
    private let portal: PortalModel
    private let roomID: String
    private let place = Bin()
    private let sent = Box(column: 0)
    private let state = Label("", classes: "mado-small", "mado-dim")
    private let send = Button(tr("Send"))
    private let toasts: ToastOverlay
    private var fields: [FormField] = []
    private var form: Form?

    var onClosed: @MainActor () -> Void = {}

    init(_ application: PortalApplication, portal: PortalModel, parent: Window?) {
        self.portal = portal
        roomID = application.roomID
        window = Window(parent: parent, title: application.title)
        window.setDefaultSize(width: 420, height: 640)
        window.setSizeRequest(width: 340, height: 360)
        let header = HeaderBar()
        send.addClass("suggested-action")
        header.addEnd(send)
        state.setWraps(true)
        state.alignment = 0
        let column = Box(column: 14, place, state, sent)
        column.setMargins(14)
        let scrolled = ScrolledWindow(Clamp(column, width: 560))
        scrolled.setExpands(horizontally: true, vertically: true)
        toasts = ToastOverlay(scrolled)
        window.setContent(Box(column: 0, header, toasts))
        send.onClick { [weak self] in self?.submit() }
        portal.changes.observe(self) { [weak self] change in
            if change == .applications { self?.update() }
        }
        portal.account.changes.observe(self) { [weak self] change in
            if change == .connection { self?.update() }
        }
        window.onCloseRequest { [weak self] in
            self?.onClosed()
            return false
        }
        update()
        load(application)
    }

    private func load(_ application: PortalApplication) {
        guard portal.account.isConnected else { return }
        Task { [portal, roomID] in
            try? await portal.join(roomID)
            try? await portal.loadSubmissions(of: roomID)
        }
    }

    private func update() {
        guard let application = portal.application(roomID) else { return }
        let isConnected = portal.account.isConnected
        state.text = isConnected ? "" : tr("There is no connection: what you send waits here and goes out by itself.")
        state.isVisible = !isConnected
        // What is being entered stays as long as the form is the same.
        if application.form != form { build(application.form) }
        showSent(application.submissions, isConnected)
    }

    private func build(_ form: Form?) {
        self.form = form
        fields = []
        send.isVisible = form != nil
        guard let form else {
            return place.setChild(
                StatusPage(
                    icon: "mado-form-symbolic", title: tr("No form yet"),
                    text: tr("The application has not said what it asks for."), isCompact: true))
        }
        send.setLabel(form.submitLabel ?? tr("Send"))
        let column = Box(column: 14)
        if !form.text.isEmpty { column.append(MessageText.widget(plain: form.text, html: nil)) }
        fields = form.fields.map { field in FormField(field) { [weak window] in window } }
        for field in fields { column.append(field.widget) }
        place.setChild(column)
        fields.first?.focus()
    }

    private func submit() {
        guard let application = portal.application(roomID), form != nil else { return }
        var values: [String: FormValue] = [:]
        for field in fields { values[field.field.name] = field.value }
        send.isSensitive = false
        Task { [weak self, portal] in
            do {
                let problems = try await portal.submit(values, to: application)
                self?.submitted(problems)
            } catch {
                self?.toasts.show(Words.error(error))
            }
            self?.send.isSensitive = true
        }
    }

    private func submitted(_ problems: [String: FormProblem]) {
        for field in fields { field.show(problems[field.field.name]) }
        if let wrong = fields.first(where: { problems[$0.field.name] != nil }) { return wrong.focus() }
        toasts.show(
            portal.account.isConnected
                ? tr("The form is on its way.") : tr("The form will be sent with the connection."))
        build(form)
    }

    // MARK: What was sent

    private func showSent(_ submissions: [Submission], _ isConnected: Bool) {
        sent.removeAll()
        guard !submissions.isEmpty else { return }
        let heading = Label(tr("Sent"), classes: "mado-section")
        heading.alignment = 0
        heading.setMargins(start: 0)
        sent.append(heading)
        for submission in submissions { sent.append(card(submission, isConnected)) }
    }

    private func card(_ submission: Submission, _ isConnected: Bool) -> Widget {
        let time = LocalTime(submission.created)
        let state = PortalWords.state(submission, isConnected: isConnected)
        let title = Label(time.dayText() + ", " + time.time, classes: "mado-title")
        title.alignment = 0
        title.setExpands(horizontally: true)
        let mark = Label(state, classes: "mado-small")
        mark.setWraps(true)
        mark.alignment = 0
        let column = Box(column: 4, title, mark)
        switch submission.state {
        case .answered(let answer), .failed(let answer?):
            if let heading = answer.title {
                let label = Label(heading, classes: "mado-title")
                label.alignment = 0
                column.append(label)
            }
            column.append(MessageText.widget(plain: answer.text, html: answer.html))
        case .refused(_, let problems):
            mark.addClass("error")
            for (name, reason) in problems.sorted(by: { $0.key < $1.key }) {
                let field = form?.fields.first { $0.name == name }?.label ?? name
                let line = Label("\(field): \(reason)", classes: "mado-small", "error")
                line.alignment = 0
                line.setWraps(true)
                column.append(line)
            }
            let remove = Button(tr("Remove"))
            remove.setAlignment(horizontal: .start)
            remove.onClick { [weak self] in self?.withdraw(submission) }
            column.append(remove)
        case .waiting:
            let remove = Button(tr("Withdraw"))
            remove.addClass("mado-thread")
            remove.setAlignment(horizontal: .start)
            remove.onClick { [weak self] in self?.withdraw(submission) }
            column.append(remove)
        case .accepted, .failed(nil): break
        }
        column.addClass("mado-card")
        let group = GroupBox(.vertical, label: state)
        group.append(column)
        return group
    }

    private func withdraw(_ submission: Submission) {
        Task { [weak self, portal] in
            let isOut = (try? await portal.withdraw(submission)) ?? false
            if !isOut { self?.toasts.show(tr("The form may be there already; it cannot be taken back.")) }
        }
    }
}
