import ClientKit
import GtkKit

/// Requests and conversations, newest first.
@MainActor final class ConversationsView {
    let widget: Stack
    private let requests = Box(column: 0)
    private let list: ListBox
    private let hits = Box(column: 0)
    private let hitList: ListBox
    private let pictures: PictureCache
    private let account: AccountModel
    private var rows: [ConversationRow] = []
    private var cards: [RequestCard] = []
    private var shownHits: [SearchHit] = []
    private var filter = ""
    private var selectedRoom: String?

    /// A conversation was chosen, at an event of it where it was found by searching.
    var onOpen: @MainActor (ConversationModel, String?) -> Void = { _, _ in }
    var onError: @MainActor (String) -> Void = { _ in }
    var onFindPeople: @MainActor () -> Void = {}

    init(account: AccountModel, pictures: PictureCache) {
        self.account = account
        self.pictures = pictures
        list = ListBox(label: tr("Conversations"))
        list.addClass("mado-list")
        hitList = ListBox(label: tr("Messages found"))
        hitList.addClass("mado-list")
        let heading = Label(tr("Messages"), classes: "mado-section")
        heading.alignment = 0
        hits.append(heading)
        hits.append(hitList)
        hits.isVisible = false
        widget = Stack()
        let scrolled = ScrolledWindow(Box(column: 0, requests, list, hits))
        scrolled.setExpands(vertically: true)
        widget.add(scrolled, name: "list")
        let empty = StatusPage(
            icon: "mado-chat-symbolic", title: tr("No conversations yet"),
            text: tr("Choose somebody among the people and ask for a chat."), isCompact: true)
        let find = Button(tr("Find people"))
        find.addClass("pill")
        find.addClass("suggested-action")
        find.setAlignment(horizontal: .center)
        find.onClick { [weak self] in self?.onFindPeople() }
        empty.setChild(find)
        widget.add(empty, name: "empty")
        let nothing = StatusPage(
            icon: "edit-find-symbolic", title: tr("Nothing found"), text: tr("Other words may find it."),
            isCompact: true)
        widget.add(nothing, name: "nothing")

        list.onActivate { [weak self] index in
            guard let self else { return }
            let shown = rows.filter(\.widget.isVisible)
            if rows.indices.contains(index) {
                onOpen(rows[index].conversation, nil)
            } else if let row = shown.first {
                onOpen(row.conversation, nil)
            }
        }
        hitList.onActivate { [weak self] index in
            guard let self, shownHits.indices.contains(index),
                let conversation = account.conversation(shownHits[index].roomID)
            else { return }
            onOpen(conversation, shownHits[index].eventID)
        }
        account.changes.observe(self) { [weak self] change in
            switch change {
            case .conversations: self?.update()
            case .requests: self?.updateRequests()
            case .presence, .contacts: self?.updateRows()
            default: break
            }
        }
        update()
        updateRequests()
    }

    func setFilter(_ text: String) {
        filter = text.trimmingSpaces()
        updateRows()
        searchMessages()
    }

    func select(_ roomID: String?) {
        selectedRoom = roomID
        for row in rows { row.widget.setClass("selected-row", row.conversation.roomID == roomID) }
    }

    private func update() {
        let wanted = account.conversations
        let known = Dictionary(rows.map { ($0.conversation.roomID, $0) }) { first, _ in first }
        var remaining = Set(known.keys)
        var updated: [ConversationRow] = []
        for conversation in wanted {
            if let row = known[conversation.roomID], row.conversation === conversation {
                remaining.remove(conversation.roomID)
                updated.append(row)
            } else {
                let row = ConversationRow(conversation)
                conversation.changes.observe(row) { [weak self, weak row] change in
                    switch change {
                    case .summary, .typing, .members, .draft: row?.update(pictures: self?.pictures)
                    default: break
                    }
                }
                updated.append(row)
            }
        }
        for room in remaining { if let row = known[room] { list.remove(row.widget) } }
        // Rows are moved only where the order changed, so that the keyboard's place stays.
        var present = rows.filter { !remaining.contains($0.conversation.roomID) }
        for (index, row) in updated.enumerated() {
            if index < present.count, present[index] === row { continue }
            if let old = present.firstIndex(where: { $0 === row }) {
                list.remove(row.widget)
                present.remove(at: old)
            }
            list.insert(row.widget, at: index)
            present.insert(row, at: min(index, present.count))
        }
        rows = updated
        updateRows()
        select(selectedRoom)
    }

    private func updateRows() {
        for row in rows {
            row.update(pictures: pictures)
            row.widget.isVisible = filter.isEmpty || matches(row.conversation)
        }
        showPage()
    }

    private func matches(_ conversation: ConversationModel) -> Bool {
        conversation.title.containsIgnoringCase(filter)
            || conversation.others.contains { $0.displayName.containsIgnoringCase(filter) }
    }

    private func updateRequests() {
        let wanted = account.requests
        guard cards.map(\.request) != wanted else { return }
        requests.removeAll()
        cards = wanted.map { request in
            RequestCard(request, account: account, pictures: pictures) { [weak self] conversation in
                self?.onOpen(conversation, nil)
            } failed: { [weak self] in
                self?.onError($0)
            }
        }
        for card in cards { requests.append(card.widget) }
        showPage()
    }

    private func searchMessages() {
        let wanted = filter
        guard wanted.count >= 2 else {
            shownHits = []
            hits.isVisible = false
            return showPage()
        }
        Task { [weak self] in
            guard let found = await self?.account.search(wanted, in: nil) else { return }
            guard let self, filter == wanted else { return }
            shownHits = Array(found.prefix(50))
            hitList.removeAll()
            for hit in shownHits { hitList.append(row(hit)) }
            hits.isVisible = !shownHits.isEmpty
            showPage()
        }
    }

    private func row(_ hit: SearchHit) -> Widget {
        let title = Label(account.conversation(hit.roomID)?.title ?? hit.sender.displayName, classes: "mado-title")
        title.alignment = 0
        title.setEllipsizes()
        title.setExpands(horizontally: true)
        let time = Label(LocalTime(hit.timestamp).shortText(), classes: "mado-small", "mado-dim")
        let text = Label("\(hit.sender.displayName): \(hit.text)", classes: "mado-small")
        text.alignment = 0
        text.setEllipsizes()
        let content = Box(column: 1, Box(row: 6, title, time), text)
        content.addClass("mado-row")
        return ListBoxRow(content, label: "\(hit.sender.displayName): \(hit.text)")
    }

    private func showPage() {
        let isEmpty = cards.isEmpty && rows.isEmpty && shownHits.isEmpty
        let hasHits = !cards.isEmpty || rows.contains { $0.widget.isVisible } || !shownHits.isEmpty
        widget.shown = filter.isEmpty ? (isEmpty ? "empty" : "list") : (hasHits ? "list" : "nothing")
    }
}
