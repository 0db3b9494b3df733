internal import CGtk
internal import GtkShims

/// What a signal brings, counted without the object that sent it.
@MainActor package struct SignalArguments {
    let values: UnsafePointer<GValue>
    let count: Int

    private func value(_ index: Int) -> UnsafePointer<GValue> {
        precondition(index + 1 < count, "a signal has fewer arguments")
        return values + index + 1
    }

    package func int(_ index: Int) -> Int { Int(g_value_get_int(value(index))) }
    package func uint(_ index: Int) -> Int { Int(g_value_get_uint(value(index))) }
    package func enumeration(_ index: Int) -> Int { Int(g_value_get_enum(value(index))) }
    package func flags(_ index: Int) -> Int { Int(g_value_get_flags(value(index))) }
    package func double(_ index: Int) -> Double { g_value_get_double(value(index)) }
    package func bool(_ index: Int) -> Bool { g_value_get_boolean(value(index)) != 0 }
    package func string(_ index: Int) -> String { g_value_get_string(value(index)).map { String(cString: $0) } ?? "" }
    func object(_ index: Int) -> UnsafeMutableRawPointer? {
        g_value_get_object(value(index)).map(UnsafeMutableRawPointer.init)
    }
    func boxed(_ index: Int) -> UnsafeMutableRawPointer? { g_value_get_boxed(value(index)) }
    func pointer(_ index: Int) -> UnsafeMutableRawPointer? { g_value_get_pointer(value(index)) }
}

/// A connected signal.
@MainActor package struct SignalConnection {
    let raw: UnsafeMutableRawPointer
    let identifier: UInt

    /// The handler isn't called any more. The object must still be there.
    package func disconnect() { g_signal_handler_disconnect(raw, gulong(identifier)) }

    /// Does something without the handler hearing of it.
    package func silently(_ work: () -> Void) {
        g_signal_handler_block(raw, gulong(identifier))
        work()
        g_signal_handler_unblock(raw, gulong(identifier))
    }
}

/// Holds a handler for as long as GTK keeps its closure.
private final class HandlerBox {
    let handler: @MainActor (SignalArguments) -> Bool
    init(_ handler: @escaping @MainActor (SignalArguments) -> Bool) { self.handler = handler }
}

extension GtkObject {
    /// Calls `handler` when the object sends a signal. Capture weakly what owns the object.
    @discardableResult
    package func on(_ signal: String, _ handler: @escaping @MainActor () -> Void) -> SignalConnection {
        connect(signal) { _ in
            handler()
            return false
        }
    }

    @discardableResult
    package func on(
        _ signal: String, arguments handler: @escaping @MainActor (SignalArguments) -> Void
    ) -> SignalConnection {
        connect(signal) { arguments in
            handler(arguments)
            return false
        }
    }

    /// For signals that ask something; true mostly means that nobody else needs to hear of it.
    @discardableResult
    package func on(
        _ signal: String, deciding handler: @escaping @MainActor (SignalArguments) -> Bool
    ) -> SignalConnection {
        connect(signal, handler)
    }

    private func connect(
        _ signal: String, _ handler: @escaping @MainActor (SignalArguments) -> Bool
    ) -> SignalConnection {
        let box = Unmanaged.passRetained(HandlerBox(handler)).toOpaque()
        guard let closure = g_closure_new_simple(guint(MemoryLayout<GClosure>.size), box) else {
            preconditionFailure("GLib makes no closure")
        }
        g_closure_add_finalize_notifier(closure, box) { box, _ in
            if let box { Unmanaged<HandlerBox>.fromOpaque(box).release() }
        }
        g_closure_set_marshal(closure) { closure, result, count, values, _, _ in
            guard let box = closure?.pointee.data, let values else { return }
            onMainThread((box, values, result)) { box, values, result in
                let handler = Unmanaged<HandlerBox>.fromOpaque(box).takeUnretainedValue().handler
                let answer = handler(SignalArguments(values: values, count: Int(count)))
                if let result, result.pointee.g_type == GType(G_TYPE_BOOLEAN_FUNDAMENTAL) {
                    g_value_set_boolean(result, answer ? 1 : 0)
                }
            }
        }
        let identifier = g_signal_connect_closure(raw, signal, closure, 0)
        return SignalConnection(raw: raw, identifier: UInt(identifier))
    }
}

/// `G_TYPE_BOOLEAN`, a macro.
private let G_TYPE_BOOLEAN_FUNDAMENTAL = 5 << 2
