internal import CGtk

/// What shows one item of a long list. It is used again for other items as they scroll by.
@MainActor package protocol ListRow: AnyObject {
    var widget: Widget { get }
    /// Shows the item of this key.
    func show(_ key: String)
    /// Shows nothing for now.
    func clear()
}

/// A list of any length; only the rows that can be seen are made.
///
/// The list knows its items by keys, and its owner knows what is behind them.
@MainActor package final class ListView: Widget {
    private let keys: OpaquePointer
    private var rows: [UnsafeMutableRawPointer: any ListRow] = [:]
    private let makeRow: @MainActor () -> any ListRow

    package init(label: String, makeRow: @escaping @MainActor () -> any ListRow) {
        self.makeRow = makeRow
        guard let keys = gtk_string_list_new(nil), let factory = gtk_signal_list_item_factory_new() else {
            preconditionFailure("GTK makes no list")
        }
        self.keys = keys
        g_object_ref(UnsafeMutableRawPointer(keys))
        let selection = gtk_no_selection_new(keys)
        super.init(floating: gtk_list_view_new(selection, factory))
        setAccessibleLabel(label)
        let signals = GtkObject(retaining: UnsafeMutableRawPointer(factory))
        signals.on("setup", arguments: { [weak self] in self?.setUp($0) })
        signals.on("bind", arguments: { [weak self] in self?.bind($0) })
        signals.on("unbind", arguments: { [weak self] in self?.unbind($0) })
        signals.on("teardown", arguments: { [weak self] in self?.tearDown($0) })
    }

    isolated deinit {
        g_object_unref(UnsafeMutableRawPointer(keys))
    }

    package var count: Int { Int(g_list_model_get_n_items(keys)) }

    /// Replaces the keys of a range.
    package func splice(_ range: Range<Int>, with added: [String]) {
        var pointers: [UnsafeMutablePointer<CChar>?] = added.map { g_strdup($0) }
        pointers.append(nil)
        pointers.withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: UnsafePointer<CChar>?.self) {
                gtk_string_list_splice(keys, guint(range.lowerBound), guint(range.count), $0.baseAddress)
            }
        }
        for pointer in pointers { g_free(pointer) }
    }

    package func replaceAll(with keys: [String]) { splice(0..<count, with: keys) }

    /// Makes the rows that show these keys show them again.
    package func refresh(_ changed: Set<String>) {
        for (item, row) in rows {
            guard let key = key(of: item), changed.contains(key) else { continue }
            row.show(key)
        }
    }

    /// The rows that are there now.
    package var liveRows: [any ListRow] { Array(rows.values) }

    /// Brings an item into view.
    package func scroll(to index: Int) {
        guard index >= 0, index < count else { return }
        gtk_widget_activate_action_variant(widget, "list.scroll-to-item", g_variant_new_uint32(guint32(index)))
    }

    private func key(of item: UnsafeMutableRawPointer) -> String? {
        guard let object = gtk_list_item_get_item(OpaquePointer(item)) else { return nil }
        return gtk_string_object_get_string(OpaquePointer(object)).map { String(cString: $0) }
    }

    private func setUp(_ arguments: SignalArguments) {
        guard let item = arguments.object(0) else { return }
        let row = makeRow()
        rows[item] = row
        gtk_list_item_set_activatable(OpaquePointer(item), 0)
        gtk_list_item_set_selectable(OpaquePointer(item), 0)
        gtk_list_item_set_child(OpaquePointer(item), row.widget.widget)
    }

    private func bind(_ arguments: SignalArguments) {
        guard let item = arguments.object(0), let row = rows[item], let key = key(of: item) else { return }
        row.show(key)
    }

    private func unbind(_ arguments: SignalArguments) {
        guard let item = arguments.object(0) else { return }
        rows[item]?.clear()
    }

    private func tearDown(_ arguments: SignalArguments) {
        guard let item = arguments.object(0) else { return }
        gtk_list_item_set_child(OpaquePointer(item), nil)
        rows[item] = nil
    }
}
