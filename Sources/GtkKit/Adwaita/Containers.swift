internal import CGtk
internal import GtkShims

/// The bar at the top of a window.
@MainActor package final class HeaderBar: Widget {
    package init() { super.init(floating: adw_header_bar_new()) }
    package func addStart(_ child: Widget) { adw_header_bar_pack_start(opaque, child.widget) }
    package func addEnd(_ child: Widget) { adw_header_bar_pack_end(opaque, child.widget) }
    package func setTitle(_ child: Widget?) { adw_header_bar_set_title_widget(opaque, child?.widget) }
    /// Which of the window's buttons stand at the end, such as ":minimize,close".
    package func setDecorationLayout(_ layout: String) { adw_header_bar_set_decoration_layout(opaque, layout) }
    package func setShowsWindowButtons(start: Bool, end: Bool) {
        adw_header_bar_set_show_start_title_buttons(opaque, Int32(flag: start))
        adw_header_bar_set_show_end_title_buttons(opaque, Int32(flag: end))
    }
}

/// Title and subtitle of a header bar.
@MainActor package final class WindowTitle: Widget {
    package init(_ title: String, subtitle: String = "") { super.init(floating: adw_window_title_new(title, subtitle)) }
    package func setTitle(_ title: String) { adw_window_title_set_title(opaque, title) }
    package func setSubtitle(_ subtitle: String) { adw_window_title_set_subtitle(opaque, subtitle) }
}

/// Children side by side where there is room, and one of them where there is not.
@MainActor package final class Leaflet: Widget {
    package init() {
        super.init(floating: adw_leaflet_new())
        adw_leaflet_set_can_unfold(opaque, 1)
        adw_leaflet_set_transition_type(opaque, ADW_LEAFLET_TRANSITION_TYPE_SLIDE)
        adw_leaflet_set_can_navigate_back(opaque, 1)
    }
    package func append(_ child: Widget, name: String, isNavigable: Bool = true) {
        guard let page = adw_leaflet_append(opaque, child.widget) else { return }
        adw_leaflet_page_set_name(page, name)
        adw_leaflet_page_set_navigatable(page, Int32(flag: isNavigable))
    }
    package func remove(_ child: Widget) { adw_leaflet_remove(opaque, child.widget) }
    package var isFolded: Bool { adw_leaflet_get_folded(opaque) != 0 }
    package var shown: String {
        get { adw_leaflet_get_visible_child_name(opaque).map { String(cString: $0) } ?? "" }
        set { adw_leaflet_set_visible_child_name(opaque, newValue) }
    }
    package func setHomogeneous(_ on: Bool) { adw_leaflet_set_homogeneous(opaque, Int32(flag: on)) }
    package func onFold(_ handler: @escaping @MainActor (Bool) -> Void) {
        on("notify::folded") { [raw] in handler(Property.bool(raw, "folded")) }
    }
    package func onShown(_ handler: @escaping @MainActor (String) -> Void) {
        on("notify::visible-child") { [raw] in handler(Property.string(raw, "visible-child-name")) }
    }
}

/// Pages with a switcher.
@MainActor package final class ViewStack: Widget {
    package final class Page: GtkObject {
        package func setBadge(_ count: Int) {
            adw_view_stack_page_set_badge_number(opaque, guint(max(0, count)))
            adw_view_stack_page_set_needs_attention(opaque, Int32(flag: count > 0))
        }
    }
    package init() { super.init(floating: adw_view_stack_new()) }
    package func add(_ child: Widget, name: String, title: String, icon: String) -> Page {
        guard let page = adw_view_stack_add_titled(opaque, child.widget, name, title) else {
            preconditionFailure("libadwaita makes no page")
        }
        adw_view_stack_page_set_icon_name(page, icon)
        return Page(retaining: UnsafeMutableRawPointer(page))
    }
    package var shown: String {
        get { adw_view_stack_get_visible_child_name(opaque).map { String(cString: $0) } ?? "" }
        set { adw_view_stack_set_visible_child_name(opaque, newValue) }
    }
    package func onShown(_ handler: @escaping @MainActor (String) -> Void) {
        on("notify::visible-child") { [raw] in handler(Property.string(raw, "visible-child-name")) }
    }
}

@MainActor package final class ViewSwitcher: Widget {
    package init(_ stack: ViewStack, isWide: Bool) {
        super.init(floating: adw_view_switcher_new())
        adw_view_switcher_set_stack(opaque, stack.opaque)
        adw_view_switcher_set_policy(
            opaque, isWide ? ADW_VIEW_SWITCHER_POLICY_WIDE : ADW_VIEW_SWITCHER_POLICY_NARROW)
    }
}

/// A page that says one thing: empty, error, welcome.
@MainActor package final class StatusPage: Widget {
    package init(icon: String, title: String, text: String, isCompact: Bool = false) {
        super.init(floating: adw_status_page_new())
        adw_status_page_set_icon_name(opaque, icon)
        if isCompact { addClass("compact") }
        set(title: title, text: text)
    }
    package func set(title: String, text: String) {
        adw_status_page_set_title(opaque, Markup.escape(title))
        adw_status_page_set_description(opaque, Markup.escape(text))
    }
    package func setIcon(_ name: String) { adw_status_page_set_icon_name(opaque, name) }
    package func setChild(_ child: Widget?) { adw_status_page_set_child(opaque, child?.widget) }
}

/// A child that does not grow wider than it reads well.
@MainActor package final class Clamp: Widget {
    package func setChild(_ child: Widget?) { adw_clamp_set_child(opaque, child?.widget) }
    package init(_ child: Widget? = nil, width: Int) {
        super.init(floating: adw_clamp_new())
        adw_clamp_set_maximum_size(opaque, Int32(width))
        adw_clamp_set_tightening_threshold(opaque, Int32(width))
        setChild(child)
    }
}

/// Holds one child, which may change.
@MainActor package final class Bin: Widget {
    package init(_ child: Widget? = nil) {
        super.init(floating: adw_bin_new())
        setChild(child)
    }
    package func setChild(_ child: Widget?) { adw_bin_set_child(typed(), child?.widget) }
}

/// Holds one child, which is as high as is wished where there is room for it, and lower where there is not.
@MainActor package final class HeightBin: Widget {
    package init(_ child: Widget) {
        super.init(floating: adw_bin_new())
        adw_bin_set_child(typed(), child.widget)
    }
    package func setHeights(least: Int, preferred: Int) {
        mado_widget_set_heights(widget, Int32(least), Int32(preferred))
    }
}

/// Short words at the lower edge that go by themselves.
@MainActor package final class ToastOverlay: Widget {
    package init(_ child: Widget) {
        super.init(floating: adw_toast_overlay_new())
        adw_toast_overlay_set_child(opaque, child.widget)
    }
    /// - Parameter button: with `action`, something to do about it, such as undo. It then stays twice as long.
    package func show(_ text: String, button: String? = nil, action: (@MainActor () -> Void)? = nil) {
        guard let toast = adw_toast_new(Markup.escape(text)) else { return }
        adw_toast_set_timeout(toast, button == nil ? 5 : 10)
        if let button, let action {
            adw_toast_set_button_label(toast, button)
            GtkObject(retaining: UnsafeMutableRawPointer(toast)).on("button-clicked", action)
        }
        adw_toast_overlay_add_toast(opaque, toast)
    }
}
