import GtkKit

/// Keeps a window above others where the window system lets a program ask for it: on X11.
@MainActor enum AlwaysOnTop {
    static func set(_ on: Bool, for window: Window) { window.setAbove(on) }
}
