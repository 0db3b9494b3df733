internal import CGtk
internal import GtkShims

/// An object of GTK's with one reference of ours, given back when this goes. Main thread.
///
/// Several Swift objects may stand for the same object of GTK's: they hold no state of its own.
@MainActor open class GtkObject {
    let raw: UnsafeMutableRawPointer

    /// - Parameter raw: a new object, whose floating reference we take.
    init(floating raw: UnsafeMutableRawPointer) {
        self.raw = raw
        g_object_ref_sink(raw)
    }

    /// - Parameter raw: a reference that is handed to us.
    init(owned raw: UnsafeMutableRawPointer) {
        self.raw = raw
    }

    /// - Parameter raw: an object that somebody else holds, of which we take a reference of our own.
    init(retaining raw: UnsafeMutableRawPointer) {
        self.raw = raw
        g_object_ref(raw)
    }

    isolated deinit {
        g_object_unref(raw)
    }

    /// For C types that are imported without their content.
    var opaque: OpaquePointer { OpaquePointer(raw) }

    /// For C types that are imported with their content.
    func typed<T>() -> UnsafeMutablePointer<T> { raw.assumingMemoryBound(to: T.self) }

    /// Whether both stand for the same object.
    package func isSame(as other: GtkObject) -> Bool { raw == other.raw }

    // MARK: Properties by name

    package func set(_ property: String, _ value: String?) { mado_object_set_string(raw, property, value) }
    package func set(_ property: String, _ value: Bool) { mado_object_set_boolean(raw, property, value ? 1 : 0) }
    package func set(_ property: String, _ value: Int) { mado_object_set_int(raw, property, Int32(value)) }
    package func set(_ property: String, _ value: Double) { mado_object_set_double(raw, property, value) }
    package func set(_ property: String, _ value: GtkObject?) { mado_object_set_object(raw, property, value?.raw) }
    package func bool(_ property: String) -> Bool { mado_object_get_boolean(raw, property) != 0 }
    package func int(_ property: String) -> Int { Int(mado_object_get_int(raw, property)) }

    package func string(_ property: String) -> String {
        guard let text = mado_object_get_string(raw, property) else { return "" }
        defer { g_free(text) }
        return String(cString: text)
    }
}

extension Int32 {
    init(flag: Bool) { self = flag ? 1 : 0 }
}

/// Properties of the sender inside of signal handlers: the Swift object may be gone while GTK's is still there.
@MainActor enum Property {
    static func bool(_ raw: UnsafeMutableRawPointer, _ name: String) -> Bool {
        mado_object_get_boolean(raw, name) != 0
    }
    static func int(_ raw: UnsafeMutableRawPointer, _ name: String) -> Int { Int(mado_object_get_int(raw, name)) }
    static func string(_ raw: UnsafeMutableRawPointer, _ name: String) -> String {
        guard let text = mado_object_get_string(raw, name) else { return "" }
        defer { g_free(text) }
        return String(cString: text)
    }
}
