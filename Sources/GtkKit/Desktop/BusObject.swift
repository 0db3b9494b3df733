internal import CGtk

/// An object that others on the bus can see and call.
@MainActor final class BusObject {
    /// Answers to method calls, in GVariant's text form; nil for a method that there is not.
    private let call: @MainActor (String, OpaquePointer?) -> String?
    /// Values of properties, in the same form.
    private let property: @MainActor (String) -> String?
    private let bus: SessionBus
    private var registration: guint = 0

    init?(
        bus: SessionBus, path: String, xml: String, call: @escaping @MainActor (String, OpaquePointer?) -> String?,
        property: @escaping @MainActor (String) -> String?
    ) {
        self.bus = bus
        self.call = call
        self.property = property
        guard let node = g_dbus_node_info_new_for_xml(xml, nil) else { return nil }
        defer { g_dbus_node_info_unref(node) }
        var table = GDBusInterfaceVTable()
        table.method_call = { _, _, _, _, method, parameters, invocation, box in
            guard let method, let invocation, let box else { return }
            onMainThread((method, parameters, invocation, box)) { method, parameters, invocation, box in
                let object = Unmanaged<BusObject>.fromOpaque(box).takeUnretainedValue()
                object.answer(String(cString: method), parameters, invocation)
            }
        }
        table.get_property = { _, _, _, _, name, _, box in
            guard let name, let box else { return nil }
            nonisolated(unsafe) var value: OpaquePointer?
            onMainThread((name, box)) { name, box in
                let object = Unmanaged<BusObject>.fromOpaque(box).takeUnretainedValue()
                value = object.property(String(cString: name)).flatMap { Variant.parse($0) }
            }
            return value
        }
        // The table is copied by GLib.
        registration = g_dbus_connection_register_object(
            bus.connection, path, node.pointee.interfaces[0], &table, Unmanaged.passUnretained(self).toOpaque(), nil,
            nil)
        if registration == 0 { return nil }
    }

    isolated deinit {
        if registration != 0 { g_dbus_connection_unregister_object(bus.connection, registration) }
    }

    private func answer(_ method: String, _ parameters: OpaquePointer?, _ invocation: OpaquePointer) {
        guard let text = call(method, parameters) else {
            return g_dbus_method_invocation_return_dbus_error(
                invocation, "org.freedesktop.DBus.Error.UnknownMethod", method)
        }
        g_dbus_method_invocation_return_value(invocation, Variant.parse(text))
    }
}
