import ClientKit
import GtkKit

/// The text of a message: its safe HTML drawn natively, or its plain text with links.
@MainActor enum MessageText {
    static func widget(
        plain: String, html: String?, prefix: String? = nil
    ) -> Widget {
        var blocks = html.map { MessageHTML.parse($0) } ?? MessageHTML.parse(plain: plain)
        if let prefix, html != nil { blocks.insert(.paragraph([MessageSpan(text: prefix, style: .bold)]), at: 0) }
        let views = blocks.map { view($0) }
        if views.count == 1 { return views[0] }
        let column = Box(.vertical, spacing: 5)
        for view in views { column.append(view) }
        return column
    }

    private static func view(_ block: MessageBlock) -> Widget {
        switch block {
        case .paragraph(let spans):
            if spans.contains(where: { $0.style.contains(.spoiler) }) { return hiding(spans) }
            guard let beginning = MessageMarkup.beginning(of: spans) else {
                return label(MessageMarkup.markup(spans))
            }
            return folded(spans, beginning)
        case .heading(let level, let spans):
            let size = level <= 1 ? "x-large" : level == 2 ? "large" : "medium"
            return label("<span size='\(size)' weight='bold'>\(MessageMarkup.markup(spans))</span>")
        case .code(let text):
            let code = Label(text)
            code.alignment = 0
            code.isSelectable = true
            code.isFocusable = false
            let scrolled = ScrolledWindow(code, horizontal: true, vertical: false)
            scrolled.setPropagatesNaturalWidth(true)
            scrolled.addClass("mado-code")
            return scrolled
        case .quote(let blocks):
            let column = Box(.vertical, spacing: 4)
            column.addClass("mado-quote")
            for block in blocks { column.append(view(block)) }
            return column
        case .list(let ordered, let items):
            let column = Box(.vertical, spacing: 2)
            for (index, item) in items.enumerated() {
                let mark = Label(ordered ? "\(index + 1)." : "•", classes: "mado-dim")
                mark.setAlignment(vertical: .start)
                let content = Box(.vertical, spacing: 2)
                for block in item { content.append(view(block)) }
                column.append(Box(row: 6, mark, content))
            }
            return column
        case .rule: return Separator(.horizontal)
        }
    }

    /// A text so long that laying it out takes seconds, which a sender could do to everybody: the rest on demand.
    private static func folded(
        _ spans: [MessageSpan], _ beginning: [MessageSpan]
    ) -> Widget {
        let text = label(MessageMarkup.markup(beginning))
        let all = Button(tr("Show all"))
        all.addClass("mado-thread")
        all.setAlignment(horizontal: .start)
        // The button holds the label, not itself.
        all.onClick { text.setMarkup(MessageMarkup.markup(spans)) }
        return Box(column: 4, text, all)
    }

    private static func label(
        _ markup: String, onReveal: @escaping @MainActor (Label) -> Void = { _ in }
    ) -> Label {
        let label = Label()
        label.setMarkup(markup)
        label.alignment = 0
        label.setWraps(true)
        label.setWidth(max: 52)
        // How narrow a text can be is measured letter by letter, in the square of the length of what has no spaces.
        if markup.utf8.count > 200 { label.setWidth(characters: 20) }
        label.isSelectable = true
        // Selecting by mouse is enough here; the row takes the keyboard.
        label.isFocusable = false
        label.onLink { label, link in
            if link == MessageMarkup.reveal { onReveal(label) } else { Launcher.open(link: link) }
            return true
        }
        return label
    }

    /// Text of which something is hidden until it is clicked.
    private static func hiding(_ spans: [MessageSpan]) -> Label {
        let hidden = MessageHTML.hidingSpoilers(spans, link: MessageMarkup.reveal)
        return label(MessageMarkup.markup(hidden)) { label in
            // Not while the label still deals with the click.
            MainLoop.afterwards { label.setMarkup(MessageMarkup.markup(spans)) }
        }
    }
}

/// Spans of text as Pango's markup.
enum MessageMarkup {
    static func markup(_ spans: [MessageSpan]) -> String { spans.map(markup).joined() }

    /// The link that shows what is hidden; no sender can write it.
    static let reveal = "mado:reveal"

    /// Characters that a message shows at first.
    static let limit = 3000

    /// The first part of a text that is too long to be shown at once; nil for one that is not.
    static func beginning(of spans: [MessageSpan]) -> [MessageSpan]? {
        var rest = limit
        var shown: [MessageSpan] = []
        for span in spans {
            guard span.text.utf8.count > rest else {
                rest -= span.text.utf8.count
                shown.append(span)
                continue
            }
            var part = span
            part.text = String(span.text.prefix(rest)) + "…"
            part.link = nil
            // What is hardly longer is shown whole.
            let left = spans.reduce(0) { $0 + $1.text.utf8.count } - (limit - rest) - part.text.utf8.count
            return left > limit / 4 ? shown + [part] : nil
        }
        return nil
    }

    private static func markup(_ span: MessageSpan) -> String {
        var text = Markup.escape(span.text)
        if span.style.contains(.code) { text = "<tt>\(text)</tt>" }
        if span.style.contains(.bold) { text = "<b>\(text)</b>" }
        if span.style.contains(.italic) { text = "<i>\(text)</i>" }
        if span.style.contains(.underline) { text = "<u>\(text)</u>" }
        if span.style.contains(.strike) { text = "<s>\(text)</s>" }
        if span.style.contains(.mention) { return "<b>\(text)</b>" }
        if let link = span.link { text = "<a href=\"\(Markup.escape(link))\">\(text)</a>" }
        return text
    }
}
