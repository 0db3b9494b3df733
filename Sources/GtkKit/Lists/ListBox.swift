internal import CGtk

/// A short list of rows, all of them made.
@MainActor package final class ListBox: Widget {
    package enum Selection: Sendable { case none, single, several }

    package init(selection: Selection = .none, label: String) {
        super.init(floating: gtk_list_box_new())
        setAccessibleLabel(label)
        let mode =
            switch selection {
            case .none: GTK_SELECTION_NONE
            case .single: GTK_SELECTION_BROWSE
            case .several: GTK_SELECTION_MULTIPLE
            }
        gtk_list_box_set_selection_mode(opaque, mode)
    }

    package func append(_ row: Widget) { gtk_list_box_append(opaque, row.widget) }
    package func insert(_ row: Widget, at index: Int) { gtk_list_box_insert(opaque, row.widget, Int32(index)) }
    package func remove(_ row: Widget) { gtk_list_box_remove(opaque, row.widget) }
    package func removeAll() {
        while let child = gtk_widget_get_first_child(widget) { gtk_list_box_remove(opaque, child) }
    }
    package func setPlaceholder(_ placeholder: Widget?) { gtk_list_box_set_placeholder(opaque, placeholder?.widget) }
    package func setActivatesOnSingleClick(_ on: Bool) {
        gtk_list_box_set_activate_on_single_click(opaque, Int32(flag: on))
    }

    package func select(_ index: Int?) {
        guard let index, let row = gtk_list_box_get_row_at_index(opaque, Int32(index)) else {
            return gtk_list_box_unselect_all(opaque)
        }
        gtk_list_box_select_row(opaque, row)
    }
    package func unselectAll() { gtk_list_box_unselect_all(opaque) }

    /// Positions of the selected rows.
    package var selected: [Int] {
        var rows = gtk_list_box_get_selected_rows(opaque)
        let first = rows
        defer { g_list_free(first) }
        var positions: [Int] = []
        while let node = rows {
            positions.append(
                Int(gtk_list_box_row_get_index(node.pointee.data.assumingMemoryBound(to: GtkListBoxRow.self))))
            rows = node.pointee.next
        }
        return positions
    }

    /// A row was clicked, or chosen by keyboard.
    package func onActivate(_ handler: @escaping @MainActor (Int) -> Void) {
        on(
            "row-activated",
            arguments: { arguments in
                guard let row = arguments.object(0) else { return }
                handler(Int(gtk_list_box_row_get_index(row.assumingMemoryBound(to: GtkListBoxRow.self))))
            })
    }
    package func onSelectionChange(_ handler: @escaping @MainActor () -> Void) { on("selected-rows-changed", handler) }
}

/// A row of a list box with settings of its own.
@MainActor package final class ListBoxRow: Widget {
    package init(_ child: Widget, label: String) {
        super.init(floating: gtk_list_box_row_new())
        gtk_list_box_row_set_child(typed(), child.widget)
        setAccessibleLabel(label)
    }
    package func setActivatable(_ on: Bool) { gtk_list_box_row_set_activatable(typed(), Int32(flag: on)) }
    package func setSelectable(_ on: Bool) { gtk_list_box_row_set_selectable(typed(), Int32(flag: on)) }
}
