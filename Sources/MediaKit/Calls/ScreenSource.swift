internal import CGStreamer
internal import GtkKit

/// The picture of the screen for one call, from being asked for to being given back: by the desktop's portal, where
/// somebody chooses what is seen; without one the whole screen of an X server. Main thread.
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

    /// The desktop has ended it.
    package var onClosed: @MainActor () -> Void = {}
    private var portal: ScreenPortal?

    package init() {}

    /// Asks for it. To be called once.
    /// - Parameter done: gets a description of elements, which works until it is closed and can be used once; not called
    ///   any more once it is closed. May be called at once, and only after somebody has chosen.
    package func open(_ done: @escaping @MainActor (Result<String, Failure>) -> Void) {
        guard GStreamer.isStarted else { return done(.failure(.missingElement("gstreamer"))) }
        if let elements = Environment.screenSource { return done(.success(elements)) }
        guard gst_element_factory_find("pipewiresrc") != nil else {
            return done(Self.wholeScreen(or: .missingElement("pipewiresrc")))
        }
        let portal = ScreenPortal()
        self.portal = portal
        portal.onClosed = { [weak self] in self?.onClosed() }
        portal.open { result in
            switch result {
            case .success(let stream): done(.success(Self.elements(stream)))
            case .failure(.missing): done(Self.wholeScreen(or: .missing))
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

    /// On X11; on Wayland only the portal gives a screen.
    private static func wholeScreen(or failure: Failure) -> Result<String, Failure> {
        guard g_getenv("DISPLAY") != nil, g_getenv("WAYLAND_DISPLAY") == nil else { return .failure(failure) }
        guard gst_element_factory_find("ximagesrc") != nil else { return .failure(.missingElement("ximagesrc")) }
        return .success("ximagesrc use-damage=false show-pointer=true ! capsfilter caps=video/x-raw,framerate=10/1")
    }

    /// Any number of times; what it has given must not be in use any more.
    package func close() {
        onClosed = {}
        portal?.close()
        portal = nil
    }
}

extension Environment {
    /// A description of elements instead of the screen.
    static var screenSource: String? { value("MADODESKTOP_SCREEN_SOURCE") }
}
