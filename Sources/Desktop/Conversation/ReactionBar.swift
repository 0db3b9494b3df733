import ClientKit
import GtkKit

/// The reactions to a message; a click adds or takes back one's own.
@MainActor final class ReactionBar {
    let widget = Box(.vertical, spacing: 3)
    private static let perLine = 6
    var onToggle: @MainActor (String) -> Void = { _ in }
    private var shown: [TimelineItem.Reaction] = []

    func show(_ reactions: [TimelineItem.Reaction]) {
        widget.isVisible = !reactions.isEmpty
        guard reactions != shown else { return }
        shown = reactions
        widget.removeAll()
        var line = Box(.horizontal, spacing: 4)
        for (index, reaction) in reactions.enumerated() {
            if index % Self.perLine == 0 {
                line = Box(.horizontal, spacing: 4)
                widget.append(line)
            }
            let label = reaction.count > 1 ? "\(reaction.key) \(reaction.count)" : reaction.key
            let button = Button(label)
            button.addClass("flat")
            button.addClass("mado-reaction")
            button.setClass("mine", reaction.mine)
            button.tooltip = reaction.people.joined(separator: ", ")
            button.setAccessibleLabel(
                tr("Reaction %1$@ by %2$@", reaction.key, reaction.people.joined(separator: ", ")))
            let key = reaction.key
            button.onClick { [weak self] in self?.onToggle(key) }
            line.append(button)
        }
    }
}
