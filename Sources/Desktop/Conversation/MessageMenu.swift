import ClientKit
import GtkKit

/// The menu of a message.
@MainActor enum MessageMenu {
    static let quickReactions = ["👍", "❤️", "😄", "🎉", "😮", "🙏"]

    static func open(
        for item: TimelineItem, conversation: ConversationModel, at parent: Widget, _ x: Double, _ y: Double,
        _ act: @escaping @MainActor (MessageAction) -> Void
    ) {
        let actions = ActionGroup()
        let menu = Menu()
        func add(_ menu: Menu, _ name: String, _ label: String, _ action: MessageAction) {
            menu.add(label, action: "message.\(name)")
            actions.add(name) { act(action) }
        }
        let main = Menu()
        let isSent = item.eventID != nil && !item.isWaiting && !item.isFailed
        var isRemoved = false
        if case .redacted = item.content { isRemoved = true }
        if isSent, !isRemoved {
            if !conversation.isReadOnly {
                add(main, "reply", tr("Reply"), .reply)
                add(main, "thread", tr("Answer in a thread"), .thread)
                add(main, "react", tr("React…"), .pickReaction)
            }
            if item.isEditable { add(main, "edit", item.media == nil ? tr("Edit") : tr("Edit caption"), .edit) }
        }
        if item.isWaiting || item.isFailed {
            if item.isEditable {
                add(main, "edit-waiting", item.media == nil ? tr("Edit") : tr("Edit caption"), .editWaiting)
            }
            if item.isFailed { add(main, "retry", tr("Try again"), .retry) }
            add(main, "withdraw", tr("Withdraw"), .withdraw)
        }
        menu.addSection(main)
        let content = Menu()
        if !item.plainText.isEmpty { add(content, "copy", tr("Copy text"), .copy) }
        if item.media != nil {
            add(content, "open", tr("Open"), .open)
            add(content, "save", tr("Save as…"), .save)
        }
        menu.addSection(content)
        if isSent, !isRemoved, item.isOwn || conversation.canRedactOthers {
            let danger = Menu()
            add(danger, "redact", tr("Remove for everybody…"), .redact)
            menu.addSection(danger)
        }
        let popover = PopoverMenu(menu)
        parent.insertActionGroup("message", actions)
        popover.point(x: x, y: y)
        popover.openOnce(at: parent)
    }
}
