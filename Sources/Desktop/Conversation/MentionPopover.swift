import ClientKit
import GtkKit

/// Completes the name of somebody who is mentioned.
@MainActor final class MentionPopover {
    private let popover = Popover()
    private let list = ListBox(selection: .single, label: tr("People to mention"))
    private var people: [Person] = []
    private var typed = 0
    private var chosen = 0
    private(set) var isOpen = false
    /// The person, and how many characters stand for it so far.
    var onPick: @MainActor (Person, Int) -> Void = { _, _ in }

    init(anchor: Widget) {
        popover.setAutohides(false)
        popover.setHasArrow(false)
        popover.setPosition(above: true)
        popover.setChild(list)
        popover.attach(to: anchor)
        list.onActivate { [weak self] in self?.pick($0) }
    }

    func show(_ people: [Person], typed: Int) {
        guard !people.isEmpty else { return close() }
        self.typed = typed
        if people != self.people {
            self.people = people
            list.removeAll()
            for person in people {
                let avatar = PersonAvatar(size: 22)
                avatar.show(person, pictures: nil)
                let name = Label(person.displayName)
                name.alignment = 0
                let row = Box(row: 8, avatar.widget, name)
                row.setMargins(4)
                list.append(ListBoxRow(row, label: person.displayName))
            }
            chosen = 0
        }
        list.select(chosen)
        if !isOpen { popover.open() }
        isOpen = true
    }

    func close() {
        guard isOpen else { return }
        isOpen = false
        popover.close()
    }

    /// - Returns: whether the key was meant for the list.
    func pressed(_ key: Int) -> Bool {
        switch key {
        case Key.up: chosen = max(0, chosen - 1)
        case Key.down: chosen = min(people.count - 1, chosen + 1)
        case Key.enter, Key.tab, Key.keypadEnter:
            pick(chosen)
            return true
        case Key.escape:
            close()
            return true
        default: return false
        }
        list.select(chosen)
        return true
    }

    private func pick(_ index: Int) {
        guard people.indices.contains(index) else { return }
        let person = people[index]
        close()
        onPick(person, typed)
    }
}
