import ClientKit
import GtkKit

/// What stands in a bubble.
@MainActor enum MessageBody {
    static func fill(
        _ bubble: Box, with item: TimelineItem, showsMeta: Bool, context: MessageContext,
        act: @escaping @MainActor (MessageAction) -> Void
    ) {
        if let reply = item.reply, !context.isThread { bubble.append(quote(reply, context)) }
        switch item.content {
        case .text(let plain, let html):
            bubble.append(MessageText.widget(plain: plain, html: html))
        case .notice(let plain, let html):
            let text = MessageText.widget(plain: plain, html: html)
            text.addClass("mado-dim")
            bubble.append(text)
        case .emote(let plain, let html):
            bubble.append(
                MessageText.widget(
                    plain: "\(item.sender.displayName) \(plain)", html: html, prefix: item.sender.displayName))
        case .image(let media, let caption):
            bubble.append(PictureTile.widget(media, isVideo: false, context: context) { context.onStage(item) })
            if let caption { bubble.append(captioned(caption)) }
        case .video(let media, let caption):
            bubble.append(PictureTile.widget(media, isVideo: true, context: context) { context.onStage(item) })
            if let caption { bubble.append(captioned(caption)) }
        case .audio(let media, let caption), .voice(let media, let caption):
            bubble.append(VoiceTile.widget(media, context: context))
            if let caption { bubble.append(captioned(caption)) }
        case .file(let media, let caption):
            bubble.append(FileTile.widget(media, act: act))
            if let caption { bubble.append(captioned(caption)) }
        case .session(let card):
            bubble.append(SessionCardTile.widget(card, item, context: context))
        case .redacted:
            bubble.append(note("user-trash-symbolic", tr("Message removed")))
        case .encrypted:
            bubble.append(note("mado-lock-symbolic", tr("Encrypted: this program cannot read it yet")))
        case .unsupported:
            bubble.append(MessageText.widget(plain: EventWords.summary(item), html: nil))
        case .call(let record): bubble.append(MissedCall.widget(record) { act(.callBack(record.kind)) })
        case .membership, .roomChange, .gap:
            break
        }
        switch item.sendState {
        case .sending(let progress) where progress > 0 && progress < 1:
            let bar = ProgressBar()
            bar.fraction = progress
            bar.setAccessibleLabel(tr("Being sent"))
            bubble.append(bar)
        case .failed(let reason): bubble.append(failure(reason, act))
        default: break
        }
        if showsMeta { bubble.append(meta(item)) }
    }

    private static func captioned(_ caption: String) -> Widget {
        let text = MessageText.widget(plain: caption, html: nil)
        text.setMargins(top: 2, start: 8, end: 8)
        return text
    }

    private static func note(_ icon: String, _ text: String) -> Widget {
        let label = Label(text)
        label.setWraps(true)
        label.alignment = 0
        let row = Box(row: 6, Image(icon: icon, size: 14), label)
        row.addClass("mado-dim")
        return row
    }

    private static func quote(_ reply: TimelineItem.ReplySummary, _ context: MessageContext) -> Widget {
        let who = Label(reply.sender?.displayName ?? "", classes: "mado-sender")
        who.alignment = 0
        who.setEllipsizes()
        let text = Label(reply.text.replacing("\n", with: " "))
        text.alignment = 0
        text.setEllipsizes()
        text.setWidth(max: 42)
        let column = Box(column: 0, who, text)
        column.addClass("mado-quote")
        let event = reply.eventID
        let button = Button(
            child: column, label: tr("Answer to %1$@: %2$@", reply.sender?.displayName ?? "", reply.text))
        button.addClass("flat")
        button.addClass("mado-file")
        button.onClick { [weak context] in context?.onJump(event) }
        return button
    }

    private static func meta(_ item: TimelineItem) -> Widget {
        var words = LocalTime(item.timestamp).time
        if item.isEdited { words = tr("edited") + " · " + words }
        let row = Box(.horizontal, spacing: 4)
        row.setAlignment(horizontal: .end)
        row.append(Label(words, classes: "mado-meta"))
        if item.isOwn {
            let (icon, label): (String, String) =
                switch item.sendState {
                case .waiting: ("mado-waiting-symbolic", tr("Waiting to be sent"))
                case .sending: ("mado-waiting-symbolic", tr("Being sent"))
                case .failed: ("dialog-error-symbolic", tr("Not sent"))
                case .sent: ("mado-sent-symbolic", tr("Sent"))
                }
            let image = Image(icon: icon, size: 12)
            image.addClass("mado-dim")
            image.tooltip = label
            image.setAccessibleLabel(label)
            row.append(image)
        }
        if item.isPicture { row.setMargins(end: 8) }
        return row
    }

    private static func failure(_ reason: String, _ act: @escaping @MainActor (MessageAction) -> Void) -> Widget {
        let label = Label(tr("Not sent: %@", Words.failure(reason)), classes: "mado-small", "error")
        label.setWraps(true)
        label.alignment = 0
        let retry = Button(tr("Try again"))
        let withdraw = Button(tr("Withdraw"))
        for button in [retry, withdraw] { button.addClass("mado-thread") }
        retry.onClick { act(.retry) }
        withdraw.onClick { act(.withdraw) }
        return Box(column: 4, label, Box(row: 6, retry, withdraw))
    }
}
