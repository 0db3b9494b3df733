internal import CGtk

/// Text that is read.
@MainActor package final class Label: Widget {
    package init(_ text: String = "", classes: String...) {
        super.init(floating: gtk_label_new(text))
        for name in classes { addClass(name) }
    }

    /// The same label, for handlers: the object that it was made by may be gone.
    override init(retaining raw: UnsafeMutableRawPointer) { super.init(retaining: raw) }

    package var text: String {
        get { gtk_label_get_text(opaque).map { String(cString: $0) } ?? "" }
        set { gtk_label_set_text(opaque, newValue) }
    }
    /// Pango's markup; what it is made of must have been escaped.
    package func setMarkup(_ markup: String) { gtk_label_set_markup(opaque, markup) }
    /// 0 at the start, 1 at the end.
    package var alignment: Double {
        get { Double(gtk_label_get_xalign(opaque)) }
        set { gtk_label_set_xalign(opaque, Float(newValue)) }
    }
    package func setWraps(_ on: Bool) {
        gtk_label_set_wrap(opaque, Int32(flag: on))
        gtk_label_set_wrap_mode(opaque, PANGO_WRAP_WORD_CHAR)
    }
    /// Cut with an ellipsis where there is no room.
    package func setEllipsizes(_ on: Bool = true) {
        gtk_label_set_ellipsize(opaque, on ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_NONE)
    }
    package func setLines(_ count: Int) { gtk_label_set_lines(opaque, Int32(count)) }
    package var isSelectable: Bool {
        get { gtk_label_get_selectable(opaque) != 0 }
        set { gtk_label_set_selectable(opaque, Int32(flag: newValue)) }
    }
    /// - Parameter characters: at least as wide; -1 as its text asks for.
    package func setWidth(characters: Int? = nil, max: Int? = nil) {
        if let characters { gtk_label_set_width_chars(opaque, Int32(characters)) }
        if let max { gtk_label_set_max_width_chars(opaque, Int32(max)) }
    }
    package func setJustified(center: Bool) {
        gtk_label_set_justify(opaque, center ? GTK_JUSTIFY_CENTER : GTK_JUSTIFY_LEFT)
    }
    package func setMnemonicWidget(_ other: Widget) { gtk_label_set_mnemonic_widget(opaque, other.widget) }
    /// A link in the markup was chosen; true when it has been dealt with.
    package func onLink(_ handler: @escaping @MainActor (Label, String) -> Bool) {
        on("activate-link", deciding: { [raw] in handler(Label(retaining: raw), $0.string(0)) })
    }
    /// How large a text of one line would be.
    package var naturalWidth: Int {
        var natural: Int32 = 0
        gtk_widget_measure(widget, GTK_ORIENTATION_HORIZONTAL, -1, nil, &natural, nil, nil)
        return Int(natural)
    }
}

/// Text made safe for Pango's markup.
package enum Markup {
    package static func escape(_ text: String) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for character in text.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\n", "\t": escaped.unicodeScalars.append(character)
            // No control characters: Pango refuses the whole text for one.
            case "\u{0}"..."\u{1f}", "\u{7f}", "\u{fffe}", "\u{ffff}": escaped += "\u{fffd}"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
