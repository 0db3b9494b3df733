internal import CGtk

/// A window of settings.
@MainActor package final class PreferencesWindow: Window {
    package init(parent: Window?) {
        super.init(floating: adw_preferences_window_new())
        adw_preferences_window_set_search_enabled(typed(), 0)
        if let parent { gtk_window_set_transient_for(typed(), parent.typed()) }
    }
    package func add(_ page: PreferencesPage) { adw_preferences_window_add(typed(), page.typed()) }
    package func showPage(_ name: String) { adw_preferences_window_set_visible_page_name(typed(), name) }
    package func toast(_ text: String) {
        adw_preferences_window_add_toast(typed(), adw_toast_new(Markup.escape(text)))
    }
}

@MainActor package final class PreferencesPage: Widget {
    package init(title: String, icon: String, name: String) {
        super.init(floating: adw_preferences_page_new())
        adw_preferences_page_set_title(typed(), title)
        adw_preferences_page_set_icon_name(typed(), icon)
        adw_preferences_page_set_name(typed(), name)
    }
    package func add(_ group: PreferencesGroup) { adw_preferences_page_add(typed(), group.typed()) }
    package func remove(_ group: PreferencesGroup) { adw_preferences_page_remove(typed(), group.typed()) }
}

@MainActor package final class PreferencesGroup: Widget {
    package init(title: String = "", text: String = "") {
        super.init(floating: adw_preferences_group_new())
        adw_preferences_group_set_title(typed(), Markup.escape(title))
        adw_preferences_group_set_description(typed(), Markup.escape(text))
    }
    package func setText(_ text: String) { adw_preferences_group_set_description(typed(), Markup.escape(text)) }
    package func add(_ row: Widget) { adw_preferences_group_add(typed(), row.widget) }
    package func remove(_ row: Widget) { adw_preferences_group_remove(typed(), row.widget) }
    package func setHeaderSuffix(_ child: Widget) { adw_preferences_group_set_header_suffix(typed(), child.widget) }
}

/// A row with title, subtitle and what stands before and behind them.
@MainActor package final class ActionRow: Widget {
    package init(_ title: String, subtitle: String = "") {
        super.init(floating: adw_action_row_new())
        adw_preferences_row_set_use_markup(typed(), 0)
        setTitle(title)
        setSubtitle(subtitle)
    }
    package func setTitle(_ title: String) { adw_preferences_row_set_title(typed(), title) }
    package func setSubtitle(_ text: String) { adw_action_row_set_subtitle(typed(), text) }
    package func addPrefix(_ child: Widget) { adw_action_row_add_prefix(typed(), child.widget) }
    package func addSuffix(_ child: Widget) { adw_action_row_add_suffix(typed(), child.widget) }
    package func setActivates(_ child: Widget) { adw_action_row_set_activatable_widget(typed(), child.widget) }
    package func onActivate(_ handler: @escaping @MainActor () -> Void) {
        gtk_list_box_row_set_activatable(typed(), 1)
        on("activated", handler)
    }

    /// A row with a switch.
    package static func toggle(
        _ title: String, subtitle: String = "", isOn: Bool, _ handler: @escaping @MainActor (Bool) -> Void
    ) -> ActionRow {
        let row = ActionRow(title, subtitle: subtitle)
        let control = Switch()
        control.isOn = isOn
        control.setAccessibleLabel(title)
        control.onToggle(handler)
        row.addSuffix(control)
        row.setActivates(control)
        return row
    }
}

/// A row that is written into.
@MainActor package final class EntryRow: EntryBase {
    package init(_ title: String, isPassword: Bool = false) {
        super.init(floating: isPassword ? adw_password_entry_row_new() : adw_entry_row_new())
        adw_preferences_row_set_title(typed(), title)
    }
    package func setShowsApply(_ on: Bool) { adw_entry_row_set_show_apply_button(typed(), Int32(flag: on)) }
    /// Return, or the button that takes the change over.
    package func onApply(_ handler: @escaping @MainActor (String) -> Void) {
        on("apply") { [raw] in handler(Property.string(raw, "text")) }
    }
    package func onEnter(_ handler: @escaping @MainActor () -> Void) { on("entry-activated", handler) }
    package func addSuffix(_ child: Widget) { adw_entry_row_add_suffix(typed(), child.widget) }
    package func setTitle(_ title: String) { adw_preferences_row_set_title(typed(), title) }
}

/// A row that opens to show more rows.
@MainActor package final class ExpanderRow: Widget {
    package init(_ title: String, subtitle: String = "") {
        super.init(floating: adw_expander_row_new())
        adw_preferences_row_set_use_markup(typed(), 0)
        adw_preferences_row_set_title(typed(), title)
        adw_expander_row_set_subtitle(typed(), subtitle)
    }
    package func add(_ row: Widget) { adw_expander_row_add_row(typed(), row.widget) }
    package func addPrefix(_ child: Widget) { adw_expander_row_add_prefix(typed(), child.widget) }
    /// A control at the end of the row itself.
    package func addAction(_ child: Widget) { adw_expander_row_add_action(typed(), child.widget) }
    package func setSubtitle(_ text: String) { adw_expander_row_set_subtitle(typed(), text) }
    package var isOpen: Bool {
        get { adw_expander_row_get_expanded(typed()) != 0 }
        set { adw_expander_row_set_expanded(typed(), Int32(flag: newValue)) }
    }
}
