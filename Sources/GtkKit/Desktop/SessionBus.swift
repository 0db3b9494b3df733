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

    final class Reply<Value> {
        let handler: @MainActor (Value) -> Void
        init(_ handler: @escaping @MainActor (Value) -> Void) { self.handler = handler }
    }
    private typealias Answer = Reply<OpaquePointer?>

    /// Calls a method.
    ///
    /// - Parameters:
    ///   - arguments: in GVariant's text form, such as "(uint32 5,)"; nil for none.
    ///   - starts: whether the bus starts a service that does not run yet, for which it has time.
    ///   - handler: gets the answer, nil for an error or where nobody is there to answer.
    func call(
        _ name: String, _ path: String, _ interface: String, _ method: String, _ arguments: String? = nil,
        starts: Bool = false, _ handler: @escaping @MainActor (OpaquePointer?) -> Void = { _ in }
    ) {
        let box = Unmanaged.passRetained(Answer(handler)).toOpaque()
        g_dbus_connection_call(
            connection, name, path, interface, method, arguments.flatMap { Variant.parse($0) }, nil,
            starts ? G_DBUS_CALL_FLAGS_NONE : G_DBUS_CALL_FLAGS_NO_AUTO_START, starts ? -1 : 3000, nil,
            { source, result, box in
                guard let box else { return }
                onMainThread((source, result, box)) { source, result, box in
                    let answer = source.flatMap { g_dbus_connection_call_finish(OpaquePointer($0), result, nil) }
                    Unmanaged<Answer>.fromOpaque(box).takeRetainedValue().handler(answer)
                    if let answer { g_variant_unref(answer) }
                }
            }, box)
    }

    /// Calls a method that answers with a file descriptor.
    /// - Parameter handler: gets the descriptor, which is its own to close; nil for an error.
    func descriptor(
        _ name: String, _ path: String, _ interface: String, _ method: String, _ arguments: String,
        _ handler: @escaping @MainActor (Int32?) -> Void
    ) {
        let box = Unmanaged.passRetained(Reply(handler)).toOpaque()
        g_dbus_connection_call_with_unix_fd_list(
            connection, name, path, interface, method, Variant.parse(arguments), nil, G_DBUS_CALL_FLAGS_NONE, -1, nil,
            nil,
            { source, result, box in
                guard let box else { return }
                onMainThread((source, result, box)) { source, result, box in
                    var list: UnsafeMutablePointer<GUnixFDList>?
                    let answer = source.flatMap {
                        g_dbus_connection_call_with_unix_fd_list_finish(OpaquePointer($0), &list, result, nil)
                    }
                    Unmanaged<Reply<Int32?>>.fromOpaque(box).takeRetainedValue().handler(SessionBus.take(answer, list))
                }
            }, box)
    }

    /// The same for a method that answers at once, for it asks nobody.
    func descriptorNow(
        _ name: String, _ path: String, _ interface: String, _ method: String, _ arguments: String
    ) -> Int32? {
        var list: UnsafeMutablePointer<GUnixFDList>?
        let answer = g_dbus_connection_call_with_unix_fd_list_sync(
            connection, name, path, interface, method, Variant.parse(arguments), nil, G_DBUS_CALL_FLAGS_NONE, 3000, nil,
            &list, nil, nil)
        return Self.take(answer, list)
    }

    /// The descriptor of an answer, which is released.
    private static func take(_ answer: OpaquePointer?, _ list: UnsafeMutablePointer<GUnixFDList>?) -> Int32? {
        var descriptor: Int32 = -1
        if let list, let index = Variant.handle(answer, 0) { descriptor = g_unix_fd_list_get(list, index, nil) }
        if let list { g_object_unref(list) }
        if let answer { g_variant_unref(answer) }
        return descriptor < 0 ? nil : descriptor
    }

    /// Hears a signal for as long as the program runs, or until ``stop(_:)``.
    /// - Parameters:
    ///   - sender: whose; nil for everybody's.
    ///   - path: of the object that it is about; nil for all.
    @discardableResult
    func listen(
        interface: String, signal: String, sender: String? = nil, path: String? = nil,
        _ handler: @escaping @MainActor (OpaquePointer?) -> Void
    ) -> UInt32 {
        let box = Unmanaged.passRetained(Answer(handler)).toOpaque()
        return g_dbus_connection_signal_subscribe(
            connection, sender, interface, signal, path, nil, G_DBUS_SIGNAL_FLAGS_NONE,
            { _, _, _, _, _, parameters, box in
                guard let box else { return }
                onMainThread((parameters, box)) { parameters, box in
                    Unmanaged<Answer>.fromOpaque(box).takeUnretainedValue().handler(parameters)
                }
            }, box, { box in if let box { Unmanaged<Answer>.fromOpaque(box).release() } })
    }

    /// Hears a signal no more.
    func stop(_ listening: UInt32) { g_dbus_connection_signal_unsubscribe(connection, listening) }

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
    /// Which of a message's file descriptors.
    static func handle(_ variant: OpaquePointer?, _ index: Int) -> Int32? {
        guard let child = child(variant, index) else { return nil }
        defer { g_variant_unref(child) }
        return typeName(child) == "h" ? g_variant_get_handle(child) : nil
    }
    /// Of a property, which comes in a variant.
    static func wrappedBool(_ variant: OpaquePointer?, _ index: Int) -> Bool? {
        guard let child = child(variant, index) else { return nil }
        defer { g_variant_unref(child) }
        return typeName(child) == "v" ? bool(child, 0) : nil
    }
    static func wrappedUint(_ variant: OpaquePointer?, _ index: Int) -> UInt32? {
        guard let child = child(variant, index) else { return nil }
        defer { g_variant_unref(child) }
        return typeName(child) == "v" ? uint(child, 0) : nil
    }
    /// A member of a dictionary of variants; to be released.
    static func member(_ dictionary: OpaquePointer?, _ name: String) -> OpaquePointer? {
        guard let dictionary, typeName(dictionary) == "a{sv}" else { return nil }
        return g_variant_lookup_value(dictionary, name, nil)
    }
    private static func typeName(_ variant: OpaquePointer) -> String {
        g_variant_get_type_string(variant).map { String(cString: $0) } ?? ""
    }
}
