internal import CGStreamer
internal import MediaShims

/// Cameras, microphones and loudspeakers of this computer.
@MainActor package enum MediaDevices {
    package enum Kind: String, Sendable, CaseIterable {
        case camera = "Video/Source"
        case microphone = "Audio/Source"
        case loudspeaker = "Audio/Sink"
    }

    /// Their names, as the system gives them.
    package static func names(_ kind: Kind) -> [String] { list(kind).map(\.name) }

    /// Knows what comes and goes, from the first use on and for as long as the program runs: PipeWire's part (0.3.65)
    /// destroys memory when it is stopped.
    private static let monitor: UnsafeMutablePointer<GstDeviceMonitor>? = {
        guard let made = gst_device_monitor_new() else { return nil }
        for kind in Kind.allCases { gst_device_monitor_add_filter(made, kind.rawValue, nil) }
        let bus = gst_device_monitor_get_bus(made)
        // Nobody waits for news: they would pile up.
        gst_bus_set_flushing(bus, 1)
        gst_object_unref(bus)
        gst_device_monitor_start(made)
        return made
    }()

    private static func list(_ kind: Kind) -> [(name: String, launch: String)] {
        guard GStreamer.isStarted, let monitor else { return [] }
        var found: [(name: String, launch: String)] = []
        let first = gst_device_monitor_get_devices(monitor)
        var node = first
        while let entry = node {
            node = entry.pointee.next
            guard let raw = entry.pointee.data else { continue }
            defer { gst_object_unref(raw) }
            let device = raw.assumingMemoryBound(to: GstDevice.self)
            guard gst_device_has_classes(device, kind.rawValue) != 0 else { continue }
            guard let name = gst_device_get_display_name(device) else { continue }
            defer { g_free(name) }
            if let launch = launch(device) { found.append((String(cString: name), launch)) }
        }
        g_list_free(first)
        return found
    }

    /// How an element of the device is described; what plays back at the same time is no microphone. PipeWire's devices
    /// have an object of their server's instead of a device of the system's.
    private static func launch(_ device: UnsafeMutablePointer<GstDevice>) -> String? {
        guard let element = gst_device_create_element(device, nil) else { return nil }
        gst_object_ref_sink(element)
        defer { gst_object_unref(element) }
        guard let factory = gst_element_get_factory(element) else { return nil }
        let name = GStreamer.name(of: UnsafeMutableRawPointer(factory))
        for property in ["device", "target-object", "path"] {
            guard let text = mado_element_get_string(element, property) else { continue }
            defer { g_free(text) }
            let value = String(cString: text)
            if value.hasSuffix(".monitor") { return nil }
            // What PipeWire lends may be gone while it is still being looked at. Not all of its cameras tell when a picture
            // was taken, or tell it wrongly: who plays sound and picture together would let the sound wait for it, with a
            // gap each time that the picture's lag seems to be another one.
            let more = name == "pipewiresrc" ? " always-copy=true do-timestamp=true" : ""
            return "\(name) \(property)=\"\(value)\"\(more)"
        }
        return name
    }

    /// The description of a device's element: of the one with this name, else of the first; nil without any.
    static func launch(_ kind: Kind, named name: String?) -> String? {
        let found = list(kind)
        return (found.first { $0.name == name } ?? found.first)?.launch
    }
}

extension GStreamer {
    static func name(of object: UnsafeMutableRawPointer) -> String {
        guard let name = gst_object_get_name(object.assumingMemoryBound(to: GstObject.self)) else { return "" }
        defer { g_free(name) }
        return String(cString: name)
    }
}

extension Environment {
    /// A description of elements instead of the system's camera; `none` for a computer without one.
    static var videoSource: String? { value("MADODESKTOP_VIDEO_SOURCE") }
}
