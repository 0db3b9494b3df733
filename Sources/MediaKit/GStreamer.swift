internal import CGStreamer
internal import GtkKit
internal import MediaShims

/// GStreamer, started when it is first needed: it costs memory that a window without film and sound need not have.
@MainActor enum GStreamer {
    static let isStarted: Bool = gst_init_check(nil, nil, nil) != 0

    /// - Throws: `MediaError.missingElement`.
    static func element(_ name: String) throws(MediaError) -> UnsafeMutablePointer<GstElement> {
        guard isStarted, let element = gst_element_factory_make(name, nil) else { throw .missingElement(name) }
        return element
    }

    static func errorText(_ message: UnsafeMutablePointer<GstMessage>) -> String {
        var error: UnsafeMutablePointer<GError>?
        gst_message_parse_error(message, &error, nil)
        defer { g_error_free(error) }
        return error.flatMap { $0.pointee.message }.map { String(cString: $0) } ?? ""
    }
}

/// Watches a pipeline's messages on the main loop.
@MainActor final class BusWatch {
    fileprivate let handler: @MainActor (UnsafeMutablePointer<GstMessage>) -> Void
    private var source: guint = 0

    init(
        _ pipeline: UnsafeMutablePointer<GstElement>,
        _ handler: @escaping @MainActor (UnsafeMutablePointer<GstMessage>) -> Void
    ) {
        self.handler = handler
        let bus = gst_element_get_bus(pipeline)
        defer { gst_object_unref(bus) }
        source = gst_bus_add_watch(
            bus,
            { _, message, box in
                guard let message, let box else { return 0 }
                onMainThread((message, box)) { message, box in
                    Unmanaged<BusWatch>.fromOpaque(box).takeUnretainedValue().handler(message)
                }
                return 1
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// To be called before it goes.
    func stop() {
        guard source != 0 else { return }
        g_source_remove(source)
        source = 0
    }
}
