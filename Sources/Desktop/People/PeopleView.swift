import ClientKit
import GtkKit

/// Contacts by group with presence, whom a search finds, and asking one or several for a chat.
@MainActor final class PeopleView {
    let widget: Box
    private let sections = Box(column: 0)
    private let pages = Stack()
    private let askBar: AskBar
    private let account: AccountModel
    private let pictures: PictureCache
    private var rows: [PersonRow] = []
    private var marked: [String] = []
    private var filter = ""
    private var found: [Person] = []
    private var shown: [String] = []

    /// A conversation is there to be opened.
    var onOpen: @MainActor (ConversationModel) -> Void = { _ in }
    var onError: @MainActor (String) -> Void = { _ in }
    var onCall: @MainActor (ConversationModel, CallKind, [String]) -> Void = { _, _, _ in }
    var onProfile: @MainActor (Person) -> Void = { _ in }
    var onTogether: @MainActor (ArcadeActivity, [String]) -> Void = { _, _ in }

    init(account: AccountModel, pictures: PictureCache) {
        self.account = account
        self.pictures = pictures
        askBar = AskBar()
        let scrolled = ScrolledWindow(sections)
        scrolled.setExpands(vertically: true)
        pages.add(scrolled, name: "list")
        pages.add(
            StatusPage(
                icon: "system-users-symbolic", title: tr("Nobody here yet"),
                text: tr("Write a name into the search to find people of your server."), isCompact: true),
            name: "empty")
        pages.add(
            StatusPage(
                icon: "edit-find-symbolic", title: tr("Nobody found"),
                text: tr("A whole Matrix ID such as @ana:example.org can be asked too."), isCompact: true),
            name: "nothing")
        pages.setExpands(vertically: true)
        widget = Box(column: 0, pages, askBar.widget)
        askBar.onAsk = { [weak self] line in self?.ask(line) }
        askBar.onCancel = { [weak self] in self?.unmarkAll() }
        askBar.onCall = { [weak self] kind in self?.call(kind) }
        account.changes.observe(self) { [weak self] change in
            switch change {
            case .contacts, .presence: self?.update()
            default: break
            }
        }
        update()
    }

    func setFilter(_ text: String) {
        filter = text.trimmingSpaces()
        found = []
        update()
        let wanted = filter
        guard !wanted.isEmpty else { return }
        Task { [weak self] in
            guard let people = await self?.account.searchPeople(wanted) else { return }
            guard let self, filter == wanted else { return }
            found = people
            update()
        }
    }

    private struct Section {
        let title: String
        let people: [Person]
        var isFromDirectory = false
    }

    private func wantedSections() -> [Section] {
        let contacts = account.contacts.filter {
            filter.isEmpty || $0.displayName.containsIgnoringCase(filter) || $0.userID.containsIgnoringCase(filter)
        }
        var sections: [Section] = []
        for group in account.groups {
            let members = contacts.filter { $0.group == group }
            if !members.isEmpty { sections.append(Section(title: group, people: members)) }
        }
        let others = contacts.filter { $0.group == nil }
        if !others.isEmpty {
            sections.append(Section(title: sections.isEmpty ? tr("Contacts") : tr("Other contacts"), people: others))
        }
        let known = Set(contacts.map(\.userID))
        let strangers = found.filter { !known.contains($0.userID) && $0.userID != account.userID }
        if !strangers.isEmpty {
            sections.append(Section(title: tr("Directory"), people: strangers, isFromDirectory: true))
        }
        return sections
    }

    private func update() {
        let wanted = wantedSections()
        let keys = wanted.flatMap { section in [section.title] + section.people.map(\.userID) }
        if keys == shown {
            // The same people in the same order: only what is said of them changes.
            let people = wanted.flatMap { section in section.people.map { ($0, section.isFromDirectory) } }
            for (row, (person, isFromDirectory)) in zip(rows, people) {
                row.show(person, pictures: pictures, isFromDirectory: isFromDirectory)
            }
        } else {
            rebuild(wanted)
            shown = keys
        }
        pages.shown = rows.isEmpty ? (filter.isEmpty ? "empty" : "nothing") : "list"
    }

