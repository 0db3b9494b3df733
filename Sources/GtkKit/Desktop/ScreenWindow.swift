internal import CGtk
internal import GtkShims

/// A window of another program on the screen of an X server.
package struct ScreenWindow: Sendable, Equatable {
    /// As the X server counts them.
    package let id: UInt
    package let title: String

    /// Those that the window manager knows, the oldest first; none on other window systems.
    @MainActor package static var all: [ScreenWindow] {
        let found = Found()
        mado_windows_list(
            { window, title, box in
                guard let title, let box else { return }
                let list = Unmanaged<Found>.fromOpaque(box).takeUnretainedValue()
                list.windows.append(ScreenWindow(id: UInt(window), title: String(cString: title)))
            }, Unmanaged.passUnretained(found).toOpaque())
        return found.windows
    }

    private final class Found {
        var windows: [ScreenWindow] = []
    }
}
