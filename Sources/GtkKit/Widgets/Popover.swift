internal import CGtk

/// A small window that belongs to a widget.
@MainActor package class Popover: Widget {
    package init(_ child: Widget? = nil) {
        super.init(floating: gtk_popover_new())
        setChild(child)
    }
    override init(floating raw: UnsafeMutableRawPointer) { super.init(floating: raw) }
    override init(retaining raw: UnsafeMutableRawPointer) { super.init(retaining: raw) }
    package func setChild(_ child: Widget?) { gtk_popover_set_child(typed(), child?.widget) }
    package func setHasArrow(_ on: Bool) { gtk_popover_set_has_arrow(typed(), Int32(flag: on)) }
    package func setAutohides(_ on: Bool) { gtk_popover_set_autohide(typed(), Int32(flag: on)) }
    package func setPosition(above: Bool) { gtk_popover_set_position(typed(), above ? GTK_POS_TOP : GTK_POS_BOTTOM) }
    package func attach(to parent: Widget) { gtk_widget_set_parent(widget, parent.widget) }
    package func point(x: Double, y: Double) {
        var place = GdkRectangle(x: Int32(x), y: Int32(y), width: 1, height: 1)
        gtk_popover_set_pointing_to(typed(), &place)
    }
    package func open() { gtk_popover_popup(typed()) }
    /// Opens it for one time: it goes once it has closed, and what it was asked to do is done.
    package func openOnce(at parent: Widget) {
        attach(to: parent)
        on("closed") { [raw] in
            let closed = Popover(retaining: raw)
            // Its action comes after it has closed.
            MainLoop.afterwards { closed.unparent() }
        }
        open()
    }
    package func close() { gtk_popover_popdown(typed()) }
    package func onClosed(_ handler: @escaping @MainActor () -> Void) { on("closed", handler) }
}

/// A menu opened at a place.
@MainActor package final class PopoverMenu: Popover {
    package init(_ menu: Menu) {
        super.init(floating: gtk_popover_menu_new_from_model(menu.typed()))
        setHasArrow(false)
    }
}

/// Emoji by group and search.
@MainActor package final class EmojiChooser: Popover {
    package init() { super.init(floating: gtk_emoji_chooser_new()) }
    package func onPick(_ handler: @escaping @MainActor (String) -> Void) {
        on("emoji-picked", arguments: { handler($0.string(0)) })
    }
}

/// A day of the calendar.
@MainActor package final class Calendar: Widget {
    package init() { super.init(floating: gtk_calendar_new()) }
    /// Milliseconds since 1970 at the beginning of the chosen day, in local time.
    package var selectedDay: Int64 {
        get {
            guard let date = gtk_calendar_get_date(opaque) else { return 0 }
            defer { g_date_time_unref(date) }
            let midnight = g_date_time_new_local(
                g_date_time_get_year(date), g_date_time_get_month(date), g_date_time_get_day_of_month(date), 0, 0, 0)
            defer { g_date_time_unref(midnight) }
            return Int64(g_date_time_to_unix(midnight)) * 1000
        }
        set {
            guard let date = g_date_time_new_from_unix_local(gint64(newValue / 1000)) else { return }
            gtk_calendar_select_day(opaque, date)
            g_date_time_unref(date)
        }
    }
    package func onSelect(_ handler: @escaping @MainActor () -> Void) { on("day-selected", handler) }
}
