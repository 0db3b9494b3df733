import GtkKit

/// Chooses what the Stage shows: an entry for each kind of thing there is. Takes no space without any.
@MainActor final class FunctionBar {
    struct Function {
        let name: String
        let title: String
        let icon: String
    }

    let widget = Box(.horizontal, spacing: 4)
    var onChoose: @MainActor (String) -> Void = { _ in }
    private var shown: [String] = []

    init() {
        widget.addClass("mado-function-bar")
        widget.isVisible = false
    }

    func show(_ functions: [Function]) {
        guard functions.map(\.name) != shown else { return }
        shown = functions.map(\.name)
        widget.removeAll()
        widget.isVisible = !functions.isEmpty
        for function in functions {
            let button = Button(
                child: Box(row: 6, Image(icon: function.icon, size: 16), Label(function.title)), label: function.title)
            button.addClass("flat")
            button.onClick { [weak self] in self?.onChoose(function.name) }
            widget.append(button)
        }
    }
}
