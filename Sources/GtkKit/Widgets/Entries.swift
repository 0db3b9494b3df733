internal import CGtk

/// One line of text that the user writes.
@MainActor package class EntryBase: Widget {
    package var text: String {
        get { gtk_editable_get_text(opaque).map { String(cString: $0) } ?? "" }
        set { gtk_editable_set_text(opaque, newValue) }
    }
    @discardableResult
    package func onChange(_ handler: @escaping @MainActor (String) -> Void) -> SignalConnection {
        on("changed") { [raw] in handler(Property.string(raw, "text")) }
    }
    /// Return was pressed.
    package func onActivate(_ handler: @escaping @MainActor () -> Void) { on("activate", handler) }
    package func selectAll() { gtk_editable_select_region(opaque, 0, -1) }
}

@MainActor package final class Entry: EntryBase {
    package init(placeholder: String = "") {
        super.init(floating: gtk_entry_new())
        gtk_entry_set_placeholder_text(typed(), placeholder)
        if !placeholder.isEmpty { setAccessibleLabel(placeholder) }
    }
    package func setMaxLength(_ count: Int) { gtk_entry_set_max_length(typed(), Int32(count)) }
}

@MainActor package final class SearchEntry: EntryBase {
    package init(placeholder: String) {
        super.init(floating: gtk_search_entry_new())
        set("placeholder-text", placeholder)
        setAccessibleLabel(placeholder)
    }
    /// The text has rested for a moment.
    package func onSearch(_ handler: @escaping @MainActor (String) -> Void) {
        on("search-changed") { [raw] in handler(Property.string(raw, "text")) }
    }
    package func onStop(_ handler: @escaping @MainActor () -> Void) { on("stop-search", handler) }
    /// Writes what is typed elsewhere.
    package func captureKeys(of widget: Widget?) {
        gtk_search_entry_set_key_capture_widget(opaque, widget?.widget)
    }
}

/// Text of several lines that the user writes.
@MainActor package final class TextView: Widget {
    package init() {
        super.init(floating: gtk_text_view_new())
        gtk_text_view_set_wrap_mode(typed(), GTK_WRAP_WORD_CHAR)
        gtk_text_view_set_accepts_tab(typed(), 0)
    }

    private var buffer: UnsafeMutablePointer<GtkTextBuffer> { gtk_text_view_get_buffer(typed()) }

    package var text: String {
        get {
            var start = GtkTextIter()
            var end = GtkTextIter()
            gtk_text_buffer_get_bounds(buffer, &start, &end)
            guard let text = gtk_text_buffer_get_text(buffer, &start, &end, 0) else { return "" }
            defer { g_free(text) }
            return String(cString: text)
        }
        set { gtk_text_buffer_set_text(buffer, newValue, -1) }
    }
    /// Before the cursor, for completion.
    package var textBeforeCursor: String {
        var start = GtkTextIter()
        var cursor = GtkTextIter()
        gtk_text_buffer_get_start_iter(buffer, &start)
        gtk_text_buffer_get_iter_at_mark(buffer, &cursor, gtk_text_buffer_get_insert(buffer))
        guard let text = gtk_text_buffer_get_text(buffer, &start, &cursor, 0) else { return "" }
        defer { g_free(text) }
        return String(cString: text)
    }
    package func insertAtCursor(_ text: String) { gtk_text_buffer_insert_at_cursor(buffer, text, -1) }
    /// Takes `count` characters before the cursor away and writes `text` there.
    package func replaceBeforeCursor(_ count: Int, with text: String) {
        var cursor = GtkTextIter()
        gtk_text_buffer_get_iter_at_mark(buffer, &cursor, gtk_text_buffer_get_insert(buffer))
        var start = cursor
        gtk_text_iter_backward_chars(&start, Int32(count))
        gtk_text_buffer_begin_user_action(buffer)
        gtk_text_buffer_delete(buffer, &start, &cursor)
        gtk_text_buffer_insert(buffer, &start, text, -1)
        gtk_text_buffer_end_user_action(buffer)
    }
    package func moveCursorToEnd() {
        var end = GtkTextIter()
        gtk_text_buffer_get_end_iter(buffer, &end)
        gtk_text_buffer_place_cursor(buffer, &end)
    }
    package func setPadding(_ pixels: Int, vertical: Int) {
        gtk_text_view_set_left_margin(typed(), Int32(pixels))
        gtk_text_view_set_right_margin(typed(), Int32(pixels))
        gtk_text_view_set_top_margin(typed(), Int32(vertical))
        gtk_text_view_set_bottom_margin(typed(), Int32(vertical))
    }
    @discardableResult
    package func onChange(_ handler: @escaping @MainActor (String) -> Void) -> SignalConnection {
        let buffer = GtkObject(retaining: buffer)
        return buffer.on("changed") { [raw = buffer.raw] in handler(Property.string(raw, "text")) }
    }
    /// Something is about to be pasted; `handler` may take it.
    package func onPaste(_ handler: @escaping @MainActor () -> Bool) {
        on("paste-clipboard") { [raw] in
            if handler() { g_signal_stop_emission_by_name(raw, "paste-clipboard") }
        }
    }
}

/// One of several texts.
@MainActor package final class DropDown: Widget {
    package init(_ choices: [String], label: String) {
        var pointers: [UnsafeMutablePointer<CChar>?] = choices.map { g_strdup($0) }
        pointers.append(nil)
        let made = pointers.withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: UnsafePointer<CChar>?.self) { gtk_drop_down_new_from_strings($0.baseAddress) }
        }
        for pointer in pointers { g_free(pointer) }
        guard let made else { preconditionFailure("GTK makes no drop-down") }
        super.init(floating: made)
        setAccessibleLabel(label)
        setAlignment(vertical: .center)
    }
    package var selected: Int {
        get { Int(gtk_drop_down_get_selected(opaque)) }
        set { gtk_drop_down_set_selected(opaque, guint(newValue)) }
    }
    @discardableResult
    package func onSelect(_ handler: @escaping @MainActor (Int) -> Void) -> SignalConnection {
        on("notify::selected") { [raw] in handler(Property.int(raw, "selected")) }
    }
}
