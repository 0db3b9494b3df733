internal import CGtk
internal import GtkShims

/// What notices input for a widget.
@MainActor package class EventController: GtkObject {
    /// Before the widgets inside get it.
    package func setCaptures() { gtk_event_controller_set_propagation_phase(opaque, GTK_PHASE_CAPTURE) }
}

package struct KeyModifiers: OptionSet, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }
    package static let shift = KeyModifiers(rawValue: 1)
    package static let control = KeyModifiers(rawValue: 4)
    package static let alt = KeyModifiers(rawValue: 8)
}

package enum Key {
    package static let enter = 0xff0d
    package static let keypadEnter = 0xff8d
    package static let escape = 0xff1b
    package static let up = 0xff52
    package static let down = 0xff54
    package static let tab = 0xff09
    package static let left = 0xff51
    package static let right = 0xff53
    package static let space = 0x20
    package static let delete = 0xffff
    package static let backspace = 0xff08
    package static let menu = 0xff67
    package static let f10 = 0xffc7
    package static let pageUp = 0xff55
    package static let pageDown = 0xff56
}

@MainActor package final class KeyController: EventController {
    /// - Parameter handler: key value and modifiers; true when it has been dealt with.
    package init(_ handler: @escaping @MainActor (Int, KeyModifiers) -> Bool) {
        super.init(owned: UnsafeMutableRawPointer(gtk_event_controller_key_new()))
        on(
            "key-pressed",
            deciding: { arguments in
                handler(arguments.uint(0), KeyModifiers(rawValue: arguments.flags(2)))
            })
    }
}

@MainActor package final class ClickGesture: EventController {
    /// - Parameters:
    ///   - button: 1 left, 2 middle, 3 right, 0 any.
    ///   - handler: number of presses, and where.
    package init(button: Int, _ handler: @escaping @MainActor (Int, Double, Double) -> Void) {
        super.init(owned: UnsafeMutableRawPointer(gtk_gesture_click_new()))
        gtk_gesture_single_set_button(opaque, guint(button))
        on("pressed", arguments: { handler($0.int(0), $0.double(1), $0.double(2)) })
    }
}

@MainActor package final class LongPressGesture: EventController {
    package init(_ handler: @escaping @MainActor (Double, Double) -> Void) {
        super.init(owned: UnsafeMutableRawPointer(gtk_gesture_long_press_new()))
        gtk_gesture_single_set_touch_only(opaque, 1)
        on("pressed", arguments: { handler($0.double(0), $0.double(1)) })
    }
}

@MainActor package final class MotionController: EventController {
    package init(enter: @escaping @MainActor () -> Void, leave: @escaping @MainActor () -> Void) {
        super.init(owned: UnsafeMutableRawPointer(gtk_event_controller_motion_new()))
        on("enter", enter)
        on("leave", leave)
    }
}

@MainActor package final class FocusController: EventController {
    package init(enter: @escaping @MainActor () -> Void, leave: @escaping @MainActor () -> Void) {
        super.init(owned: UnsafeMutableRawPointer(gtk_event_controller_focus_new()))
        on("enter", enter)
        on("leave", leave)
    }
}

/// Files that are dropped.
@MainActor package final class FileDropTarget: EventController {
    /// - Parameter handler: paths of local files.
    package init(
        hover: @escaping @MainActor (Bool) -> Void, _ handler: @escaping @MainActor ([String]) -> Void
    ) {
        super.init(owned: UnsafeMutableRawPointer(gtk_drop_target_new(mado_type_file_list(), GDK_ACTION_COPY)))
        // "enter" answers which action is meant: its default handler does that, so that only leaving is heard here.
        on("notify::current-drop") { [raw] in
            hover(gtk_drop_target_get_current_drop(OpaquePointer(raw)) != nil)
        }
        on(
            "drop",
            deciding: { arguments in
                guard
                    let list = g_value_get_boxed(arguments.values + 1).map({
                        // The signal hands over a GValue that holds the list.
                        UnsafePointer<GValue>(OpaquePointer($0))
                    })
                else { return false }
                let paths = Self.paths(in: list)
                if !paths.isEmpty { handler(paths) }
                return !paths.isEmpty
            })
    }

    private static func paths(in value: UnsafePointer<GValue>) -> [String] {
        guard let list = g_value_get_boxed(value) else { return [] }
        var files = gdk_file_list_get_files(OpaquePointer(list))
        let first = files
        defer { g_slist_free(first) }
        var paths: [String] = []
        while let node = files {
            if let path = g_file_get_path(OpaquePointer(node.pointee.data)) {
                paths.append(String(cString: path))
                g_free(path)
            }
            files = node.pointee.next
        }
        return paths
    }
}

extension KeyController {
    /// The same, hearing of keys before the widget does.
    package func capturing() -> KeyController {
        setCaptures()
        return self
    }
}
