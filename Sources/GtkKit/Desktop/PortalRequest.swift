internal import CGtk

/// Why the desktop's portal does not give something.
package enum PortalFailure: Error, Sendable, Equatable {
    /// The desktop has no portal for it, or nothing of the kind.
    case missing
    /// Whoever was asked does not want it.
    case refused
    case failed
}

/// A question to the desktop's portal, which asks whoever sits there; the answer comes as a signal. Main thread.
///
/// Source: XDG Desktop Portal, org.freedesktop.portal.Request.
@MainActor final class PortalRequest {
    /// With the results, a dictionary, which is there during the call; or why there are none.
    typealias Answer = Result<OpaquePointer, PortalFailure>

    static let service = "org.freedesktop.portal.Desktop"
    static let path = "/org/freedesktop/portal/desktop"
    private static let interface = "org.freedesktop.portal.Request"

    private let bus: SessionBus
    /// The object of the question.
    private let object: String
    private var listening: UInt32?
    private var done: (@MainActor (Answer) -> Void)?

    /// Calls a method.
    /// - Parameters:
    ///   - arguments: what it takes before its options, in GVariant's text form.
    ///   - options: members of a dictionary, in that form.
    ///   - done: called once, unless it is closed before; that may take as long as somebody takes to choose.
    init(
        _ bus: SessionBus, _ interface: String, _ method: String, _ arguments: [String] = [], options: String = "",
        _ done: @escaping @MainActor (Answer) -> Void
    ) {
        self.bus = bus
        self.done = done
        let token = Self.token()
        let sender = bus.uniqueName.dropFirst().replacing(".", with: "_")
        object = "\(Self.path)/request/\(sender)/\(token)"
        // Before the call: the answer may come at once.
        listening = bus.listen(interface: Self.interface, signal: "Response", sender: Self.service, path: object) {
            [weak self] in
            self?.answered($0)
        }
        let all = ["'handle_token': <'\(token)'>", options].filter { !$0.isEmpty }.joined(separator: ", ")
        let whole = arguments + ["{\(all)}"]
        bus.call(
            Self.service, Self.path, interface, method,
            "(" + whole.joined(separator: ", ") + (whole.count == 1 ? ",)" : ")"), starts: true
        ) { [weak self] answer in
            if answer == nil { self?.finish(.failure(.failed)) }
        }
    }

    isolated deinit { stopListening() }

    /// A name for what a call makes.
    static func token() -> String { "mado" + String(UInt64.random(in: 0 ... .max), radix: 36) }

    private func answered(_ parameters: OpaquePointer?) {
        let results = Variant.child(parameters, 1)
        defer { if let results { g_variant_unref(results) } }
        switch (Variant.uint(parameters, 0), results) {
        case (0, let results?): finish(.success(results))
        case (1, _): finish(.failure(.refused))
        default: finish(.failure(.failed))
        }
    }

    private func finish(_ answer: Answer) {
        stopListening()
        let done = done
        self.done = nil
        done?(answer)
    }

    private func stopListening() {
        if let listening { bus.stop(listening) }
        listening = nil
    }

    /// Takes the question back. Any number of times.
    func close() {
        guard done != nil else { return }
        done = nil
        stopListening()
        bus.call(Self.service, object, Self.interface, "Close")
    }
}
