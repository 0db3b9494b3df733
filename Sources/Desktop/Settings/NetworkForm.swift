import ClientKit
import GtkKit

/// Proxy and certificate authority of an account.
@MainActor final class NetworkForm {
    let widget: PreferencesGroup
    var window: @MainActor () -> Window? = { nil }
    /// Something was changed.
    var onChange: @MainActor () -> Void = {}
    private let kind = DropDown(
        [tr("As the system"), tr("None"), tr("Manual"), tr("Automatic (PAC)")], label: tr("Proxy"))
    private let address = EntryRow(tr("Proxy, such as proxy.example.org:3128"))
    private let user = EntryRow(tr("User name at the proxy"))
    private let password = EntryRow(tr("Password at the proxy"), isPassword: true)
    private let authority = ActionRow(tr("Own certificate authority"))
    private let clear = Button(icon: "edit-clear-symbolic", label: tr("Only the system's authorities"))
    private var authorityFile: String?

    init(_ settings: NetworkSettings) {
        widget = PreferencesGroup()
        let row = ActionRow(tr("Proxy"))
        row.addSuffix(kind)
        widget.add(row)
        for entry in [address, user, password] {
            widget.add(entry)
            entry.onChange { [weak self] _ in self?.onChange() }
        }
        let choose = Button(tr("Choose…"))
        for button in [choose, clear] { button.setAlignment(vertical: .center) }
        clear.addClass("flat")
        authority.addSuffix(clear)
        authority.addSuffix(choose)
        widget.add(authority)
        show(settings)
        kind.onSelect { [weak self] _ in
            self?.update()
            self?.onChange()
        }
        choose.onClick { [weak self] in self?.chooseAuthority() }
        clear.onClick { [weak self] in
            self?.authorityFile = nil
            self?.update()
            self?.onChange()
        }
    }

    private func show(_ settings: NetworkSettings) {
        switch settings.proxy {
        case .system: kind.selected = 0
        case .none: kind.selected = 1
        case .manual(let url):
            kind.selected = 2
            address.text = url
        case .automatic(let url):
            kind.selected = 3
            address.text = url
        }
        user.text = settings.proxyUser ?? ""
        password.text = settings.proxyPassword ?? ""
        authorityFile = settings.authorityFile
        update()
    }

    var settings: NetworkSettings {
        let url = address.text.trimmingSpaces()
        let proxy: NetworkSettings.Proxy =
            switch kind.selected {
            case 1: .none
            case 2: .manual(url: url)
            case 3: .automatic(url: url)
            default: .system
            }
        let name = user.text.trimmingSpaces()
        return NetworkSettings(
            proxy: proxy, proxyUser: name.isEmpty ? nil : name,
            proxyPassword: password.text.isEmpty ? nil : password.text, authorityFile: authorityFile)
    }

    private func update() {
        let selected = kind.selected
        address.isVisible = selected >= 2
        address.setTitle(
            selected == 3 ? tr("Address of the PAC file") : tr("Proxy, such as proxy.example.org:3128"))
        user.isVisible = selected != 1
        password.isVisible = selected != 1
        authority.setSubtitle(authorityFile ?? tr("Only the system's authorities are trusted"))
        clear.isVisible = authorityFile != nil
    }

    private func chooseAuthority() {
        guard let window = window() else { return }
        FileChooser.choose(
            title: tr("Certificate authority (PEM)"), parent: window, accept: tr("Choose"), cancel: tr("Cancel")
        ) { [weak self] paths in
            guard let path = paths.first else { return }
            self?.authorityFile = path
            self?.update()
            self?.onChange()
        }
    }
}