    private func rebuild(_ wanted: [Section]) {
        sections.removeAll()
        rows = []
        for section in wanted {
            let title = Label(section.title, classes: "mado-section")
            title.alignment = 0
            let list = ListBox(label: section.title)
            list.addClass("mado-list")
            var inList: [PersonRow] = []
            for person in section.people {
                let row = PersonRow(person)
                row.show(person, pictures: pictures, isFromDirectory: section.isFromDirectory)
                row.mark.isOn = marked.contains(person.userID)
                row.mark.onToggle { [weak self] isOn in self?.mark(person.userID, isOn) }
                row.widget.addController(
                    ClickGesture(button: 3) { [weak self, weak row] _, x, y in
                        if let self, let row { openMenu(row, x, y) }
                    })
                row.widget.addController(
                    KeyController { [weak self, weak row] key, modifiers in
                        guard key == Key.menu || (key == Key.f10 && modifiers.contains(.shift)), let self, let row
                        else { return false }
                        openMenu(row, Double(row.widget.width) / 2, Double(row.widget.height) / 2)
                        return true
                    })
                list.append(row.widget)
                inList.append(row)
            }
            list.onActivate { [weak self, inList] index in
                if inList.indices.contains(index) { self?.activate(inList[index]) }
            }
            sections.append(title)
            sections.append(list)
            rows += inList
        }
    }

    // MARK: Asking

    private func activate(_ row: PersonRow) {
        if !marked.isEmpty { return row.mark.isOn.toggle() }
        if let conversation = account.directConversation(with: row.person.userID) { return onOpen(conversation) }
        row.mark.isOn = true
    }

    private func mark(_ userID: String, _ isOn: Bool) {
        marked.removeAll { $0 == userID }
        if isOn { marked.append(userID) }
        askBar.show(marked.map { account.person($0) }, canCall: callable != nil)
    }

    /// The conversation that those who are marked can be called in: with one person that of both, with several one that
    /// all of them are in, the newest.
    private var callable: ConversationModel? {
        let people = Set(marked)
        if marked.count == 1, let direct = account.directConversation(with: marked[0]) {
            return direct.requestState == .none && !direct.isEncrypted ? direct : nil
        }
        return account.conversations.first { conversation in
            !conversation.isEncrypted && !conversation.isReadOnly && conversation.requestState == .none
                && people.isSubset(of: conversation.others.map(\.userID))
        }
    }

    private func call(_ kind: CallKind) {
        guard let conversation = callable else { return }
        let people = marked
        unmarkAll()
        onOpen(conversation)
        onCall(conversation, kind, people)
    }

    private func unmarkAll() {
        marked = []
        for row in rows { row.mark.isOn = false }
        askBar.show([], canCall: false)
    }

    private func ask(_ line: String) {
        let people = marked
        guard !people.isEmpty else { return }
        askBar.isWorking = true
        Task { [weak self] in
            guard let self else { return }
            do {
                let conversation = try await account.ask(people, line: line.isEmpty ? nil : line)
                askBar.isWorking = false
                unmarkAll()
                onOpen(conversation)
            } catch {
                askBar.isWorking = false
                onError(Words.error(error))
            }
        }
    }

    // MARK: Menu of a person

    private func openMenu(_ row: PersonRow, _ x: Double, _ y: Double) {
        let person = row.person
        let actions = ActionGroup()
        let menu = Menu()
        menu.add(tr("Ask for a chat"), action: "person.ask")
        actions.add("ask") { [weak row] in row?.mark.isOn = true }
        if !account.arcades.usable.isEmpty {
            menu.addSubmenu(tr("Play or watch together"), .together(action: "person.together"))
            actions.add("together") { [weak self] (name: String) in
                if let activity = ArcadeActivity(rawValue: name) { self?.onTogether(activity, [person.userID]) }
            }
        }
        if person.isContact {
            menu.add(tr("Remove from contacts"), action: "person.remove")
            actions.add("remove") { [account] in account.removeContact(person.userID) }
        } else {
            menu.add(tr("Add to contacts"), action: "person.add")
            actions.add("add") { [account] in account.addContact(person.userID) }
        }
        let groups = Menu()
        for group in account.groups where group != person.group {
            groups.add(group, action: "person.group", target: group)
        }
        if person.group != nil { groups.add(tr("No group"), action: "person.group", target: "") }
        groups.add(tr("New group…"), action: "person.new-group")
        menu.addSubmenu(tr("Group"), groups)
        actions.add("group") { [account] (group: String) in
            account.setGroup(group.isEmpty ? nil : group, for: person.userID)
        }
        actions.add("new-group") { [weak self] in self?.askForGroup(person) }
        let popover = PopoverMenu(menu)
        row.widget.insertActionGroup("person", actions)
        popover.point(x: x, y: y)
        popover.openOnce(at: row.widget)
    }

    private func askForGroup(_ person: Person) {
        let name = Entry(placeholder: tr("Name of the group"))
        let dialog = MessageDialog(parent: nil, heading: tr("New group"), text: person.displayName)
        dialog.setExtra(name)
        dialog.addAnswer("cancel", tr("Cancel"))
        dialog.addAnswer("add", tr("Add"), .suggested)
        dialog.ask { [account, name] answer in
            let group = name.text.trimmingSpaces()
            if answer == "add", !group.isEmpty { account.setGroup(group, for: person.userID) }
        }
    }
}
