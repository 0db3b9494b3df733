import ClientKit
import GtkKit

/// One item of a conversation with what stands above it: the day, and where the unread ones begin.
@MainActor final class MessageRow: ListRow {
    let widget: Widget
    private let root = Box(.vertical)
    private let day = Label("", classes: "mado-day")
    private let newLine: Box
    private let event = Label("", classes: "mado-event")
    private let line = Box(.horizontal, spacing: 8)
    private let avatar = PersonAvatar(size: 30, hasDot: false)
    private let avatarPlace = Box(.vertical)
    private let column = Box(.vertical, spacing: 3)
    private let sender = Label("", classes: "mado-sender")
    private let bubble = Box(.vertical, spacing: 2)
    private let below = ReactionBar()
    private let thread = Button("")
    private let tools = Box(.horizontal, spacing: 0)
    private let readers = Box(.horizontal, spacing: 2)
    private let context: MessageContext
    private(set) var item: TimelineItem?
    /// What the bubble was built from: it is built anew only when that changes.
    private var built: TimelineItem?
    private var builtLast = false

    init(context: MessageContext) {
        self.context = context
        widget = root
        let label = Label(tr("New"), classes: "mado-new")
        let left = Box(.horizontal)
        let right = Box(.horizontal)
        for rule in [left, right] {
            rule.addClass("mado-new-line")
            rule.setExpands(horizontally: true)
            rule.setAlignment(vertical: .center)
        }
        newLine = Box(row: 8, left, label, right)
        newLine.setMargins(top: 6, bottom: 4, start: 16, end: 16)
        event.setWraps(true)
        event.setJustified(center: true)
        sender.alignment = 0
        sender.setEllipsizes()
        avatarPlace.setSizeRequest(width: 30)
        avatarPlace.append(avatar.widget)
        avatar.widget.setAlignment(vertical: .start)
        bubble.addClass("mado-bubble")
        thread.addClass("mado-thread")
        thread.addClass("flat")
        thread.onClick { [weak self] in self?.act(.thread) }
        for part in [sender, bubble, below.widget, thread] as [Widget] { column.append(part) }
        buildTools()
        for part in [avatarPlace, column] as [Widget] { line.append(part) }
        line.setMargins(start: 10, end: 10)
        // Above the text's side that is mostly free, so that they take no width from it.
        let message = Overlay(line)
        message.add(tools)
        tools.setMargins(start: 8, end: 8)
        readers.setAlignment(horizontal: .end)
        readers.setMargins(top: 2, end: 12)
        for part in [day, newLine, event, message, readers] as [Widget] { root.append(part) }
        root.addController(
            MotionController(
                enter: { [weak self] in self?.tools.opacity = 1 }, leave: { [weak self] in self?.tools.opacity = 0 }))
        root.addController(ClickGesture(button: 3) { [weak self] _, x, y in self?.openMenu(x, y) })
        root.addController(LongPressGesture { [weak self] x, y in self?.openMenu(x, y) })
        below.onToggle = { [weak self] key in self?.act(.react(key)) }
    }

    private func buildTools() {
        let reply = Button(icon: "mado-reply-symbolic", label: tr("Reply"))
        let react = Button(icon: "mado-react-symbolic", label: tr("React"))
        let more = Button(icon: "view-more-symbolic", label: tr("More"))
        for button in [reply, react, more] {
            button.addClass("flat")
            button.addClass("mado-tool")
            button.isFocusable = false
            tools.append(button)
        }
        reply.onClick { [weak self] in self?.act(.reply) }
        react.onClick { [weak self] in self?.act(.pickReaction) }
        more.onClick { [weak self] in
            guard let self else { return }
            openMenu(Double(root.width) / 2, Double(root.height) - 8)
        }
        tools.setAlignment(vertical: .start)
        tools.addClass("mado-tools")
        tools.opacity = 0
    }

    // MARK: Showing

    func show(_ key: String) {
        guard let index = context.position(key) else { return }
        let items = context.items()
        guard items.indices.contains(index) else { return }
        let item = items[index]
        let before = index > 0 ? items[index - 1] : nil
        let after = index + 1 < items.count ? items[index + 1] : nil
        self.item = item
        let time = LocalTime(item.timestamp)
        let isNewDay = before.map { !LocalTime($0.timestamp).isSameDay(as: time) } ?? !context.conversation.hasOlder
        day.isVisible = isNewDay
        if isNewDay { day.text = time.dayText() }
        let isFirstUnread = !context.isThread && context.conversation.firstUnread == item.id
        newLine.isVisible = isFirstUnread
        if let words = EventWords.text(item) {
            event.isVisible = !words.isEmpty
            line.isVisible = false
            tools.isVisible = false
            event.text = words
            root.setMargins(top: words.isEmpty ? 0 : 2)
            showReaders(item)
            return
        }
        event.isVisible = false
        line.isVisible = true
        let startsGroup = isNewDay || isFirstUnread || !item.isGrouped(after: before)
        let endsGroup = after.map { !$0.isGrouped(after: item) } ?? true
        showMessage(item, startsGroup: startsGroup, endsGroup: endsGroup)
        showReaders(item)
    }

    func clear() {
        tools.opacity = 0
    }

