import ClientKit
import GtkKit

/// The top of the window: who I am, how I can be reached, how the program is connected, and the main menu.
@MainActor final class OwnStateBar {
    let widget = HeaderBar()
    private let avatar = PersonAvatar(size: 30)
    private let name = Label("", classes: "mado-own-name")
    private let state = Label("", classes: "mado-small", "mado-dim")
    private let own: MenuButton
    private let connection = ConnectionIndicator()
    private let stateMenu = OwnStatePopover()
    private var account: AccountModel?

    init(menu: Menu) {
        name.alignment = 0
        name.setEllipsizes()
        state.alignment = 0
        state.setEllipsizes()
        let column = Box(column: 0, name, state)
        column.setAlignment(vertical: .center)
        let row = Box(row: 8, avatar.widget, column)
        own = MenuButton(child: row, label: tr("My state"))
        own.setFlat()
        own.addClass("mado-own")
        own.setPopover(stateMenu.widget)
        let main = MenuButton(icon: "open-menu-symbolic", label: tr("Main menu"))
        main.setMenu(menu)
        main.setPrimary()
        widget.addStart(own)
        widget.addClass("mado-header")
        // Small as the window is, the name needs the room more than a third button does.
        widget.setDecorationLayout(":minimize,close")
        widget.setTitle(Box(.horizontal))
        widget.addEnd(main)
        widget.addEnd(connection.widget)
        stateMenu.onDone = { [weak self] in self?.own.close() }
    }

    func show(_ account: AccountModel?, pictures: PictureCache?) {
        self.account?.changes.stop(self)
        self.account = account
        own.isVisible = account != nil
        connection.show(account)
        stateMenu.show(account)
        account?.changes.observe(self) { [weak self] change in
            switch change {
            case .profile, .connection: self?.update(pictures)
            default: break
            }
        }
        update(pictures)
    }

    private func update(_ pictures: PictureCache?) {
        guard let account else { return }
        avatar.show(name: account.profile.displayName, picture: account.profile.avatar, pictures: pictures)
        avatar.show(account.isConnected ? account.availability : .offline)
        name.text = account.profile.displayName
        let words = Words.availability(account.availability)
        state.text = account.statusMessage.isEmpty ? words : account.statusMessage
        own.setAccessibleLabel(tr("My state: %1$@, %2$@", account.profile.displayName, words))
    }
}

/// The connection in words; its popover says more.
@MainActor final class ConnectionIndicator {
    let widget: MenuButton
    private let words = Label("", classes: "mado-small", "mado-dim")
    private let detail = Label()
    private let again = Button(tr("Connect now"))
    private let offline = ActionRow(tr("Work offline"))
    private let offlineSwitch = Switch()
    private var account: AccountModel?

    init() {
        words.setEllipsizes()
        words.setWidth(max: 18)
        widget = MenuButton(child: words, label: tr("Connection"))
        widget.addClass("mado-connection")
        widget.setFlat()
        detail.setWraps(true)
        detail.setWidth(max: 34)
        detail.alignment = 0
        offlineSwitch.setAccessibleLabel(tr("Work offline"))
        let offlineLabel = Label(tr("Work offline"))
        offlineLabel.alignment = 0
        offlineLabel.setExpands(horizontally: true)
        let content = Box(column: 10, detail, Box(row: 12, offlineLabel, offlineSwitch), again)
        content.setMargins(8)
        widget.setPopover(Popover(content))
        again.onClick { [weak self] in
            self?.account?.reconnectNow()
            self?.widget.close()
        }
        offlineSwitch.onToggle { [weak self] isOn in
            guard let account = self?.account, (account.mode == .offline) != isOn else { return }
            account.mode = isOn ? .offline : account.onlineMode
        }
    }

    func show(_ account: AccountModel?) {
        self.account?.changes.stop(self)
        self.account = account
        widget.isVisible = account != nil
        account?.changes.observe(self) { [weak self] change in
            switch change {
            case .connection, .outbox: self?.update()
            default: break
            }
        }
        update()
    }

    private func update() {
        guard let account else { return }
        let text = Words.connection(account.connection)
        words.text = text
        // Short words are never cut, and take no more than they need; the header's other parts give way.
        let isShort = text.reduce(0) { $0 + ($1.isASCII ? 1 : 2) } <= 16
        words.setEllipsizes(!isShort)
        words.setWidth(characters: isShort ? -1 : 16)
        let sentence = Words.connectionDetail(
            account.connection, waiting: account.waitingToSend, hasStream: account.isOnMadoServer)
        detail.text = sentence + "."
        widget.tooltip = sentence
        widget.setAccessibleLabel(tr("Connection: %@", sentence))
        offlineSwitch.isOn = account.mode == .offline
        again.isVisible = !account.isConnected && account.mode != .offline
    }
}
