internal import CGtk
internal import GtkShims

@MainActor package class Window: Widget {
    override init(floating raw: UnsafeMutableRawPointer) { super.init(floating: raw) }

    package init(parent: Window? = nil, title: String) {
        super.init(floating: adw_window_new())
        self.title = title
        if let parent { gtk_window_set_transient_for(typed(), parent.typed()) }
    }

    package var title: String {
        get { gtk_window_get_title(typed()).map { String(cString: $0) } ?? "" }
        set { gtk_window_set_title(typed(), newValue) }
    }
    package func setContent(_ child: Widget) { adw_window_set_content(typed(), child.widget) }
    package func setDefaultSize(width: Int, height: Int) {
        gtk_window_set_default_size(typed(), Int32(width), Int32(height))
    }
    /// The size that it had or would have.
    package var defaultSize: (width: Int, height: Int) {
        var width: Int32 = 0
        var height: Int32 = 0
        gtk_window_get_default_size(typed(), &width, &height)
        return (Int(width), Int(height))
    }
    package func setModal(_ on: Bool) { gtk_window_set_modal(typed(), Int32(flag: on)) }
    package func setHidesOnClose(_ on: Bool) { gtk_window_set_hide_on_close(typed(), Int32(flag: on)) }
    package func present() { gtk_window_present(typed()) }
    package func close() { gtk_window_close(typed()) }
    package func destroy() { gtk_window_destroy(typed()) }
    package func setFullscreen(_ on: Bool) { on ? gtk_window_fullscreen(typed()) : gtk_window_unfullscreen(typed()) }
    package var isActive: Bool { gtk_window_is_active(typed()) != 0 }
    package var isMaximized: Bool { gtk_window_is_maximized(typed()) != 0 }
    package func maximize() { gtk_window_maximize(typed()) }
    package func setDefaultButton(_ button: Button?) { gtk_window_set_default_widget(typed(), button?.widget) }
    package func onActiveChange(_ handler: @escaping @MainActor (Bool) -> Void) {
        on("notify::is-active") { [raw] in handler(Property.bool(raw, "is-active")) }
    }
    /// - Parameter handler: true keeps it open.
    package func onCloseRequest(_ handler: @escaping @MainActor () -> Bool) {
        on("close-request", deciding: { _ in handler() })
    }

    /// The window's size on the screen changed. To be called once it is realised.
    package func onResize(_ handler: @escaping @MainActor (Int, Int) -> Void) {
        on("realize") { [raw] in
            guard let surface = gtk_native_get_surface(OpaquePointer(raw)) else { return }
            let object = GtkObject(retaining: UnsafeMutableRawPointer(surface))
            object.on("layout", arguments: { handler($0.int(0), $0.int(1)) })
        }
    }
    /// The window was put out of sight by its user, or is back.
    package func onMinimize(_ handler: @escaping @MainActor (Bool) -> Void) {
        on("realize") { [raw] in
            guard let surface = gtk_native_get_surface(OpaquePointer(raw)) else { return }
            let object = GtkObject(retaining: UnsafeMutableRawPointer(surface))
            object.on("notify::state") { [raw = object.raw] in
                let state = gdk_toplevel_get_state(OpaquePointer(raw))
                handler(state.rawValue & GDK_TOPLEVEL_STATE_MINIMIZED.rawValue != 0)
            }
        }
    }
    package var focusedWidgetAcceptsText: Bool {
        guard let focus = gtk_window_get_focus(typed()) else { return false }
        return g_type_check_instance_is_a(
            UnsafeMutableRawPointer(focus).assumingMemoryBound(to: GTypeInstance.self), gtk_editable_get_type()) != 0
            || g_type_check_instance_is_a(
                UnsafeMutableRawPointer(focus).assumingMemoryBound(to: GTypeInstance.self), gtk_text_view_get_type())
                != 0
    }
    /// A picture of what it shows, for tests and documents.
    package var clipboard: Clipboard { Clipboard(retaining: UnsafeMutableRawPointer(gtk_widget_get_clipboard(widget))) }
}

/// A main window of the application.
@MainActor package class ApplicationWindow: Window {
    package init(_ application: Application) {
        super.init(floating: adw_application_window_new(application.typed()))
    }
    override package func setContent(_ child: Widget) { adw_application_window_set_content(typed(), child.widget) }
    package func addAction(_ name: String, _ handler: @escaping @MainActor () -> Void) {
        let action = Action(name, takesText: false)
        action.on("activate", handler)
        g_action_map_add_action(opaque, action.opaque)
    }
    package func addAction(_ name: String, text handler: @escaping @MainActor (String) -> Void) {
        let action = Action(name, takesText: true)
        action.onText(handler)
        g_action_map_add_action(opaque, action.opaque)
    }
}

/// What was copied.
@MainActor package final class Clipboard: GtkObject {
    package func setText(_ text: String) { gdk_clipboard_set_text(opaque, text) }
    package func setTexture(_ texture: Texture) { gdk_clipboard_set_texture(opaque, texture.opaque) }

    package var holdsPicture: Bool {
        gdk_content_formats_contain_gtype(gdk_clipboard_get_formats(opaque), mado_type_texture()) != 0
    }
    package var holdsFiles: Bool {
        gdk_content_formats_contain_gtype(gdk_clipboard_get_formats(opaque), mado_type_file_list()) != 0
    }

    private final class Reading {
        let handler: @MainActor (Texture?) -> Void
        init(_ handler: @escaping @MainActor (Texture?) -> Void) { self.handler = handler }
    }

    package func readTexture(_ handler: @escaping @MainActor (Texture?) -> Void) {
        let box = Unmanaged.passRetained(Reading(handler)).toOpaque()
        gdk_clipboard_read_texture_async(
            opaque, nil,
            { source, result, box in
                guard let box, let source else { return }
                onMainThread((source, result, box)) { source, result, box in
                    let texture = gdk_clipboard_read_texture_finish(OpaquePointer(source), result, nil)
                    let reading = Unmanaged<Reading>.fromOpaque(box).takeRetainedValue()
                    reading.handler(texture.map { Texture(owned: UnsafeMutableRawPointer($0)) })
                }
            }, box)
    }
}

extension Widget {
    package func copyText(_ text: String) { gdk_clipboard_set_text(gtk_widget_get_clipboard(widget), text) }
}

extension Window {
    /// Above other windows, where the window system lets a program ask for it (X11).
    package func setAbove(_ on: Bool) {
        if gtk_widget_get_realized(widget) != 0 { return mado_window_set_above(typed(), Int32(flag: on)) }
        self.on("map") { [raw] in
            mado_window_set_above(raw.assumingMemoryBound(to: GtkWindow.self), Int32(flag: on))
        }
    }
}
