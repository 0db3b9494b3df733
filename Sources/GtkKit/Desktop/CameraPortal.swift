internal import CGtk

/// The cameras, as the desktop's portal gives them to a program that may not touch the devices: it asks whoever sits there
/// once. Main thread.
///
/// Source: XDG Desktop Portal, org.freedesktop.portal.Camera.
@MainActor package final class CameraPortal {
    private let bus = SessionBus()
    private var request: PortalRequest?
    private var waiting: [@MainActor (Result<Void, PortalFailure>) -> Void] = []

    private static let interface = "org.freedesktop.portal.Camera"

    package init() {}

    /// Asks whether a camera may be used. Who asks while an answer is awaited gets that one.
    /// - Parameter done: called once; that may take as long as somebody takes to decide.
    package func ask(_ done: @escaping @MainActor (Result<Void, PortalFailure>) -> Void) {
        waiting.append(done)
        guard waiting.count == 1 else { return }
        guard let bus else { return finish(.failure(.missing)) }
        bus.call(
            PortalRequest.service, PortalRequest.path, "org.freedesktop.DBus.Properties", "Get",
            "('\(Self.interface)', 'IsCameraPresent')", starts: true
        ) { [weak self] answer in
            guard let self else { return }
            guard Variant.wrappedBool(answer, 0) == true else { return finish(.failure(.missing)) }
            request = PortalRequest(bus, Self.interface, "AccessCamera") { [weak self] answer in
                self?.finish(answer.map { _ in })
            }
        }
    }

    private func finish(_ result: Result<Void, PortalFailure>) {
        request = nil
        let waiting = waiting
        self.waiting = []
        for done in waiting { done(result) }
    }

    /// A connection to the PipeWire server on which the cameras are, for one use; to be closed by the caller.
    /// - Returns: nil where it was not allowed before.
    package func connection() -> Int32? {
        bus?.descriptorNow(
            PortalRequest.service, PortalRequest.path, Self.interface, "OpenPipeWireRemote", "(@a{sv} {},)")
    }
}
