import ClientKit
import GtkKit

/// Stays while the window is hidden: status icon with the unread count, away by idle time and screen lock, start at login.
@MainActor final class Resident {
    private let model: ClientModel
    private let icon: StatusIcon
    private let idle = IdleWatcher()
    private var watched: [ObjectIdentifier] = []
    var onToggle: @MainActor () -> Void = {}
    var onQuit: @MainActor () -> Void = {}

    init(application: Application, model: ClientModel) {
        self.model = model
        icon = StatusIcon(title: "Mado", iconName: "mado", iconFolder: IconSet.folder)
        icon.onActivate = { [weak self] in self?.onToggle() }
        icon.setMenu([
            .init(label: tr("Show or hide"), action: { [weak self] in self?.onToggle() }),
            .init(label: tr("Ready"), action: { [weak self] in self?.setAvailability(.ready) }),
            .init(label: tr("Busy"), action: { [weak self] in self?.setAvailability(.busy) }),
            .init(label: tr("Quit"), action: { [weak self] in self?.onQuit() }),
        ])
        idle.onChange = { [weak self] isIdle in
            for account in self?.model.accounts ?? [] { account.setIdle(isIdle) }
        }
        update()
    }

    func apply(_ settings: Settings) {
        Autostart.set(settings.startAtLogin)
        idle.minutes = settings.awayAfterMinutes
    }

    func update() {
        for account in model.accounts where !watched.contains(ObjectIdentifier(account)) {
            watched.append(ObjectIdentifier(account))
            account.setIdle(idle.isAway)
            account.changes.observe(self) { [weak self] change in
                switch change {
                case .conversations, .requests, .unread: self?.showUnread()
                default: break
                }
            }
        }
        showUnread()
    }

    private func showUnread() {
        let unread = model.accounts.reduce(0) { $0 + $1.requests.count + $1.unread }
        icon.set(
            unread: unread, iconName: IconSet.unreadName(unread),
            tooltip: unread == 0 ? "Mado" : tr("1 unread", many: "%d unread", unread))
    }

    private func setAvailability(_ availability: Availability) {
        for account in model.accounts { account.setAvailability(availability, message: account.statusMessage) }
    }
}
