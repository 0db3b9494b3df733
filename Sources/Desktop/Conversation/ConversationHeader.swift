import ClientKit
import GtkKit

/// Who is in a conversation, searching it, and its menu.
@MainActor final class ConversationHeader {
    let widget = Box(.vertical)
    private let conversation: ConversationModel
    private let pictures: PictureCache
    private let avatar = PersonAvatar(size: 30)
    private let title = Label("", classes: "mado-title")
    private let subtitle = Label("", classes: "mado-small", "mado-dim")
    private let menu = MenuButton(icon: "view-more-symbolic", label: tr("Conversation menu"))
    private let back = Button(icon: "go-previous-symbolic", label: tr("Back to the list"))
    private let searchButton = ToggleButton(icon: "edit-find-symbolic", label: tr("Search in this conversation"))
    private let search = SearchEntry(placeholder: tr("Search in this conversation"))
    private let searchBar = Revealer()
    private let position = Label("", classes: "mado-small", "mado-dim")
    private let popOut = Button(icon: "mado-pop-out-symbolic", label: tr("Open in a window of its own"))
    private let voiceCall = Button(icon: "mado-voice-call-symbolic", label: tr("Voice call"))
    private let videoCall = Button(icon: "mado-video-call-symbolic", label: tr("Video call"))
    private var hits: [SearchHit] = []
    private var hit = 0

    var onBack: @MainActor () -> Void = {}
    var onSearch: @MainActor (String) -> Void = { _ in }
    var onHit: @MainActor (String) -> Void = { _ in }
    var onCall: @MainActor (CallKind) -> Void = { _ in }
    /// The name of what was chosen in the menu.
    var onMenu: @MainActor (String) -> Void = { _ in }
    var onTogether: @MainActor (ArcadeActivity) -> Void = { _ in }

    init(conversation: ConversationModel, pictures: PictureCache) {
        self.conversation = conversation
        self.pictures = pictures
        title.alignment = 0
        title.setEllipsizes()
        subtitle.alignment = 0
        subtitle.setEllipsizes()
        let lines = Box(column: 0, title, subtitle)
        lines.setAlignment(vertical: .center)
        lines.setExpands(horizontally: true)
        menu.setMenu(makeMenu())
        menu.setFlat()
        for button in [back, voiceCall, videoCall, searchButton, popOut] { button.addClass("flat") }
        let buttons = Box(row: 0, voiceCall, videoCall, searchButton, popOut, menu)
        let row = Box(row: 6, back, avatar.widget, lines, buttons)
        row.addClass("mado-conversation-header")
        let previous = Button(icon: "go-up-symbolic", label: tr("Earlier hit"))
        let next = Button(icon: "go-down-symbolic", label: tr("Later hit"))
        for button in [previous, next] { button.addClass("flat") }
        search.setExpands(horizontally: true)
        let bar = Box(row: 4, search, position, previous, next)
        bar.setMargins(6)
        searchBar.setChild(bar)
        widget.append(row)
        widget.append(searchBar)
        let actions = ActionGroup()
        for name in ["date", "invite", "rename", "members", "leave", "mute"] {
            actions.add(name) { [weak self] in self?.onMenu(name) }
        }
        actions.add("together") { [weak self] (name: String) in
            if let activity = ArcadeActivity(rawValue: name) { self?.onTogether(activity) }
        }
        widget.insertActionGroup("conversation", actions)
        conversation.account.arcades.changes.observe(self) { [weak self] change in
            if let self, change == .servers { menu.setMenu(makeMenu()) }
        }

        back.onClick { [weak self] in self?.onBack() }
        voiceCall.onClick { [weak self] in self?.onCall(.voice) }
        videoCall.onClick { [weak self] in self?.onCall(.video) }
        popOut.onClick { [weak self] in self?.onMenu("pop-out") }
        searchButton.onToggle { [weak self] isOn in self?.toggleSearch(isOn) }
        search.onSearch { [weak self] text in self?.changed(text) }
        search.onStop { [weak self] in self?.searchButton.isOn = false }
        search.onActivate { [weak self] in self?.step(1) }
        previous.onClick { [weak self] in self?.step(1) }
        next.onClick { [weak self] in self?.step(-1) }
    }

    private func makeMenu() -> Menu {
        let menu = Menu()
        let look = Menu()
        look.add(tr("Go to a day…"), action: "conversation.date")
        look.add(tr("Members"), action: "conversation.members")
        menu.addSection(look)
        let people = Menu()
        people.add(tr("Ask more people…"), action: "conversation.invite")
        people.add(tr("Rename…"), action: "conversation.rename")
        menu.addSection(people)
        if !conversation.account.arcades.usable.isEmpty {
            let together = Menu()
            together.addSubmenu(tr("Play or watch together"), .together(action: "conversation.together"))
            menu.addSection(together)
        }
        let leave = Menu()
        leave.add(tr("Leave…"), action: "conversation.leave")
        menu.addSection(leave)
        return menu
    }

    func update() {
        title.text = conversation.title
        let canCall = !conversation.isReadOnly && !conversation.isEncrypted && conversation.requestState == .none
        for button in [voiceCall, videoCall] { button.isVisible = canCall && !conversation.others.isEmpty }
        if let member = conversation.partner {
            let other = conversation.account.person(member.userID)
            avatar.show(other, pictures: pictures)
            let words = Words.presence(other.presence)
            subtitle.text = words.isEmpty ? other.userID : words
        } else {
            avatar.show(
                name: conversation.title, picture: conversation.avatar, pictures: pictures,
                isGroup: conversation.avatar == nil)
            avatar.hideDot()
            var words = tr("1 member", many: "%d members", conversation.memberCount)
            if !conversation.topic.isEmpty { words += " · " + conversation.topic.replacing("\n", with: " ") }
            subtitle.text = words
            subtitle.tooltip = conversation.topic.isEmpty ? nil : conversation.topic
        }
    }

    func setShowsBack(_ on: Bool) { back.isVisible = on }
    func setCanPopOut(_ on: Bool) { popOut.isVisible = on }
    func openSearch() { searchButton.isOn = true }

    private func toggleSearch(_ isOn: Bool) {
        searchBar.isRevealed = isOn
        if isOn { search.focus() } else { search.text = "" }
    }

    private func changed(_ text: String) {
        position.text = ""
        hits = []
        if text.trimmingSpaces().count >= 2 { onSearch(text.trimmingSpaces()) }
    }

    func show(hits found: [SearchHit]) {
        hits = found.sorted { $0.timestamp > $1.timestamp }
        hit = -1
        if hits.isEmpty { position.text = tr("Nothing found") } else { step(1) }
    }

    private func step(_ by: Int) {
        guard !hits.isEmpty else { return }
        hit = (hit + by + hits.count) % hits.count
        position.text = tr("%1$@ of %2$@", String(hit + 1), String(hits.count))
        onHit(hits[hit].eventID)
    }
}
