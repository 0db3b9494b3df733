internal import CGStreamer
package import GtkKit

/// The picture of the screen for one call, from being asked for to being given back: by the desktop's portal, which asks
/// what is to be seen; without one that of an X server. Main thread.
@MainActor package final class ScreenSource {
    package enum Failure: Error, Sendable, Equatable {
        /// Whoever was asked does not want it.
        case refused
        /// Neither the desktop nor the window system gives it.
        case missing
        /// A part of GStreamer is not installed.
        case missingElement(String)
        case failed
    }

    /// The desktop has ended it, or the window is gone.
    package var onClosed: @MainActor () -> Void = {}
    /// Asks which window is to be seen, where the desktop does not; nil is the whole screen. There need not be an answer.
    package var onChoice: @MainActor ([ScreenWindow], @escaping @MainActor (ScreenWindow?) -> Void) -> Void = {
        $1(nil)
    }
    private var portal: ScreenPortal?
    private var watching: MainLoop.Repeating?
    private var isClosed = false

    package init() {}

    /// Asks for it. To be called once.
    /// - Parameter done: gets a description of elements, which works until it is closed and can be used once; not called
    ///   any more once it is closed. May be called at once, and only after somebody has chosen.
    package func open(_ done: @escaping @MainActor (Result<String, Failure>) -> Void) {
        guard GStreamer.isStarted else { return done(.failure(.missingElement("gstreamer"))) }
        if let elements = Environment.screenSource { return done(.success(elements)) }
        guard gst_element_factory_find("pipewiresrc") != nil else {
            return openX11(or: .missingElement("pipewiresrc"), done)
        }
        let portal = ScreenPortal()
        self.portal = portal
        portal.onClosed = { [weak self] in self?.onClosed() }
        portal.open { [weak self] result in
            switch result {
            case .success(let stream): done(.success(Self.elements(stream)))
            case .failure(.missing): self?.openX11(or: .missing, done)
            case .failure(.refused): done(.failure(.refused))
            case .failure(.failed): done(.failure(.failed))
            }
        }
    }

    /// A screen on which nothing changes gives no pictures: the last one is taken again, as often as one is sent. What
    /// PipeWire lends may be gone while it is still being looked at.
    private static func elements(_ stream: ScreenPortal.Stream) -> String {
        "pipewiresrc fd=\(stream.descriptor) path=\(stream.node) always-copy=true do-timestamp=true keepalive-time=100"
    }

    /// On Wayland only the portal gives a screen.
    private func openX11(or failure: Failure, _ done: @escaping @MainActor (Result<String, Failure>) -> Void) {
        guard g_getenv("DISPLAY") != nil, g_getenv("WAYLAND_DISPLAY") == nil else { return done(.failure(failure)) }
        guard gst_element_factory_find("ximagesrc") != nil else {
            return done(.failure(.missingElement("ximagesrc")))
        }
        let windows = ScreenWindow.all
        guard !windows.isEmpty else { return done(.success(Self.elements(nil))) }
        onChoice(windows) { [weak self] window in
            guard let self, !isClosed else { return }
            if let window { watch(window) }
            done(.success(Self.elements(window)))
        }
    }

    private static func elements(_ window: ScreenWindow?) -> String {
        let part = window.map { " xid=\($0.id)" } ?? ""
        return "ximagesrc use-damage=false show-pointer=true\(part) ! capsfilter caps=video/x-raw,framerate=10/1"
    }

    /// Of a window that is gone the last picture would be shown for ever.
    private func watch(_ window: ScreenWindow) {
        watching = MainLoop.every(milliseconds: 1000) { [weak self] in
            if ScreenWindow.all.contains(where: { $0.id == window.id }) { return true }
            self?.onClosed()
            return false
        }
    }

    /// Any number of times; what it has given must not be in use any more.
    package func close() {
        isClosed = true
        onClosed = {}
        watching?.stop()
        watching = nil
        portal?.close()
        portal = nil
    }
}

extension Environment {
    /// A description of elements instead of the screen.
    static var screenSource: String? { value("MADODESKTOP_SCREEN_SOURCE") }
}
