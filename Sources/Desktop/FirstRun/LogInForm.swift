import ClientKit
import GtkKit

/// User name and password, a token, or a new account, as the server lets one.
@MainActor final class LogInForm {
    enum Entry {
        case password(user: String, password: String)
        case token(String)
        case register(user: String, password: String, token: String?)
    }

    let widget: StatusPage
    var onSubmit: @MainActor (Entry) -> Void = { _ in }
    var onBack: @MainActor () -> Void = {}
    private let user = EntryRow(tr("User name"))
    private let password = EntryRow(tr("Password"), isPassword: true)
    private let again = EntryRow(tr("Password again"), isPassword: true)
    private let token = EntryRow(tr("Login token"), isPassword: true)
    private let invitation = EntryRow(tr("Registration token"))
    private let submit = Button(tr("Log in"))
    private let ways = Box(.horizontal)
    private let logInWay = ToggleButton(tr("Existing account"))
    private let registerWay = ToggleButton(tr("New account"))
    private let tokenWay = ToggleButton(tr("Token"))
    private let error = Label("", classes: "error")
    private let spinner = Spinner()
    private var server: ServerDescription?

    init() {
        widget = StatusPage(icon: "mado", title: "", text: "", isCompact: true)
        ways.setLinked()
        ways.setAlignment(horizontal: .center)
        for way in [logInWay, registerWay, tokenWay] {
            ways.append(way)
            if way !== logInWay { way.join(logInWay) }
            way.onToggle { [weak self] isOn in if isOn { self?.update() } }
        }
        logInWay.isOn = true
        let group = PreferencesGroup()
        for row in [user, password, again, token, invitation] {
            group.add(row)
            row.onEnter { [weak self] in self?.send() }
            row.onChange { [weak self] _ in self?.error.isVisible = false }
        }
        error.setWraps(true)
        error.setJustified(center: true)
        error.isVisible = false
        submit.addClass("suggested-action")
        submit.addClass("pill")
        spinner.isVisible = false
        let back = Button(tr("Other server"))
        back.addClass("flat")
        back.setAlignment(horizontal: .center)
        widget.setChild(
            Clamp(Box(column: 14, ways, group, error, Box(row: 8, spinner, submit).centered(), back), width: 360))
        submit.onClick { [weak self] in self?.send() }
        back.onClick { [weak self] in self?.onBack() }
    }

    var isWorking = false {
        didSet {
            submit.isSensitive = !isWorking
            spinner.isVisible = isWorking
            spinner.isSpinning = isWorking
        }
    }

    func focus() { user.focus() }

    func show(_ server: ServerDescription, user name: String?) {
        self.server = server
        widget.set(
            title: server.serverName,
            text: server.isMado ? tr("A Mado server: %@", server.baseURL) : tr("A Matrix server: %@", server.baseURL))
        if let name { user.text = name }
        error.isVisible = false
        logInWay.isOn = true
        registerWay.isVisible = server.registration != .closed
        tokenWay.isVisible = server.loginFlows.contains("m.login.token")
        ways.isVisible = registerWay.isVisible || tokenWay.isVisible
        update()
    }

    private func update() {
        let registers = registerWay.isOn
        let usesToken = tokenWay.isOn
        user.isVisible = !usesToken
        password.isVisible = !usesToken
        again.isVisible = registers
        token.isVisible = usesToken
        invitation.isVisible = registers && server?.registration == .token
        submit.setLabel(registers ? tr("Make the account") : tr("Log in"))
        error.isVisible = false
    }

    func say(_ text: String) {
        error.text = text
        error.isVisible = true
    }

    private func send() {
        guard !isWorking else { return }
        if tokenWay.isOn {
            guard !token.text.isEmpty else { return say(tr("The token is missing.")) }
            return onSubmit(.token(token.text.trimmingSpaces()))
        }
        let name = user.text.trimmingSpaces()
        guard !name.isEmpty else {
            user.focus()
            return say(tr("The user name is missing."))
        }
        guard !password.text.isEmpty else {
            password.focus()
            return say(tr("The password is missing."))
        }
        guard registerWay.isOn else { return onSubmit(.password(user: name, password: password.text)) }
        guard password.text == again.text else { return say(tr("The two passwords differ.")) }
        let invited = invitation.text.trimmingSpaces()
        onSubmit(.register(user: name, password: password.text, token: invited.isEmpty ? nil : invited))
    }
}
