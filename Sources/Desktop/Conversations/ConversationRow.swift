import ClientKit
import GtkKit

/// One conversation in the list.
@MainActor final class ConversationRow {
    let widget: ListBoxRow
    let conversation: ConversationModel
    private let avatar = PersonAvatar(size: 38)
    private let title = Label("", classes: "mado-title")
    private let time = Label("", classes: "mado-small", "mado-dim")
    private let preview = Label("", classes: "mado-small")
    private let unread = Label("", classes: "mado-pill")
    private let mention = Label("@", classes: "mado-pill")
    private let sending = Image(icon: "mado-waiting-symbolic", size: 14)

    init(_ conversation: ConversationModel) {
        self.conversation = conversation
        title.alignment = 0
        title.setEllipsizes()
        title.setExpands(horizontally: true)
        preview.alignment = 0
        preview.setEllipsizes()
        preview.setExpands(horizontally: true)
        for pill in [unread, mention] { pill.setAlignment(vertical: .center) }
        let lines = Box(
            column: 1, Box(row: 6, title, time), Box(row: 5, sending, preview, mention, unread))
        lines.setAlignment(vertical: .center)
        lines.setExpands(horizontally: true)
        let content = Box(row: 10, avatar.widget, lines)
        content.addClass("mado-row")
        widget = ListBoxRow(content, label: "")
    }

    func update(pictures: PictureCache?) {
        let model = conversation
        if model.isDirect, model.others.count == 1, let other = model.others.first {
            avatar.show(model.account.person(other.userID), pictures: pictures)
        } else {
            avatar.show(name: model.title, picture: model.avatar, pictures: pictures, isGroup: model.avatar == nil)
            avatar.hideDot()
        }
        title.text = model.title
        title.setClass("mado-unread-title", model.unread > 0)
        preview.text = Self.previewText(model)
        preview.setClass("mado-dim", model.unread == 0)
        time.text = model.lastMessage.map { LocalTime($0.timestamp).shortText() } ?? ""
        unread.isVisible = model.unread > 0
        unread.text = model.unread > 99 ? "99+" : String(model.unread)
        unread.setClass("quiet", model.isMuted)
        mention.isVisible = model.highlights > 0 && !model.isDirect
        sending.isVisible = isWaiting
        widget.setAccessibleLabel(accessibleText)
    }

    private var isWaiting: Bool {
        switch conversation.lastMessage?.sendState {
        case .waiting, .sending, .failed: true
        default: false
        }
    }

    private var accessibleText: String {
        var words = [conversation.title]
        if conversation.unread > 0 { words.append(tr("1 unread", many: "%d unread", conversation.unread)) }
        words.append(preview.text)
        return words.joined(separator: ", ")
    }

    private static func previewText(_ model: ConversationModel) -> String {
        switch model.requestState {
        case .waiting(let people): return tr("Waiting for %@ to accept", Words.names(people))
        case .declined(let people): return tr("%@ declined", Words.names(people))
        case .none: break
        }
        if !model.typing.isEmpty {
            return model.typing.count == 1
                ? tr("%@ is typing…", model.typing[0].displayName)
                : tr("Several people are typing…")
        }
        if !model.draft.text.isEmpty { return tr("Draft: %@", model.draft.text) }
        guard let last = model.lastMessage else { return tr("No messages yet") }
        if case .call(let record) = last.content { return Words.call(record, isOwn: last.isOwn) }
        if last.isOwn { return tr("You: %@", last.text) }
        return model.isDirect ? last.text : "\(last.sender.displayName): \(last.text)"
    }
}
