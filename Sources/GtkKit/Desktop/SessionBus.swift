internal import CGtk

/// The user's D-Bus or the system's, as far as the desktop's services need it. Main thread.
@MainActor final class SessionBus {
    let connection: OpaquePointer

    /// nil where there is no such bus.
    init?(isSystem: Bool = false) {
        guard let connection = g_bus_get_sync(isSystem ? G_BUS_TYPE_SYSTEM : G_BUS_TYPE_SESSION, nil, nil) else {
            return nil
        }
        self.connection = connection
    }

    isolated deinit {
        g_object_unref(UnsafeMutableRawPointer(connection))
    }

    final class Reply {
        let handler: @MainActor (OpaquePointer?) -> Void
        init(_ handler: @escaping @MainActor (OpaquePointer?) -> Void) { self.handler = handler }
    }

    /// Calls a method.
    ///
    /// - Parameters:
    ///   - arguments: in GVariant's text form, such as "(uint32 5,)"; nil for none.
    ///   - handler: gets the answer, nil for an error or where nobody is there to answer.
    func call(
        _ name: String, _ path: String, _ interface: String, _ method: String, _ arguments: String? = nil,
        _ handler: @escaping @MainActor (OpaquePointer?) -> Void = { _ in }
    ) {
        let box = Unmanaged.passRetained(Reply(handler)).toOpaque()
        g_dbus_connection_call(
            connection, name, path, interface, method, arguments.flatMap { Variant.parse($0) }, nil,
            G_DBUS_CALL_FLAGS_NO_AUTO_START, 3000, nil,
            { source, result, box in
                guard let box else { return }
                nonisolated(unsafe) let arguments = (source, result, box)
                MainActor.assumeIsolated {
                    let answer = arguments.0.flatMap {
                        g_dbus_connection_call_finish(OpaquePointer($0), arguments.1, nil)
                    }
                    Unmanaged<Reply>.fromOpaque(arguments.2).takeRetainedValue().handler(answer)
                    if let answer { g_variant_unref(answer) }
                }
            }, box)
    }

    /// Hears a signal for as long as the program runs.
    /// - Parameters:
    ///   - sender: whose; nil for everybody's.
    ///   - path: of the object that it is about; nil for all.
    func listen(
        interface: String, signal: String, sender: String? = nil, path: String? = nil,
        _ handler: @escaping @MainActor (OpaquePointer?) -> Void
    ) {
        let box = Unmanaged.passRetained(Reply(handler)).toOpaque()
        g_dbus_connection_signal_subscribe(
            connection, sender, interface, signal, path, nil, G_DBUS_SIGNAL_FLAGS_NONE,
            { _, _, _, _, _, parameters, box in
                guard let box else { return }
                nonisolated(unsafe) let arguments = (parameters, box)
                MainActor.assumeIsolated {
                    Unmanaged<Reply>.fromOpaque(arguments.1).takeUnretainedValue().handler(arguments.0)
                }
            }, box, { box in if let box { Unmanaged<Reply>.fromOpaque(box).release() } })
    }

    func emit(path: String, interface: String, signal: String, _ arguments: String? = nil) {
        g_dbus_connection_emit_signal(
            connection, nil, path, interface, signal, arguments.flatMap { Variant.parse($0) }, nil)
    }

    var uniqueName: String { g_dbus_connection_get_unique_name(connection).map { String(cString: $0) } ?? "" }
}

/// Values of D-Bus.
enum Variant {
    /// From GVariant's text form; nil for what is none. Floating.
    static func parse(_ text: String) -> OpaquePointer? {
        g_variant_parse(nil, text, nil, nil, nil)
    }

    /// A text as a literal of that form.
    static func quote(_ text: String) -> String {
        "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'").replacing("\n", with: " ") + "'"
    }

    static func child(_ variant: OpaquePointer?, _ index: Int) -> OpaquePointer? {
        guard let variant, index < g_variant_n_children(variant) else { return nil }
        return g_variant_get_child_value(variant, gsize(index))
    }

    static func uint(_ variant: OpaquePointer?, _ index: Int) -> UInt32? {
        guard let child = child(variant, index) else { return nil }
        defer { g_variant_unref(child) }
        guard typeName(child) == "u" else { return nil }
        return g_variant_get_uint32(child)
    }
    static func int(_ variant: OpaquePointer?, _ index: Int) -> Int32? {
        guard let child = child(variant, index) else { return nil }
        defer { g_variant_unref(child) }
        guard typeName(child) == "i" else { return nil }
        return g_variant_get_int32(child)
    }
    static func bool(_ variant: OpaquePointer?, _ index: Int) -> Bool? {
        guard let child = child(variant, index) else { return nil }
        defer { g_variant_unref(child) }
        guard typeName(child) == "b" else { return nil }
        return g_variant_get_boolean(child) != 0
    }
    static func string(_ variant: OpaquePointer?, _ index: Int) -> String? {
        guard let child = child(variant, index) else { return nil }
        defer { g_variant_unref(child) }
        guard typeName(child) == "s" else { return nil }
        return g_variant_get_string(child, nil).map { String(cString: $0) }
    }
    /// Of an object.
    static func path(_ variant: OpaquePointer?, _ index: Int) -> String? {
        guard let child = child(variant, index) else { return nil }
        defer { g_variant_unref(child) }
        guard typeName(child) == "o" else { return nil }
        return g_variant_get_string(child, nil).map { String(cString: $0) }
    }
    /// Of a property, which comes in a variant.
    static func wrappedBool(_ variant: OpaquePointer?, _ index: Int) -> Bool? {
        guard let child = child(variant, index) else { return nil }
        defer { g_variant_unref(child) }
        return typeName(child) == "v" ? bool(child, 0) : nil
    }
    private static func typeName(_ variant: OpaquePointer) -> String {
        g_variant_get_type_string(variant).map { String(cString: $0) } ?? ""
    }
}
