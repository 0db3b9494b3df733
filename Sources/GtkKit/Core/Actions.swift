internal import CGtk

/// Named actions of a window, a widget or the application.
@MainActor package final class ActionGroup: GtkObject {
    package init() { super.init(owned: UnsafeMutableRawPointer(g_simple_action_group_new())) }

    @discardableResult
    package func add(_ name: String, _ handler: @escaping @MainActor () -> Void) -> Action {
        let action = Action(name, takesText: false)
        action.on("activate") { handler() }
        g_action_map_add_action(opaque, action.opaque)
        return action
    }

    /// An action with a text, such as the identifier of what it acts on.
    @discardableResult
    package func add(_ name: String, text handler: @escaping @MainActor (String) -> Void) -> Action {
        let action = Action(name, takesText: true)
        action.onText(handler)
        g_action_map_add_action(opaque, action.opaque)
        return action
    }

    /// An action that is on or off.
    @discardableResult
    package func add(_ name: String, toggle isOn: Bool, _ handler: @escaping @MainActor (Bool) -> Void) -> Action {
        let action = Action(name, isOn: isOn)
        action.on("change-state") { [raw = action.raw] in
            let action = Action(retaining: raw)
            action.isOn.toggle()
            handler(action.isOn)
        }
        g_action_map_add_action(opaque, action.opaque)
        return action
    }
}

@MainActor package final class Action: GtkObject {
    override init(retaining raw: UnsafeMutableRawPointer) { super.init(retaining: raw) }

    init(_ name: String, takesText: Bool) {
        let type = takesText ? g_variant_type_new("s") : nil
        defer { if let type { g_variant_type_free(type) } }
        super.init(owned: UnsafeMutableRawPointer(g_simple_action_new(name, type)))
    }
    init(_ name: String, isOn: Bool) {
        super.init(
            owned: UnsafeMutableRawPointer(
                g_simple_action_new_stateful(name, nil, g_variant_new_boolean(Int32(flag: isOn)))))
    }

    package var isEnabled: Bool {
        get { g_action_get_enabled(opaque) != 0 }
        set { g_simple_action_set_enabled(opaque, Int32(flag: newValue)) }
    }
    package var isOn: Bool {
        get {
            guard let state = g_action_get_state(opaque) else { return false }
            defer { g_variant_unref(state) }
            return g_variant_get_boolean(state) != 0
        }
        set { g_simple_action_set_state(opaque, g_variant_new_boolean(Int32(flag: newValue))) }
    }

    func onText(_ handler: @escaping @MainActor (String) -> Void) {
        on(
            "activate",
            arguments: { arguments in
                guard let variant = g_value_get_variant(arguments.values + 1) else { return }
                handler(g_variant_get_string(variant, nil).map { String(cString: $0) } ?? "")
            })
    }
}

/// What a menu offers.
@MainActor package final class Menu: GtkObject {
    package init() { super.init(owned: UnsafeMutableRawPointer(g_menu_new())) }
    package func add(_ label: String, action: String) { g_menu_append(typedMenu, label, action) }
    package func add(_ label: String, action: String, target: String) {
        let item = g_menu_item_new(label, nil)
        g_menu_item_set_action_and_target_value(item, action, g_variant_new_string(target))
        g_menu_append_item(typedMenu, item)
        g_object_unref(UnsafeMutableRawPointer(item))
    }
    package func addSection(_ section: Menu, label: String? = nil) {
        g_menu_append_section(typedMenu, label, section.typed())
    }
    package func addSubmenu(_ label: String, _ menu: Menu) { g_menu_append_submenu(typedMenu, label, menu.typed()) }
    private var typedMenu: OpaquePointer { opaque }
}
