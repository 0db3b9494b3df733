import ClientKit
import GtkKit

/// Finds the server and logs in, or registers: two short steps.
@MainActor final class FirstRunView {
    let widget: Box
    var onDone: @MainActor (AccountModel) -> Void = { _ in }
    var onCancel: @MainActor () -> Void = {}
    var window: @MainActor () -> Window? = { nil }
    private let model: ClientModel
    private let steps = Stack()
    private let server = EntryRow(tr("Server"))
    private let find = Button(tr("Continue"))
    private let serverError = Label("", classes: "error")
    private let spinner = Spinner()
    private let logIn = LogInForm()
    private var network = NetworkSettings()
    private var found: ServerDescription?

    init(model: ClientModel, canCancel: Bool) {
        self.model = model
        let header = HeaderBar()
        header.setTitle(WindowTitle("Mado"))
        header.addClass("flat")
        widget = Box(column: 0, header, steps)
        steps.setExpands(vertically: true)
        steps.add(makeServerStep(), name: "server")
        steps.add(logIn.widget, name: "log-in")
        if canCancel {
            let cancel = Button(tr("Cancel"))
            header.addStart(cancel)
            cancel.onClick { [weak self] in self?.onCancel() }
        }
        logIn.onBack = { [weak self] in self?.steps.shown = "server" }
        logIn.onSubmit = { [weak self] in self?.submit($0) }
    }

    func focus() { server.focus() }

    func offer(server name: String?, authorityFile: String?) {
        if let name { server.text = name }
        network.authorityFile = authorityFile
    }

    /// Another log-in of an account that the server has logged out.
    func prefill(_ account: AccountModel) {
        server.text = account.address
        network = account.networkSettings
        search(then: account.userID)
    }

    private func makeServerStep() -> Widget {
        let page = StatusPage(
            icon: "mado", title: tr("Welcome to Mado"),
            text: tr("Who is there, chat and calls, and what your organisation shows, in one small window."))
        let group = PreferencesGroup()
        group.add(server)
        find.addClass("suggested-action")
        find.addClass("pill")
        find.setAlignment(horizontal: .center)
        serverError.setWraps(true)
        serverError.setJustified(center: true)
        serverError.isVisible = false
        let hint = Label(
            tr("The name of your organisation's server, such as example.org. Any Matrix server will do."),
            classes: "mado-small", "mado-dim")
        hint.setWraps(true)
        hint.setJustified(center: true)
        let networkButton = Button(tr("Network settings…"))
        networkButton.addClass("flat")
        networkButton.setAlignment(horizontal: .center)
        networkButton.onClick { [weak self] in self?.openNetwork() }
        page.setChild(
            Clamp(
                Box(column: 14, group, hint, serverError, Box(row: 8, spinner, find).centered(), networkButton),
                width: 360))
        find.onClick { [weak self] in self?.search(then: nil) }
        server.onEnter { [weak self] in self?.search(then: nil) }
        return page
    }

    private func search(then user: String?) {
        let name = server.text.trimmingSpaces()
        guard !name.isEmpty else { return say(tr("Write the server's name first.")) }
        serverError.isVisible = false
        setWorking(true)
        let network = network
        Task { [weak self] in
            do {
                guard let found = try await self?.model.discover(name, network: network) else { return }
                self?.setWorking(false)
                self?.show(found, user: user)
            } catch {
                self?.setWorking(false)
                self?.say(Words.error(error))
            }
        }
    }

    private func say(_ text: String) {
        serverError.text = text
        serverError.isVisible = true
    }

    private func setWorking(_ on: Bool) {
        find.isSensitive = !on
        spinner.isVisible = on
        spinner.isSpinning = on
    }

    private func show(_ description: ServerDescription, user: String?) {
        found = description
        logIn.show(description, user: user)
        steps.shown = "log-in"
        logIn.focus()
    }

    private func submit(_ entry: LogInForm.Entry) {
        guard let found else { return }
        logIn.isWorking = true
        let network = network
        let device = DeviceName.default
        Task { [weak self] in
            guard let self else { return }
            do {
                let account: AccountModel
                switch entry {
                case .password(let user, let password):
                    account = try await model.logIn(
                        found, user: user, password: password, deviceName: device, network: network)
                case .token(let token):
                    account = try await model.logIn(found, token: token, deviceName: device, network: network)
                case .register(let user, let password, let token):
                    account = try await model.register(
                        found, user: user, password: password, registrationToken: token, deviceName: device,
                        network: network)
                }
                logIn.isWorking = false
                onDone(account)
            } catch {
                logIn.isWorking = false
                logIn.say(Words.logInError(error))
            }
        }
    }

    private func openNetwork() {
        let form = NetworkForm(network)
        form.window = window
        let dialog = MessageDialog(
            parent: window(), heading: tr("Network settings"),
            text: tr("Only needed where the system's settings do not lead to the server."))
        dialog.setExtra(form.widget)
        dialog.addAnswer("cancel", tr("Cancel"))
        dialog.addAnswer("use", tr("Use"), .suggested)
        dialog.ask { [weak self, form] answer in
            if answer == "use" { self?.network = form.settings }
        }
    }
}

extension Box {
    func centered() -> Box {
        setAlignment(horizontal: .center)
        return self
    }
}
