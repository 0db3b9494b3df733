import ClientKit
import GtkKit

/// People and conversations, with one search over both.
@MainActor final class ListsPane {
    let widget: Box
    private let search = SearchEntry(placeholder: tr("Search people and messages"))
    private let stack = ViewStack()
    private let people: PeopleView
    private let conversations: ConversationsView
    private let conversationsPage: ViewStack.Page
    private let account: AccountModel

    var onOpen: @MainActor (ConversationModel, String?) -> Void = { _, _ in }
    var onError: @MainActor (String) -> Void = { _ in }
    var onTogether: @MainActor (ArcadeActivity, [String]) -> Void = { _, _ in }
    var onCall: @MainActor (ConversationModel, CallKind, [String]) -> Void = { _, _, _ in }

    init(account: AccountModel, pictures: PictureCache) {
        self.account = account
        people = PeopleView(account: account, pictures: pictures)
        conversations = ConversationsView(account: account, pictures: pictures)
        _ = stack.add(
            people.widget, name: "people", title: tr("People"), icon: "system-users-symbolic")
        conversationsPage = stack.add(
            conversations.widget, name: "conversations", title: tr("Conversations"), icon: "mado-chat-symbolic")
        stack.setExpands(horizontally: true, vertically: true)
        let switcher = ViewSwitcher(stack, isWide: true)
        search.setMargins(top: 6, bottom: 4, start: 10, end: 10)
        switcher.setMargins(top: 6, start: 10, end: 10)
        widget = Box(column: 0, switcher, search, stack)
        widget.addClass("mado-pane")
        widget.setExpands(horizontally: true, vertically: true)
        connect()
        stack.shown = "conversations"
        updateBadge()
    }

    private func connect() {
        search.onSearch { [weak self] text in
            self?.people.setFilter(text)
            self?.conversations.setFilter(text)
        }
        search.onStop { [weak self] in self?.search.text = "" }
        people.onOpen = { [weak self] in self?.onOpen($0, nil) }
        people.onError = { [weak self] in self?.onError($0) }
        people.onTogether = { [weak self] in self?.onTogether($0, $1) }
        people.onCall = { [weak self] in self?.onCall($0, $1, $2) }
        conversations.onOpen = { [weak self] in self?.onOpen($0, $1) }
        conversations.onError = { [weak self] in self?.onError($0) }
        conversations.onFindPeople = { [weak self] in self?.findPeople() }
        account.changes.observe(self) { [weak self] change in
            switch change {
            case .conversations, .requests, .unread: self?.updateBadge()
            default: break
            }
        }
    }

    private func updateBadge() {
        let unread = account.conversations.count { $0.unread > 0 && !$0.isMuted }
        conversationsPage.setBadge(unread + account.requests.count)
    }

    func select(_ roomID: String?) { conversations.select(roomID) }
    func show(_ page: String) { stack.shown = page }
    func focusSearch() { search.focus() }
    func findPeople() {
        stack.shown = "people"
        search.focus()
    }
}