    private func showMessage(_ item: TimelineItem, startsGroup: Bool, endsGroup: Bool) {
        root.setMargins(top: startsGroup ? 8 : 2)
        let isDirect = context.conversation.isDirect
        avatarPlace.isVisible = !item.isOwn && !isDirect
        avatar.widget.isVisible = startsGroup
        if startsGroup, !item.isOwn { avatar.show(item.sender, pictures: context.pictures) }
        sender.isVisible = startsGroup && !item.isOwn && !isDirect
        sender.text = item.sender.displayName
        line.setAlignment(horizontal: item.isOwn ? .end : .start)
        line.setMargins(start: item.isOwn ? 46 : 10, end: item.isOwn ? 10 : 46)
        tools.setAlignment(horizontal: item.isOwn ? .start : .end)
        column.setAlignment(horizontal: item.isOwn ? .end : .start)
        below.widget.setAlignment(horizontal: item.isOwn ? .end : .start)
        thread.setAlignment(horizontal: item.isOwn ? .end : .start)
        bubble.setAlignment(horizontal: item.isOwn ? .end : .start)

        bubble.setClass("own", item.isOwn)
        bubble.setClass("first", startsGroup)
        bubble.setClass("mentioned", item.mentionsMe)
        bubble.setClass("picture", item.isPicture)
        bubble.setClass("large", item.isLargeEmoji)
        bubble.setClass("failed", item.isFailed)
        bubble.setClass("waiting", item.isWaiting)
        tools.isVisible = !item.isWaiting && item.eventID != nil
        below.show(item.reactions)
        thread.isVisible = item.thread != nil && !context.isThread
        if let summary = item.thread {
            thread.setLabel(
                tr("1 answer in the thread", many: "%d answers in the thread", summary.count))
        }
        let needsMeta = endsGroup || item.isEdited || item.sendState != .sent
        if built != item || builtLast != needsMeta {
            built = item
            builtLast = needsMeta
            bubble.removeAll()
            MessageBody.fill(bubble, with: item, showsMeta: needsMeta, context: context) { [weak self] in self?.act($0)
            }
        }
        root.setAccessibleLabel(EventWords.spoken(item))
    }

    private func showReaders(_ item: TimelineItem) {
        readers.isVisible = !item.readBy.isEmpty
        readers.removeAll()
        guard !item.readBy.isEmpty else { return }
        for person in item.readBy.prefix(5) {
            let small = PersonAvatar(size: 15, hasDot: false)
            small.show(name: person.displayName, picture: person.avatar, pictures: context.pictures)
            readers.append(small.widget)
        }
        let words = tr("Read by %@", Words.names(item.readBy, limit: 5))
        readers.tooltip = words
        readers.setAccessibleLabel(words)
    }

    // MARK: Acting

    private func act(_ action: MessageAction) {
        if let item { context.onAction(action, item) }
    }

    /// At the middle of the row, for the keyboard.
    func openMenu() { openMenu(Double(root.width) / 2, Double(root.height) / 2) }

    private func openMenu(_ x: Double, _ y: Double) {
        guard let item, item.eventID != nil || item.isWaiting || item.isFailed else { return }
        MessageMenu.open(for: item, conversation: context.conversation, at: root, x, y) { [weak self] in self?.act($0) }
    }
}

extension TimelineItem {
    /// Whether it follows another of the same person closely enough to stand in one group with it.
    func isGrouped(after other: TimelineItem?) -> Bool {
        guard let other, EventWords.text(other) == nil, EventWords.text(self) == nil else { return false }
        return other.sender.userID == sender.userID && timestamp - other.timestamp < 5 * 60_000
            && LocalTime(timestamp).isSameDay(as: LocalTime(other.timestamp))
    }

    var isPicture: Bool {
        switch content {
        case .image, .video: true
        default: false
        }
    }
    var isLargeEmoji: Bool {
        if case .text(let plain, _) = content { return plain.isOnlyEmoji && reply == nil }
        return false
    }
    var isFailed: Bool {
        if case .failed = sendState { return true }
        return false
    }
    var isWaiting: Bool {
        switch sendState {
        case .waiting, .sending: true
        default: false
        }
    }
    /// The media it carries.
    var media: MediaReference? {
        switch content {
        case .image(let media, _), .video(let media, _), .audio(let media, _), .voice(let media, _),
            .file(let media, _):
            media
        default: nil
        }
    }
    /// What is edited: text, or the caption of a file.
    var editableText: String {
        switch content {
        case .text(let plain, _): plain
        case .image(_, let caption), .video(_, let caption), .audio(_, let caption), .voice(_, let caption),
            .file(_, let caption):
            caption ?? ""
        default: ""
        }
    }
    /// Whether its sender can change its text.
    var isEditable: Bool {
        switch content {
        case .text, .image, .video, .audio, .file: isOwn
        default: false
        }
    }
    /// What is copied and quoted.
    var plainText: String {
        switch content {
        case .text(let plain, _), .notice(let plain, _), .emote(let plain, _): plain
        case .image(let media, let caption), .video(let media, let caption): caption ?? media.name ?? ""
        case .audio(let media, let caption), .voice(let media, let caption), .file(let media, let caption):
            caption ?? media.name ?? ""
        case .session(let card): card.text
        default: ""
        }
    }
}
