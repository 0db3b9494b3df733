internal import CGtk

/// Notices that nobody is at the keyboard: by idle time, and by the screen's lock.
///
/// An X server tells by itself, and so does GNOME's Mutter. Elsewhere the screen saver service is asked once a minute, and
/// every five seconds while somebody is away; where there is none, only the lock counts, of
/// which screen savers tell, and logind.
@MainActor package final class IdleWatcher {
    /// Away, or back.
    package var onChange: @MainActor (Bool) -> Void = { _ in }
    /// 0 for never by time.
    package var minutes = 0 {
        didSet { if minutes != oldValue { watch() } }
    }
    private let bus: SessionBus?
    private let session: LoginSession?
    private var alarm: IdleAlarm?
    /// As a screen saver says.
    private var isLocked = false
    /// As logind says, where no screen saver may.
    private var isSessionLocked = false
    /// Somebody wanted it locked, and nobody has come back since.
    private var isAskedToLock = false
    private var comingBack: IdleAlarm?
    private var isIdle = false
    /// Whether nobody is there, as last told.
    package private(set) var isAway = false
    private var idleWatch: UInt32?
    private var activeWatch: UInt32?
    private var polling: MainLoop.Repeating?
    private static let mutter = "org.gnome.Mutter.IdleMonitor"
    private static let mutterPath = "/org/gnome/Mutter/IdleMonitor/Core"

    package init() {
        bus = SessionBus()
        session = LoginSession()
        session?.onHint = { [weak self] isLocked in
            self?.isSessionLocked = isLocked
            self?.tell()
        }
        session?.onWish = { [weak self] in self?.wished($0) }
        for saver in [
            "org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver", "org.mate.ScreenSaver", "org.cinnamon.ScreenSaver",
            "org.xfce.ScreenSaver",
        ] {
            bus?.listen(interface: saver, signal: "ActiveChanged") { [weak self] parameters in
                self?.isLocked = Variant.bool(parameters, 0) ?? false
                self?.tell()
            }
        }
        bus?.listen(interface: Self.mutter, signal: "WatchFired") { [weak self] parameters in
            self?.fired(Variant.uint(parameters, 0))
        }
    }

    private func watch() {
        polling?.stop()
        polling = nil
        isIdle = false
        tell()
        if let idleWatch {
            bus?.call(Self.mutter, Self.mutterPath, Self.mutter, "RemoveWatch", "(uint32 \(idleWatch),)")
        }
        idleWatch = nil
        alarm = nil
        guard minutes > 0 else { return }
        alarm = IdleAlarm(milliseconds: milliseconds) { [weak self] isIdle in
            self?.isIdle = isIdle
            self?.tell()
        }
        if let alarm {
            isIdle = alarm.isIdle
            return tell()
        }
        bus?.call(
            Self.mutter, Self.mutterPath, Self.mutter, "AddIdleWatch", "(uint64 \(milliseconds),)"
        ) { [weak self] answer in
            if let watch = Variant.uint(answer, 0) { self?.idleWatch = watch } else { self?.poll() }
        }
    }

    /// `MADODESKTOP_MINUTE` is how many milliseconds a minute has, for tests.
    private var milliseconds: Int {
        let minute = g_getenv("MADODESKTOP_MINUTE").flatMap { Int(String(cString: $0)) } ?? 60_000
        return minutes * minute
    }

    private func fired(_ watch: UInt32?) {
        guard let watch else { return }
        if watch == idleWatch {
            isIdle = true
            tell()
            bus?.call(Self.mutter, Self.mutterPath, Self.mutter, "AddUserActiveWatch") { [weak self] answer in
                self?.activeWatch = Variant.uint(answer, 0)
            }
        } else if watch == activeWatch {
            isIdle = false
            tell()
        }
    }

    private func poll() {
        let saver = "org.freedesktop.ScreenSaver"
        bus?.call(saver, "/org/freedesktop/ScreenSaver", saver, "GetSessionIdleTime") { [weak self] answer in
            guard let self, minutes > 0, let idle = Variant.uint(answer, 0) else { return }
            isIdle = Int(idle) >= milliseconds
            tell()
            polling?.stop()
            polling = MainLoop.after(milliseconds: isIdle ? 5_000 : 60_000) { [weak self] in self?.poll() }
        }
    }

    /// A wish to lock counts until somebody touches something again; where that cannot be known, only the hint counts.
    private func wished(_ isLocked: Bool) {
        comingBack = nil
        if isLocked {
            comingBack = IdleAlarm(milliseconds: 5_000) { [weak self] isIdle in
                if !isIdle { MainLoop.afterwards { self?.wished(false) } }
            }
        }
        isAskedToLock = comingBack != nil
        tell()
    }

    private func tell() {
        let away = isIdle || isLocked || isSessionLocked || isAskedToLock
        guard away != isAway else { return }
        isAway = away
        onChange(away)
    }
}
