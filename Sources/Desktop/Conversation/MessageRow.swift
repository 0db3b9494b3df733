import ClientKit
import GtkKit

/// One item of a conversation with what stands above it: the day, and where the unread ones begin.
@MainActor final class MessageRow: ListRow {
    private enum Part: CaseIterable { case day, unreadLine, event, message, readers }
    private enum Beside: CaseIterable { case avatar, column }
    private enum Stacked: CaseIterable { case sender, bubble, reactions, thread }

    let widget: Widget
    private let root = Box(.vertical)
    private let parts: BoxPlaces<Part>
    private let line = Box(.horizontal, spacing: 8)
    private let lineParts: BoxPlaces<Beside>
    private let column = Box(.vertical, spacing: 3)
    private let columnParts: BoxPlaces<Stacked>
    private let bubble = Box(.vertical, spacing: 2)
    private let message: Overlay
    private let context: MessageContext
    private(set) var item: TimelineItem?
    /// What the bubble was built from: it is built anew only when that changes.
    private var built: TimelineItem?
    private var builtLast = false

    // What few messages have, made for the first that has it.
    private lazy var day = parts.put(Label("", classes: "mado-day"), .day)
    private lazy var unreadLine = parts.put(makeUnreadLine(), .unreadLine)
    private lazy var event = parts.put(makeEvent(), .event)
    private lazy var readers = parts.put(makeReaders(), .readers)
    private lazy var avatarPlace = lineParts.put(makeAvatarPlace(), .avatar)
    private lazy var avatar = PersonAvatar(size: 30, hasDot: false)
    private lazy var sender = columnParts.put(makeSender(), .sender)
    private lazy var reactions = makeReactions()
    private lazy var thread = columnParts.put(makeThread(), .thread)
    /// Made when the pointer first comes.
    private var tools: Box?

    init(context: MessageContext) {
        self.context = context
        widget = root
        parts = BoxPlaces(root)
        lineParts = BoxPlaces(line)
        columnParts = BoxPlaces(column)
        bubble.addClass("mado-bubble")
        columnParts.put(bubble, .bubble)
        lineParts.put(column, .column)
        line.setMargins(start: 10, end: 10)
        message = parts.put(Overlay(line), .message)
        root.addController(
            MotionController(
                enter: { [weak self] in self?.showTools() }, leave: { [weak self] in self?.tools?.opacity = 0 }))
        root.addController(ClickGesture(button: 3) { [weak self] _, x, y in self?.openMenu(x, y) })
        root.addController(LongPressGesture { [weak self] x, y in self?.openMenu(x, y) })
    }

    // MARK: Parts

    private func makeUnreadLine() -> Box {
        let rules = [Box(.horizontal), Box(.horizontal)]
        for rule in rules {
            rule.addClass("mado-new-line")
            rule.setExpands(horizontally: true)
            rule.setAlignment(vertical: .center)
        }
        let made = Box(row: 8, rules[0], Label(tr("New"), classes: "mado-new"), rules[1])
        made.setMargins(top: 6, bottom: 4, start: 16, end: 16)
        return made
    }

    private func makeEvent() -> Label {
        let made = Label("", classes: "mado-event")
        made.setWraps(true)
        made.setJustified(center: true)
        return made
    }

    private func makeReaders() -> Box {
        let made = Box(.horizontal, spacing: 2)
        made.setAlignment(horizontal: .end)
        made.setMargins(top: 2, end: 12)
        return made
    }

    private func makeAvatarPlace() -> Box {
        let made = Box(.vertical)
        made.setSizeRequest(width: 30)
        made.append(avatar.widget)
        avatar.widget.setAlignment(vertical: .start)
        return made
    }

    private func makeSender() -> Label {
        let made = Label("", classes: "mado-sender")
        made.alignment = 0
        made.setEllipsizes()
        return made
    }

    private func makeReactions() -> ReactionBar {
        let made = ReactionBar()
        made.onToggle = { [weak self] key in self?.act(.react(key)) }
        columnParts.put(made.widget, .reactions)
        return made
    }

    private func makeThread() -> Button {
        let made = Button("")
        made.addClass("mado-thread")
        made.addClass("flat")
        made.onClick { [weak self] in self?.act(.thread) }
        return made
    }

