package import GtkKit
internal import Glibc

/// Whether this program may use a camera. In a sandbox, where there are no devices, the desktop's portal decides; elsewhere
/// the system does, when a camera is opened. Main thread.
@MainActor package enum CameraAccess {
    private static let portal = Environment.isInSandbox ? CameraPortal() : nil
    private static var answer: Result<Void, PortalFailure>?

    /// Whether nothing else gives cameras.
    static var isByPortal: Bool { portal != nil }

    /// Why there is no camera, where that was asked; nil where one may be used, or nobody has to be asked.
    package static var failure: PortalFailure? {
        if case .failure(let failure) = answer { failure } else { nil }
    }

    /// Goes on once it is known: at once where nobody has to be asked.
    package static func prepare(_ done: @escaping @MainActor () -> Void) {
        guard let portal else { return done() }
        // Who refused may be asked again: the desktop remembers what it was told for good.
        if case .success = answer { return done() }
        portal.ask { result in
            answer = result
            done()
        }
    }

    /// What the pictures come from, and what is to be closed when they do not any more.
    struct Opened {
        let elements: String
        let descriptor: Int32

        func close() { _ = Glibc.close(descriptor) }
    }

    /// The camera that the portal gives; nil in no sandbox, or where it may not be used.
    static func open() -> Opened? {
        guard let portal, case .success = answer, let descriptor = portal.connection() else { return nil }
        // As other cameras of PipeWire's, see ``MediaDevices``. There is no choice among them: the desktop has made it.
        return Opened(
            elements:
                "pipewiresrc fd=\(descriptor) stream-properties=p,media.role=Camera always-copy=true do-timestamp=true",
            descriptor: descriptor)
    }
}

extension Environment {
    /// Flatpak and Snap say so; a test may, too.
    static var isInSandbox: Bool {
        access("/.flatpak-info", F_OK) == 0 || value("SNAP") != nil || value("MADODESKTOP_SANDBOX") != nil
    }
}
