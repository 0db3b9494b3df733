import ClientKit
import GtkKit

/// The text of a message: its safe HTML drawn natively, or its plain text with links.
@MainActor enum MessageText {
    static func widget(
        plain: String, html: String?, prefix: String? = nil, context: MessageContext
    ) -> Widget {
        var blocks = html.map { MessageHTML.parse($0) } ?? MessageHTML.parse(plain: plain)
        if let prefix, html != nil { blocks.insert(.paragraph([MessageSpan(text: prefix, style: .bold)]), at: 0) }
        let views = blocks.map { view($0, context) }
        if views.count == 1 { return views[0] }
        let column = Box(.vertical, spacing: 5)
        for view in views { column.append(view) }
        return column
    }

    private static func view(_ block: MessageBlock, _ context: MessageContext) -> Widget {
        switch block {
        case .paragraph(let spans): return label(MessageMarkup.markup(spans), context)
        case .heading(let level, let spans):
            let size = level <= 1 ? "x-large" : level == 2 ? "large" : "medium"
            return label("<span size='\(size)' weight='bold'>\(MessageMarkup.markup(spans))</span>", context)
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
            for block in blocks { column.append(view(block, context)) }
            return column
        case .list(let ordered, let items):
            let column = Box(.vertical, spacing: 2)
            for (index, item) in items.enumerated() {
                let mark = Label(ordered ? "\(index + 1)." : "•", classes: "mado-dim")
                mark.setAlignment(vertical: .start)
                let content = Box(.vertical, spacing: 2)
                for block in item { content.append(view(block, context)) }
                column.append(Box(row: 6, mark, content))
            }
            return column
        case .rule: return Separator(.horizontal)
        }
    }

    private static func label(_ markup: String, _ context: MessageContext) -> Label {
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
        label.onLink { link in
            Launcher.open(link: link)
            return true
        }
        return label
    }
}

/// Spans of text as Pango's markup.
enum MessageMarkup {
    static func markup(_ spans: [MessageSpan]) -> String { spans.map(markup).joined() }

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
