import ClientKit
import GtkKit

/// Says in words what is wrong with the connection, and offers what can be done. Takes no space while all is well.
@MainActor final class TroubleBar {
    let widget = Revealer()
    private let text = Label("", classes: "mado-small")
    private let action = Button("")
    private let icon = Image(icon: "network-offline-symbolic", size: 16)
    private let bar: Box
    private var account: AccountModel?
    private var act: @MainActor () -> Void = {}

    var onLogIn: @MainActor (AccountModel) -> Void = { _ in }
    var onNetworkSettings: @MainActor (AccountModel) -> Void = { _ in }

    init() {
        text.setWraps(true)
        text.alignment = 0
        text.setExpands(horizontally: true)
        action.setAlignment(vertical: .center)
        action.addClass("mado-thread")
        bar = Box(row: 8, icon, text, action)
        bar.addClass("mado-trouble")
        widget.setChild(bar)
        action.onClick { [weak self] in self?.act() }
    }

    func show(_ account: AccountModel?) {
        self.account?.changes.stop(self)
        self.account = account
        account?.changes.observe(self) { [weak self] change in
            switch change {
            case .connection, .outbox: self?.update()
            default: break
            }
        }
        update()
    }

    private func update() {
        guard let account else { return widget.isRevealed = false }
        var isError = false
        var label: String?
        act = { [weak account] in account?.reconnectNow() }
        switch account.connection.state {
        case .offline(_, nil, _):
            widget.isRevealed = true
            label = tr("Connect")
            act = { [weak account] in if let account { account.mode = account.onlineMode } }
        case .offline(_, let problem?, _):
            widget.isRevealed = true
            label = tr("Try now")
            switch problem {
            case .transport(.certificate), .transport(.proxyAuthenticationRequired), .transport(.proxyUnreachable),
                .transport(.proxyUnknown), .transport(.proxyRefused):
                isError = true
                label = tr("Network settings")
                act = { [weak self, weak account] in if let account { self?.onNetworkSettings(account) } }
            default: break
            }
        case .loggedOut:
            widget.isRevealed = true
            isError = true
            label = tr("Log in")
            act = { [weak self, weak account] in if let account { self?.onLogIn(account) } }
        default:
            let problem =
                account.storeProblem.map { tr("What was entered could not be kept: %@", Words.error($0)) }
                ?? account.contactsProblem.map {
                    tr("The server does not take your contacts; they are kept on this computer: %@", Words.error($0))
                }
            widget.isRevealed = problem != nil
            if let problem {
                bar.setClass("error", true)
                text.text = problem
                action.isVisible = false
            }
            return
        }
        bar.setClass("error", isError)
        text.text = Words.connectionDetail(account.connection, waiting: account.waitingToSend) + "."
        action.isVisible = label != nil
        action.setLabel(label ?? "")
    }
}
