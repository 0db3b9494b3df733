import ClientKit
import GtkKit

/// Chooses one's own state and its message.
@MainActor final class OwnStatePopover {
    let widget: Popover
    /// Something was chosen.
    var onDone: @MainActor () -> Void = {}
    private let message = Entry(placeholder: tr("What are you doing?"))
    private var choices: [(Availability, CheckButton)] = []
    private var account: AccountModel?
    private var isUpdating = false

    init() {
        let content = Box(column: 2)
        content.setMargins(6)
        widget = Popover(content)
        var first: CheckButton?
        for availability in [Availability.ready, .away, .busy, .invisible] {
            let button = CheckButton(Words.availability(availability))
            if let first { button.join(first) } else { first = button }
            choices.append((availability, button))
            content.append(button)
            button.onToggle { [weak self] isOn in
                if isOn { self?.choose(availability) }
            }
        }
        message.setAccessibleLabel(tr("State message"))
        message.setMargins(top: 8)
        message.setMaxLength(140)
        message.onActivate { [weak self] in self?.takeMessage() }
        content.append(message)
        widget.onClosed { [weak self] in self?.takeMessage() }
    }

    func show(_ account: AccountModel?) {
        self.account?.changes.stop(self)
        self.account = account
        account?.changes.observe(self) { [weak self] change in
            if case .profile = change { self?.update() }
        }
        update()
    }

    private func update() {
        guard let account else { return }
        isUpdating = true
        for (availability, button) in choices { button.isOn = availability == account.availability }
        if !message.hasFocus { message.text = account.statusMessage }
        isUpdating = false
    }

    private func choose(_ availability: Availability) {
        guard !isUpdating, let account, account.availability != availability else { return }
        account.setAvailability(availability, message: message.text)
        onDone()
    }

    private func takeMessage() {
        guard let account, message.text != account.statusMessage else { return }
        account.setAvailability(account.availability, message: message.text)
        onDone()
    }
}
