internal import CGtk
internal import GtkShims

/// A question with a few answers.
@MainActor package final class MessageDialog: Window {
    package enum Style: Sendable { case plain, suggested, destructive }

    package init(parent: Window?, heading: String, text: String) {
        super.init(floating: mado_message_dialog_new(parent?.typed(), heading, text))
    }

    package func addAnswer(_ name: String, _ label: String, _ style: Style = .plain) {
        mado_message_dialog_add_response(widget, name, label)
        switch style {
        case .plain: break
        case .suggested:
            adw_message_dialog_set_response_appearance(typed(), name, ADW_RESPONSE_SUGGESTED)
            adw_message_dialog_set_default_response(typed(), name)
        case .destructive: adw_message_dialog_set_response_appearance(typed(), name, ADW_RESPONSE_DESTRUCTIVE)
        }
    }
    package func setCloseAnswer(_ name: String) { adw_message_dialog_set_close_response(typed(), name) }
    package func setExtra(_ child: Widget) { adw_message_dialog_set_extra_child(typed(), child.widget) }
    package func setAnswerEnabled(_ name: String, _ on: Bool) {
        adw_message_dialog_set_response_enabled(typed(), name, Int32(flag: on))
    }
    /// Ends it as if this answer had been chosen.
    package func answer(_ name: String) {
        adw_message_dialog_response(typed(), name)
        close()
    }

    /// Shows it; `handler` gets the name of the answer.
    package func ask(_ handler: @escaping @MainActor (String) -> Void) {
        on("response", arguments: { handler($0.string(0)) })
        present()
    }
}

/// The system's window for choosing files.
@MainActor package enum FileChooser {
    private static var open: [OpaquePointer] = []

    package static func choose(
        title: String, parent: Window, accept: String, cancel: String, several: Bool = false,
        isForPictures: Bool = false,
        _ handler: @escaping @MainActor ([String]) -> Void
    ) {
        guard let chooser = mado_file_chooser_native_new(title, parent.typed(), 0, accept, cancel) else { return }
        gtk_file_chooser_set_select_multiple(chooser, Int32(flag: several))
        if isForPictures {
            let filter = gtk_file_filter_new()
            gtk_file_filter_add_pixbuf_formats(filter)
            gtk_file_chooser_set_filter(chooser, filter)
            g_object_unref(UnsafeMutableRawPointer(filter))
        }
        run(chooser, handler)
    }

    package static func save(
        title: String, name: String, parent: Window, accept: String, cancel: String,
        _ handler: @escaping @MainActor (String) -> Void
    ) {
        guard let chooser = mado_file_chooser_native_new(title, parent.typed(), 1, accept, cancel) else { return }
        gtk_file_chooser_set_current_name(chooser, name)
        run(chooser) { paths in
            if let path = paths.first { handler(path) }
        }
    }

    private static func run(_ chooser: OpaquePointer, _ handler: @escaping @MainActor ([String]) -> Void) {
        // It goes when nobody holds it, also while it is on the screen.
        open.append(chooser)
        let object = GtkObject(retaining: UnsafeMutableRawPointer(chooser))
        object.on(
            "response",
            arguments: { arguments in
                if arguments.int(0) == Int(GTK_RESPONSE_ACCEPT.rawValue) {
                    handler(paths(of: chooser))
                } else {
                    handler([])
                }
                open.removeAll { $0 == chooser }
                g_object_unref(UnsafeMutableRawPointer(chooser))
            })
        gtk_native_dialog_show(UnsafeMutableRawPointer(chooser).assumingMemoryBound(to: GtkNativeDialog.self))
    }

    private static func paths(of chooser: OpaquePointer) -> [String] {
        guard let files = gtk_file_chooser_get_files(chooser) else { return [] }
        defer { g_object_unref(UnsafeMutableRawPointer(files)) }
        return (0..<g_list_model_get_n_items(files)).compactMap { index in
            guard let file = g_list_model_get_item(files, index) else { return nil }
            defer { g_object_unref(file) }
            guard let path = g_file_get_path(OpaquePointer(file)) else { return nil }
            defer { g_free(path) }
            return String(cString: path)
        }
    }
}
