internal import CGtk

/// The user's session as systemd-logind knows it: whether its screen is locked, also where no screen saver tells. Main
/// thread.
///
/// Source: org.freedesktop.login1(5).
@MainActor final class LoginSession {
    /// Locked, or not any more, as who locks it says.
    var onHint: @MainActor (Bool) -> Void = { _ in }
    /// Somebody wants it locked or unlocked; not all who lock say when that ends.
    var onWish: @MainActor (Bool) -> Void = { _ in }
    private let bus: SessionBus
    private static let service = "org.freedesktop.login1"
    private static let session = "org.freedesktop.login1.Session"
    private static let properties = "org.freedesktop.DBus.Properties"

    /// nil where there is no system bus.
    init?() {
        guard let bus = SessionBus(isSystem: true) else { return nil }
        self.bus = bus
        // Without a session of its own, as in a container, logind says so and nothing is heard.
        bus.call(
            Self.service, "/org/freedesktop/login1", "org.freedesktop.login1.Manager", "GetSessionByPID", "(uint32 0,)"
        ) { [weak self] answer in
            if let path = Variant.path(answer, 0) { self?.watch(path) }
        }
    }

    private func watch(_ path: String) {
        bus.listen(interface: Self.session, signal: "Lock", sender: Self.service, path: path) { [weak self] _ in
            self?.onWish(true)
        }
        bus.listen(interface: Self.session, signal: "Unlock", sender: Self.service, path: path) { [weak self] _ in
            self?.onWish(false)
        }
        bus.listen(interface: Self.properties, signal: "PropertiesChanged", sender: Self.service, path: path) {
            [weak self] _ in
            self?.read(path)
        }
        read(path)
    }

    private func read(_ path: String) {
        bus.call(
            Self.service, path, Self.properties, "Get", "(\(Variant.quote(Self.session)), 'LockedHint')"
        ) { [weak self] answer in
            if let isLocked = Variant.wrappedBool(answer, 0) { self?.onHint(isLocked) }
        }
    }
}
