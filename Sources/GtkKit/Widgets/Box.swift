internal import CGtk
internal import GtkShims

/// Children in a row or a column.
@MainActor package final class Box: Widget {
    package init(_ orientation: Orientation, spacing: Int = 0, children: [Widget] = []) {
        super.init(floating: gtk_box_new(orientation.native, Int32(spacing)))
        for child in children { append(child) }
    }

    package convenience init(row spacing: Int, _ children: Widget...) {
        self.init(.horizontal, spacing: spacing, children: children)
    }
    package convenience init(column spacing: Int, _ children: Widget...) {
        self.init(.vertical, spacing: spacing, children: children)
    }

    package func append(_ child: Widget) { gtk_box_append(typed(), child.widget) }
    package func prepend(_ child: Widget) { gtk_box_prepend(typed(), child.widget) }
    package func insert(_ child: Widget, after sibling: Widget?) {
        gtk_box_insert_child_after(typed(), child.widget, sibling?.widget)
    }
    package func remove(_ child: Widget) { gtk_box_remove(typed(), child.widget) }
    package func removeAll() {
        while let child = gtk_widget_get_first_child(widget) { gtk_box_remove(typed(), child) }
    }
    package var isHomogeneous: Bool {
        get { gtk_box_get_homogeneous(typed()) != 0 }
        set { gtk_box_set_homogeneous(typed(), Int32(flag: newValue)) }
    }
    package func setLinked() { addClass("linked") }
}

/// One child above another.
@MainActor package final class Overlay: Widget {
    package init(_ child: Widget? = nil) {
        super.init(floating: gtk_overlay_new())
        setChild(child)
    }
    package func setChild(_ child: Widget?) { gtk_overlay_set_child(opaque, child?.widget) }
    package func add(_ above: Widget) { gtk_overlay_add_overlay(opaque, above.widget) }
    package func remove(_ above: Widget) { gtk_overlay_remove_overlay(opaque, above.widget) }
}

/// A child that is larger than its place.
@MainActor package final class ScrolledWindow: Widget {
    package init(_ child: Widget? = nil, horizontal: Bool = false, vertical: Bool = true) {
        super.init(floating: gtk_scrolled_window_new())
        gtk_scrolled_window_set_policy(
            opaque, horizontal ? GTK_POLICY_AUTOMATIC : GTK_POLICY_NEVER,
            vertical ? GTK_POLICY_AUTOMATIC : GTK_POLICY_NEVER)
        setChild(child)
    }
    package func setChild(_ child: Widget?) { gtk_scrolled_window_set_child(opaque, child?.widget) }
    package func setContentHeight(min: Int? = nil, max: Int? = nil) {
        if let max { gtk_scrolled_window_set_max_content_height(opaque, Int32(max)) }
        if let min { gtk_scrolled_window_set_min_content_height(opaque, Int32(min)) }
    }
    /// Takes the child's height where there is room for it.
    package func setPropagatesNaturalHeight(_ on: Bool) {
        gtk_scrolled_window_set_propagate_natural_height(opaque, Int32(flag: on))
    }
    package func setPropagatesNaturalWidth(_ on: Bool) {
        gtk_scrolled_window_set_propagate_natural_width(opaque, Int32(flag: on))
    }
    /// Scrolls with its content's cursor, without a bar.
    package func setVerticalBarHidden() {
        gtk_scrolled_window_set_policy(opaque, GTK_POLICY_NEVER, GTK_POLICY_EXTERNAL)
    }
    /// Without a scroll bar, for what runs by itself.
    package func hideBars() {
        gtk_scrolled_window_set_policy(opaque, GTK_POLICY_EXTERNAL, GTK_POLICY_NEVER)
    }
    package var vertical: Adjustment { Adjustment(retaining: gtk_scrolled_window_get_vadjustment(opaque)) }
    package var horizontal: Adjustment { Adjustment(retaining: gtk_scrolled_window_get_hadjustment(opaque)) }
}

/// A position in a range, such as where something is scrolled to.
@MainActor package final class Adjustment: GtkObject {
    package var value: Double {
        get { gtk_adjustment_get_value(typed()) }
        set { gtk_adjustment_set_value(typed(), newValue) }
    }
    package var upper: Double { gtk_adjustment_get_upper(typed()) }
    package var pageSize: Double { gtk_adjustment_get_page_size(typed()) }
    /// How far the end is away.
    package var distanceToEnd: Double { upper - pageSize - value }
}

/// A child that comes and goes with a movement.
@MainActor package final class Revealer: Widget {
    package enum Transition: Sendable { case none, fade, slideDown, slideUp }
    package init(_ child: Widget? = nil, transition: Transition = .slideDown) {
        super.init(floating: gtk_revealer_new())
        let native =
            switch transition {
            case .none: GTK_REVEALER_TRANSITION_TYPE_NONE
            case .fade: GTK_REVEALER_TRANSITION_TYPE_CROSSFADE
            case .slideDown: GTK_REVEALER_TRANSITION_TYPE_SLIDE_DOWN
            case .slideUp: GTK_REVEALER_TRANSITION_TYPE_SLIDE_UP
            }
        gtk_revealer_set_transition_type(opaque, native)
        setChild(child)
    }
    package func setChild(_ child: Widget?) { gtk_revealer_set_child(opaque, child?.widget) }
    package var isRevealed: Bool {
        get { gtk_revealer_get_reveal_child(opaque) != 0 }
        set { gtk_revealer_set_reveal_child(opaque, Int32(flag: newValue)) }
    }
}

/// One child of several.
@MainActor package final class Stack: Widget {
    package init(crossfades: Bool = true) {
        super.init(floating: gtk_stack_new())
        gtk_stack_set_transition_type(
            opaque, crossfades ? GTK_STACK_TRANSITION_TYPE_CROSSFADE : GTK_STACK_TRANSITION_TYPE_NONE)
    }
    package func add(_ child: Widget, name: String) { gtk_stack_add_named(opaque, child.widget, name) }
    package func add(_ child: Widget, name: String, title: String) {
        gtk_stack_add_titled(opaque, child.widget, name, title)
    }
    package func remove(_ child: Widget) { gtk_stack_remove(opaque, child.widget) }
    package var shown: String {
        get { gtk_stack_get_visible_child_name(opaque).map { String(cString: $0) } ?? "" }
        set { gtk_stack_set_visible_child_name(opaque, newValue) }
    }
    /// Takes the height of the child that is shown, not of the largest.
    package func setHeightFollowsChild() {
        gtk_stack_set_vhomogeneous(opaque, 0)
        gtk_stack_set_interpolate_size(opaque, 1)
    }
}

/// Asked by tests and screen readers as a group with a name.
@MainActor package final class GroupBox: Widget {
    package init(_ orientation: Orientation, spacing: Int = 0, label: String) {
        super.init(floating: mado_box_new_with_role(orientation.native, Int32(spacing), GTK_ACCESSIBLE_ROLE_GROUP))
        setAccessibleLabel(label)
    }
    package func append(_ child: Widget) { gtk_box_append(typed(), child.widget) }
}

@MainActor package final class Separator: Widget {
    package init(_ orientation: Orientation) { super.init(floating: gtk_separator_new(orientation.native)) }
}

extension Stack {
    package func show(_ child: Widget) { gtk_stack_set_visible_child(opaque, child.widget) }
}
