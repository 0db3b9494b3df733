import ClientKit
import GtkKit

/// A second server's card in a conversation: who waits in what, and one click to be there.
@MainActor final class SessionCardTile {
    private let card: SessionCard
    private let item: TimelineItem
    private weak var context: MessageContext?
    private let button = Button("")
    private let note = Label("", classes: "mado-small", "mado-dim")

    private init(_ card: SessionCard, _ item: TimelineItem, _ context: MessageContext) {
        self.card = card
        self.item = item
        self.context = context
    }

    static func widget(_ card: SessionCard, _ item: TimelineItem, context: MessageContext) -> Widget {
        let tile = SessionCardTile(card, item, context)
        let account = context.conversation.account
        let title = Label(
            ArcadeWords.card(card, from: item.sender, isOwn: item.isOwn, account: account), classes: "mado-title")
        title.alignment = 0
        title.setWraps(true)
        title.setExpands(horizontally: true)
        let icon = Image(icon: ArcadeWords.icon(card.activity), size: 24)
        icon.setAlignment(vertical: .start)
        let column = Box(column: 4, Box(row: 10, icon, title))
        guard card.kind == .card else { return column }
        tile.note.alignment = 0
        tile.note.setWraps(true)
        tile.button.setAlignment(horizontal: .start)
        tile.button.setMargins(top: 2, start: 34)
        tile.note.setMargins(start: 34)
        column.append(tile.button)
        column.append(tile.note)
        // The column holds the tile for as long as it lives: nothing of the tile's holds the column.
        column.on("destroy") { [tile] in withExtendedLifetime(tile) {} }
        tile.button.onClick { [weak tile] in
            if let tile { tile.context?.onSession(tile.card, tile.item) }
        }
        context.conversation.changes.observe(tile) { [weak tile] change in
            if case .items = change { tile?.update() }
        }
        account.arcades.changes.observe(tile) { [weak tile] change in
            if change == .servers { tile?.update() }
        }
        tile.update()
        return column
    }

    private func update() {
        guard let context else { return }
        let account = context.conversation.account
        let isOver = context.items().contains { other in
            if case .session(let result) = other.content {
                result.kind == .result && result.sessionID == card.sessionID
            } else {
                false
            }
        }
        let server = account.arcades.server(card.server)
        button.isVisible = !isOver && server != nil
        let isAsked = card.people.contains(account.userID)
        button.setLabel(item.isOwn ? tr("Open") : isAsked ? tr("Join") : tr("Watch"))
        button.setClass("suggested-action", isAsked)
        let words = isOver ? tr("It is over.") : server == nil ? tr("Your server does not know “%@”.", card.server) : ""
        note.text = words
        note.isVisible = !words.isEmpty
    }
}
