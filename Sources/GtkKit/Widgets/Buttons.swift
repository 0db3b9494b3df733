internal import CGtk

@MainActor package class Button: Widget {
    package init(_ label: String, mnemonic: Bool = false) {
        super.init(floating: mnemonic ? gtk_button_new_with_mnemonic(label) : gtk_button_new_with_label(label))
    }
    /// - Parameter label: what it does, as tooltip and for screen readers.
    package init(icon: String, label: String) {
        super.init(floating: gtk_button_new_from_icon_name(icon))
        tooltip = label
        setAccessibleLabel(label)
    }
    package init(child: Widget, label: String) {
        super.init(floating: gtk_button_new())
        gtk_button_set_child(typed(), child.widget)
        setAccessibleLabel(label)
    }
    override init(floating raw: UnsafeMutableRawPointer) { super.init(floating: raw) }

    package func setLabel(_ label: String) { gtk_button_set_label(typed(), label) }
    package func setIcon(_ name: String) { gtk_button_set_icon_name(typed(), name) }
    package func setChild(_ child: Widget?) { gtk_button_set_child(typed(), child?.widget) }
    package func onClick(_ handler: @escaping @MainActor () -> Void) { on("clicked", handler) }
    package func setAction(_ name: String) { gtk_actionable_set_action_name(opaque, name) }
    package func click() { g_signal_emit_by_name_clicked(raw) }
}

private func g_signal_emit_by_name_clicked(_ raw: UnsafeMutableRawPointer) {
    gtk_widget_activate(raw.assumingMemoryBound(to: GtkWidget.self))
}

@MainActor package final class ToggleButton: Button {
    override package init(_ label: String, mnemonic: Bool = false) {
        super.init(
            floating: mnemonic ? gtk_toggle_button_new_with_mnemonic(label) : gtk_toggle_button_new_with_label(label))
    }
    override package init(icon: String, label: String) {
        super.init(floating: gtk_toggle_button_new())
        setIcon(icon)
        tooltip = label
        setAccessibleLabel(label)
    }
    override package init(child: Widget, label: String) {
        super.init(floating: gtk_toggle_button_new())
        setChild(child)
        setAccessibleLabel(label)
    }
    package var isOn: Bool {
        get { gtk_toggle_button_get_active(typed()) != 0 }
        set { gtk_toggle_button_set_active(typed(), Int32(flag: newValue)) }
    }
    /// One of a group is on.
    package func join(_ other: ToggleButton) { gtk_toggle_button_set_group(typed(), other.typed()) }
    @discardableResult
    package func onToggle(_ handler: @escaping @MainActor (Bool) -> Void) -> SignalConnection {
        on("toggled") { [raw] in handler(Property.bool(raw, "active")) }
    }
}

@MainActor package final class CheckButton: Widget {
    package init(_ label: String? = nil) { super.init(floating: gtk_check_button_new_with_label(label)) }
    package var isOn: Bool {
        get { gtk_check_button_get_active(typed()) != 0 }
        set { gtk_check_button_set_active(typed(), Int32(flag: newValue)) }
    }
    @discardableResult
    package func onToggle(_ handler: @escaping @MainActor (Bool) -> Void) -> SignalConnection {
        on("toggled") { [raw] in handler(Property.bool(raw, "active")) }
    }
}

/// A button that opens a popover.
@MainActor package final class MenuButton: Widget {
    package init(icon: String, label: String) {
        super.init(floating: gtk_menu_button_new())
        gtk_menu_button_set_icon_name(opaque, icon)
        tooltip = label
        setAccessibleLabel(label)
    }
    package init(child: Widget, label: String) {
        super.init(floating: gtk_menu_button_new())
        gtk_menu_button_set_child(opaque, child.widget)
        setAccessibleLabel(label)
    }
    package func setMenu(_ menu: Menu) { gtk_menu_button_set_menu_model(opaque, menu.typed()) }
    package func setPopover(_ popover: Popover?) { gtk_menu_button_set_popover(opaque, popover?.widget) }
    package func setPrimary() { gtk_menu_button_set_primary(opaque, 1) }
    package func setFlat() { gtk_menu_button_set_has_frame(opaque, 0) }
    package func open() { gtk_menu_button_popup(opaque) }
    package func close() { gtk_menu_button_popdown(opaque) }
}

@MainActor package final class Switch: Widget {
    package init() {
        super.init(floating: gtk_switch_new())
        setAlignment(vertical: .center)
    }
    package var isOn: Bool {
        get { gtk_switch_get_active(opaque) != 0 }
        set { gtk_switch_set_active(opaque, Int32(flag: newValue)) }
    }
    @discardableResult
    package func onToggle(_ handler: @escaping @MainActor (Bool) -> Void) -> SignalConnection {
        on("notify::active") { [raw] in handler(Property.bool(raw, "active")) }
    }
}

/// A number between two others.
@MainActor package final class Scale: Widget {
    package init(_ range: ClosedRange<Double>, step: Double, label: String) {
        super.init(
            floating: gtk_scale_new_with_range(GTK_ORIENTATION_HORIZONTAL, range.lowerBound, range.upperBound, step))
        gtk_scale_set_draw_value(typed(), 0)
        setAccessibleLabel(label)
    }
    package var value: Double {
        get { gtk_range_get_value(typed()) }
        set { gtk_range_set_value(typed(), newValue) }
    }
    package func setRange(_ range: ClosedRange<Double>) {
        gtk_range_set_range(typed(), range.lowerBound, range.upperBound)
    }
    /// Called when the user moves it, not when `value` is set.
    package func onUserChange(_ handler: @escaping @MainActor (Double) -> Void) {
        on(
            "change-value",
            deciding: { arguments in
                handler(arguments.double(1))
                return false
            })
    }
}

@MainActor package final class SpinButton: Widget {
    package init(_ range: ClosedRange<Double>, step: Double) {
        super.init(floating: gtk_spin_button_new_with_range(range.lowerBound, range.upperBound, step))
        setAlignment(vertical: .center)
    }
    package var value: Double {
        get { gtk_spin_button_get_value(opaque) }
        set { gtk_spin_button_set_value(opaque, newValue) }
    }
    package func onChange(_ handler: @escaping @MainActor (Double) -> Void) {
        on("value-changed") { [raw] in handler(gtk_spin_button_get_value(OpaquePointer(raw))) }
    }
}

extension CheckButton {
    /// One of a group is on, drawn as a radio button.
    package func join(_ other: CheckButton) { gtk_check_button_set_group(typed(), other.typed()) }
}
