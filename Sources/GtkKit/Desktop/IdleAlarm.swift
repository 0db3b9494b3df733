internal import CGtk
internal import GtkShims

/// Hears from the X server when nobody has touched keyboard or mouse for a time, and when somebody does again; between
/// the two nothing runs.
@MainActor final class IdleAlarm {
    /// Idle, or back.
    private let onChange: @MainActor (Bool) -> Void
    private var alarm: OpaquePointer?

    /// nil where the display is not an X server's.
    init?(milliseconds: Int, _ onChange: @escaping @MainActor (Bool) -> Void) {
        self.onChange = onChange
        alarm = mado_idle_alarm_new(
            guint64(max(1, milliseconds)),
            { isIdle, box in
                guard let box else { return }
                onMainThread(box) { Unmanaged<IdleAlarm>.fromOpaque($0).takeUnretainedValue().onChange(isIdle != 0) }
            }, Unmanaged.passUnretained(self).toOpaque())
        if alarm == nil { return nil }
    }

    /// Whether it is so now already: only changes are told.
    var isIdle: Bool { alarm.map { mado_idle_alarm_is_idle($0) != 0 } ?? false }

    isolated deinit { mado_idle_alarm_free(alarm) }
}