    /// Above the text's side that is mostly free, so that they take no width from it.
    private func makeTools() -> Box {
        let made = Box(.horizontal, spacing: 0)
        let reply = Button(icon: "mado-reply-symbolic", label: tr("Reply"))
        let react = Button(icon: "mado-react-symbolic", label: tr("React"))
        let more = Button(icon: "view-more-symbolic", label: tr("More"))
        for button in [reply, react, more] {
            button.addClass("flat")
            button.addClass("mado-tool")
            button.isFocusable = false
            made.append(button)
        }
        reply.onClick { [weak self] in self?.act(.reply) }
        react.onClick { [weak self] in self?.act(.pickReaction) }
        more.onClick { [weak self] in
            guard let self else { return }
            openMenu(Double(root.width) / 2, Double(root.height) - 8)
        }
        made.addClass("mado-tools")
        made.setMargins(start: 8, end: 8)
        message.add(made)
        tools = made
        return made
    }

    private func showTools() {
        guard let item, line.isVisible, Self.hasTools(item) else { return }
        let tools = tools ?? makeTools()
        tools.setAlignment(horizontal: item.isOwn ? .start : .end, vertical: .start)
        tools.isVisible = true
        tools.opacity = 1
    }

    private static func hasTools(_ item: TimelineItem) -> Bool { !item.isWaiting && item.eventID != nil }

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
        if isNewDay {
            day.isVisible = true
            day.text = time.dayText()
        } else {
            parts.hide(.day)
        }
        let isFirstUnread = !context.isThread && context.conversation.firstUnread == item.id
        if isFirstUnread { unreadLine.isVisible = true } else { parts.hide(.unreadLine) }
        if let words = EventWords.text(item) {
            event.isVisible = !words.isEmpty
            line.isVisible = false
            tools?.isVisible = false
            event.text = words
            root.setMargins(top: words.isEmpty ? 0 : 2)
            root.setAccessibleLabel(words)
            showReaders(item)
            return
        }
        parts.hide(.event)
        line.isVisible = true
        let startsGroup = isNewDay || isFirstUnread || !item.isGrouped(after: before)
        let endsGroup = after.map { !$0.isGrouped(after: item) } ?? true
        showMessage(item, startsGroup: startsGroup, endsGroup: endsGroup)
        showReaders(item)
    }

    func clear() { tools?.opacity = 0 }

    private func showMessage(_ item: TimelineItem, startsGroup: Bool, endsGroup: Bool) {
        root.setMargins(top: startsGroup ? 8 : 2)
        let side = item.isOwn ? Widget.Alignment.end : .start
        showSender(of: item, startsGroup: startsGroup)
        line.setAlignment(horizontal: side)
        line.setMargins(start: item.isOwn ? 46 : 10, end: item.isOwn ? 10 : 46)
        column.setAlignment(horizontal: side)
        bubble.setAlignment(horizontal: side)

        bubble.setClass("own", item.isOwn)
        bubble.setClass("first", startsGroup)
        bubble.setClass("mentioned", item.mentionsMe)
        bubble.setClass("picture", item.isPicture)
        bubble.setClass("large", item.isLargeEmoji)
        bubble.setClass("failed", item.isFailed)
        bubble.setClass("waiting", item.isWaiting)
        if !Self.hasTools(item) { tools?.isVisible = false }
        if item.reactions.isEmpty {
            columnParts.hide(.reactions)
        } else {
            reactions.show(item.reactions)
            reactions.widget.setAlignment(horizontal: side)
        }
        if let summary = item.thread, !context.isThread {
            thread.isVisible = true
            thread.setAlignment(horizontal: side)
            thread.setLabel(
                tr("1 answer in the thread", many: "%d answers in the thread", summary.count))
        } else {
            columnParts.hide(.thread)
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

    private func showSender(of item: TimelineItem, startsGroup: Bool) {
        let isNamed = !item.isOwn && !context.conversation.isDirect
        if isNamed {
            avatarPlace.isVisible = true
            avatar.widget.isVisible = startsGroup
        } else {
            lineParts.hide(.avatar)
        }
        guard isNamed, startsGroup else { return columnParts.hide(.sender) }
        avatar.show(item.sender, pictures: context.pictures)
        sender.isVisible = true
        sender.text = item.sender.displayName
    }

    private func showReaders(_ item: TimelineItem) {
        guard !item.readBy.isEmpty else { return parts.hide(.readers) }
        readers.isVisible = true
        readers.removeAll()
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
