import ClientKit
import GtkKit

/// Finds and marks people.
@MainActor final class PeoplePicker {
    let widget: Box
    private(set) var chosen: [String] = []
    var onChange: @MainActor ([String]) -> Void = { _ in }
    private let search = SearchEntry(placeholder: tr("Name or Matrix ID"))
    private let list = ListBox(label: tr("People"))
    private let account: AccountModel
    private let excluded: Set<String>
    private var rows: [PersonRow] = []

    init(account: AccountModel, excluding excluded: Set<String>) {
        self.account = account
        self.excluded = excluded
        list.addClass("mado-list")
        let scrolled = ScrolledWindow(list)
        scrolled.setContentHeight(min: 180, max: 320)
        scrolled.setPropagatesNaturalHeight(true)
        widget = Box(column: 8, search, scrolled)
        widget.setSizeRequest(width: 300)
        list.onActivate { [weak self] index in
            if let self, rows.indices.contains(index) { rows[index].mark.isOn.toggle() }
        }
        search.onSearch { [weak self] in self?.find($0) }
        show(account.contacts)
    }

    func focus() { search.focus() }

    private func find(_ text: String) {
        guard !text.trimmingSpaces().isEmpty else { return show(account.contacts) }
        Task { [weak self] in
            guard let people = await self?.account.searchPeople(text.trimmingSpaces()) else { return }
            if self?.search.text == text { self?.show(people) }
        }
    }

    private func show(_ people: [Person]) {
        list.removeAll()
        rows = people.filter { !excluded.contains($0.userID) }.map { person in
            let row = PersonRow(person)
            row.show(person, pictures: nil, isFromDirectory: true)
            row.mark.isOn = chosen.contains(person.userID)
            row.mark.onToggle { [weak self] isOn in
                guard let self else { return }
                chosen.removeAll { $0 == person.userID }
                if isOn { chosen.append(person.userID) }
                onChange(chosen)
            }
            list.append(row.widget)
            return row
        }
    }
}
