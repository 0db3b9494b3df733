import GtkKit

/// What stands on the Stage while there is nothing to look at: who is waited for, or what is wrong, and what can be done.
@MainActor final class StageNotice {
    let widget: GroupBox
    private let title = Label("", classes: "mado-title")
    private let text = Label("", classes: "mado-dim")
    private let buttons = Box(row: 8)
    private let spinner = Spinner()

    init() {
        widget = GroupBox(.vertical, spacing: 8, label: "")
        widget.setAlignment(horizontal: .center, vertical: .center)
        widget.setMargins(16)
        for label in [title, text] {
            label.setWraps(true)
            label.setJustified(center: true)
            label.setWidth(max: 40)
        }
        spinner.setSizeRequest(width: 24, height: 24)
        buttons.setAlignment(horizontal: .center)
        buttons.setMargins(top: 4)
        for part in [spinner, title, text, buttons] as [Widget] { widget.append(part) }
    }

    /// - Parameter actions: what the buttons say and do; the first is what most want.
    func show(
        _ heading: String, _ words: String = "", isWorking: Bool,
        _ actions: [(String, @MainActor () -> Void)] = []
    ) {
        widget.setAccessibleLabel([heading, words].filter { !$0.isEmpty }.joined(separator: ". "))
        title.text = heading
        text.text = words
        text.isVisible = !words.isEmpty
        spinner.isVisible = isWorking
        spinner.isSpinning = isWorking
        buttons.removeAll()
        for (name, act) in actions {
            let button = Button(name)
            button.onClick(act)
            buttons.append(button)
        }
        buttons.isVisible = !actions.isEmpty
    }

    /// Out of sight it must not go on turning.
    func rest() { spinner.isSpinning = false }
}
