internal import CGtk
internal import Glibc

/// A screen or a window, as the desktop's portal gives it to a program: it asks whoever sits there what may be seen. One
/// object is for one time. Main thread.
///
/// Source: XDG Desktop Portal, org.freedesktop.portal.ScreenCast, Request and Session.
@MainActor package final class ScreenPortal {
    /// A stream of pictures at a PipeWire server.
    package struct Stream: Sendable, Equatable {
        /// A connection to the server, for one who uses it; closed with the portal's object.
        package let descriptor: Int32
        package let node: UInt32
    }

    /// The desktop has ended it, as its own button to stop does.
    package var onClosed: @MainActor () -> Void = {}
    private let bus = SessionBus()
    private var done: (@MainActor (Result<Stream, PortalFailure>) -> Void)?
    /// The question that is being answered.
    private var request: PortalRequest?
    private var session: String?
    private var listening: UInt32?
    private var descriptor: Int32?

    private static let screenCast = "org.freedesktop.portal.ScreenCast"
    private static let sessions = "org.freedesktop.portal.Session"

    package init() {}

    isolated deinit { close() }

    /// Asks for it. To be called once.
    /// - Parameter done: called once, unless it is closed before; that may take as long as somebody takes to choose.
    package func open(_ done: @escaping @MainActor (Result<Stream, PortalFailure>) -> Void) {
        self.done = done
        guard let bus else { return finish(.failure(.missing)) }
        bus.call(
            PortalRequest.service, PortalRequest.path, "org.freedesktop.DBus.Properties", "Get",
            "('\(Self.screenCast)', 'AvailableCursorModes')", starts: true
        ) { [weak self] answer in
            guard let self, self.done != nil else { return }
            guard let modes = Variant.wrappedUint(answer, 0) else { return finish(.failure(.missing)) }
            create(showsPointer: modes & Self.embedded != 0)
        }
    }

    /// The pointer is a part of the picture.
    private static let embedded: UInt32 = 2

    private func create(showsPointer: Bool) {
        ask("CreateSession", options: "'session_handle_token': <'\(PortalRequest.token())'>") { [weak self] results in
            guard let self else { return }
            let handle = Variant.member(results, "session_handle")
            defer { if let handle { g_variant_unref(handle) } }
            // A text by mistake, which has become the rule.
            guard let text = handle.flatMap({ g_variant_get_string($0, nil) }) else { return finish(.failure(.failed)) }
            let session = String(cString: text)
            self.session = session
            listening = bus?.listen(
                interface: Self.sessions, signal: "Closed", sender: PortalRequest.service, path: session
            ) { [weak self] _ in self?.closedByDesktop() }
            select(session, showsPointer)
        }
    }

    /// Screens are 1, windows 2.
    private func select(_ session: String, _ showsPointer: Bool) {
        let pointer = showsPointer ? ", 'cursor_mode': <uint32 \(Self.embedded)>" : ""
        ask("SelectSources", session: session, options: "'types': <uint32 3>, 'multiple': <false>" + pointer) {
            [weak self] _ in
            self?.start(session)
        }
    }

    private func start(_ session: String) {
        ask("Start", session: session, window: "") { [weak self] results in
            guard let self else { return }
            guard let node = Self.firstNode(results) else { return finish(.failure(.failed)) }
            bus?.descriptor(
                PortalRequest.service, PortalRequest.path, Self.screenCast, "OpenPipeWireRemote",
                "(objectpath \(Variant.quote(session)), @a{sv} {})"
            ) { [weak self] descriptor in
                guard let self, self.session == session else {
                    if let descriptor { _ = Glibc.close(descriptor) }
                    return
                }
                guard let descriptor else { return finish(.failure(.failed)) }
                self.descriptor = descriptor
                finish(.success(Stream(descriptor: descriptor, node: node)))
            }
        }
    }

    private static func firstNode(_ results: OpaquePointer) -> UInt32? {
        let streams = Variant.member(results, "streams")
        defer { if let streams { g_variant_unref(streams) } }
        let first = Variant.child(streams, 0)
        defer { if let first { g_variant_unref(first) } }
        return Variant.uint(first, 0)
    }

    /// - Parameters:
    ///   - window: whose question it is, for a method that wants to know that.
    ///   - then: gets the results.
    private func ask(
        _ method: String, session: String? = nil, window: String? = nil, options: String = "",
        _ then: @escaping @MainActor (OpaquePointer) -> Void
    ) {
        guard let bus else { return }
        let arguments = [session.map { "objectpath \(Variant.quote($0))" }, window.map(Variant.quote)]
        request = PortalRequest(bus, Self.screenCast, method, arguments.compactMap(\.self), options: options) {
            [weak self] answer in
            switch answer {
            case .success(let results): then(results)
            case .failure(let failure): self?.finish(.failure(failure))
            }
        }
    }

    private func finish(_ result: Result<Stream, PortalFailure>) {
        let done = done
        self.done = nil
        if case .failure = result { close() }
        done?(result)
    }

    private func closedByDesktop() {
        session = nil
        guard done == nil else { return finish(.failure(.failed)) }
        // Who shows it stops before the connection is closed.
        onClosed()
        close()
    }

    /// Gives it back, or takes the question back. Any number of times.
    package func close() {
        done = nil
        onClosed = {}
        request?.close()
        request = nil
        if let session { bus?.call(PortalRequest.service, session, Self.sessions, "Close") }
        session = nil
        if let listening { bus?.stop(listening) }
        listening = nil
        if let descriptor { _ = Glibc.close(descriptor) }
        descriptor = nil
    }
}
