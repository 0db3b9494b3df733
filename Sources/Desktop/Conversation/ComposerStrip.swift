import GtkKit

/// What is being answered or edited.
@MainActor final class ComposerStrip {
    let widget: Revealer
    var onCancel: @MainActor () -> Void = {}
    private let icon = Image(icon: "mado-reply-symbolic", size: 16)
    private let title = Label("", classes: "mado-sender")
    private let text = Label("", classes: "mado-small")

    init() {
        title.alignment = 0
        title.setEllipsizes()
        text.alignment = 0
        text.setEllipsizes()
        let column = Box(column: 0, title, text)
        column.setExpands(horizontally: true)
        let cancel = Button(icon: "window-close-symbolic", label: tr("Cancel"))
        cancel.addClass("flat")
        cancel.setAlignment(vertical: .center)
        let row = Box(row: 8, icon, column, cancel)
        row.addClass("mado-strip")
        widget = Revealer(row, transition: .slideUp)
        cancel.onClick { [weak self] in self?.onCancel() }
    }

    func show(icon name: String, title heading: String, text content: String) {
        icon.setIcon(name)
        title.text = heading
        text.text = content.replacing("\n", with: " ")
        widget.isRevealed = true
    }

    func hide() { widget.isRevealed = false }
}
