internal import CGtk
internal import GtkShims

/// Anything that takes part in the window.
@MainActor open class Widget: GtkObject {
    package enum Alignment: Sendable { case fill, start, end, center, baseline }

    var widget: UnsafeMutablePointer<GtkWidget> { typed() }

    package var isVisible: Bool {
        get { gtk_widget_get_visible(widget) != 0 }
        set { gtk_widget_set_visible(widget, Int32(flag: newValue)) }
    }
    package var isSensitive: Bool {
        get { gtk_widget_get_sensitive(widget) != 0 }
        set { gtk_widget_set_sensitive(widget, Int32(flag: newValue)) }
    }
    package var hasFocus: Bool { gtk_widget_has_focus(widget) != 0 }
    /// Drawn on the screen now.
    package var isMapped: Bool { gtk_widget_get_mapped(widget) != 0 }
    package var width: Int { Int(gtk_widget_get_width(widget)) }
    package var height: Int { Int(gtk_widget_get_height(widget)) }

    package var tooltip: String? {
        get { gtk_widget_get_tooltip_text(widget).map { String(cString: $0) } }
        set { gtk_widget_set_tooltip_text(widget, newValue) }
    }

    /// What a screen reader says, and what tests find it by.
    package func setAccessibleLabel(_ label: String) { mado_accessible_set_label(widget, label) }
    package func setAccessibleDescription(_ text: String) { mado_accessible_set_description(widget, text) }
    package func setLabelled(by label: Widget) { mado_accessible_set_labelled_by(widget, label.widget) }

    @discardableResult package func focus() -> Bool { gtk_widget_grab_focus(widget) != 0 }

    package func addClass(_ name: String) { gtk_widget_add_css_class(widget, name) }
    package func removeClass(_ name: String) { gtk_widget_remove_css_class(widget, name) }
    package func setClass(_ name: String, _ on: Bool) { on ? addClass(name) : removeClass(name) }

    package func setMargins(_ all: Int) { setMargins(top: all, bottom: all, start: all, end: all) }
    package func setMargins(top: Int? = nil, bottom: Int? = nil, start: Int? = nil, end: Int? = nil) {
        if let top { gtk_widget_set_margin_top(widget, Int32(top)) }
        if let bottom { gtk_widget_set_margin_bottom(widget, Int32(bottom)) }
        if let start { gtk_widget_set_margin_start(widget, Int32(start)) }
        if let end { gtk_widget_set_margin_end(widget, Int32(end)) }
    }
    /// Whether it takes what space is left.
    package func setExpands(horizontally: Bool? = nil, vertically: Bool? = nil) {
        if let horizontally { gtk_widget_set_hexpand(widget, Int32(flag: horizontally)) }
        if let vertically { gtk_widget_set_vexpand(widget, Int32(flag: vertically)) }
    }
    package func setAlignment(horizontal: Alignment? = nil, vertical: Alignment? = nil) {
        if let horizontal { gtk_widget_set_halign(widget, horizontal.native) }
        if let vertical { gtk_widget_set_valign(widget, vertical.native) }
    }
    /// At least this size; -1 for what it needs.
    package func setSizeRequest(width: Int = -1, height: Int = -1) {
        gtk_widget_set_size_request(widget, Int32(width), Int32(height))
    }
    package var isFocusable: Bool {
        get { gtk_widget_get_focusable(widget) != 0 }
        set { gtk_widget_set_focusable(widget, Int32(flag: newValue)) }
    }
    package var opacity: Double {
        get { gtk_widget_get_opacity(widget) }
        set { gtk_widget_set_opacity(widget, newValue) }
    }
    package func setCursor(_ name: String?) { gtk_widget_set_cursor_from_name(widget, name) }
    package func queueDraw() { gtk_widget_queue_draw(widget) }

    /// Runs an action of a widget above, such as "window.close" or "win.search".
    @discardableResult
    package func activateAction(_ name: String, target: String? = nil) -> Bool {
        gtk_widget_activate_action_variant(widget, name, target.map { g_variant_new_string($0) }) != 0
    }

    /// Takes it out of its parent. Parents that hold their children otherwise have a `remove` of their own.
    package func unparent() { gtk_widget_unparent(widget) }

    /// Whether it lies inside another, or is it.
    package func isInside(_ other: Widget) -> Bool {
        isSame(as: other) || gtk_widget_is_ancestor(widget, other.widget) != 0
    }

    /// The area of the screen that its picture covers, for what is drawn above others.
    package func childFocus() { gtk_widget_child_focus(widget, GTK_DIR_TAB_FORWARD) }

    package func addController(_ controller: EventController) {
        // The widget takes the reference that it is given.
        g_object_ref(controller.raw)
        gtk_widget_add_controller(widget, controller.opaque)
    }
    package func insertActionGroup(_ name: String, _ group: ActionGroup) {
        gtk_widget_insert_action_group(widget, name, group.opaque)
    }
}

extension Widget.Alignment {
    var native: GtkAlign {
        switch self {
        case .fill: GTK_ALIGN_FILL
        case .start: GTK_ALIGN_START
        case .end: GTK_ALIGN_END
        case .center: GTK_ALIGN_CENTER
        case .baseline: GTK_ALIGN_BASELINE
        }
    }
}

package enum Orientation: Sendable {
    case horizontal, vertical
    var native: GtkOrientation { self == .horizontal ? GTK_ORIENTATION_HORIZONTAL : GTK_ORIENTATION_VERTICAL }
}

extension Widget {
    /// Whether what holds it, such as a list's item, has the keyboard.
    package var parentHasFocus: Bool {
        guard let parent = gtk_widget_get_parent(widget) else { return false }
        return gtk_widget_has_focus(parent) != 0
    }
}
