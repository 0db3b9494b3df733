internal import CGtk

/// A moment in the user's time zone and language.
package struct LocalTime: Sendable, Equatable {
    package let year: Int
    package let month: Int
    package let day: Int
    package let hour: Int
    package let minute: Int
    /// 1 is Monday.
    package let weekday: Int
    private let milliseconds: Int64

    /// - Parameter milliseconds: since 1970.
    package init(_ milliseconds: Int64) {
        self.milliseconds = milliseconds
        let date = g_date_time_new_from_unix_local(gint64(milliseconds / 1000))
        defer { if let date { g_date_time_unref(date) } }
        year = date.map { Int(g_date_time_get_year($0)) } ?? 1970
        month = date.map { Int(g_date_time_get_month($0)) } ?? 1
        day = date.map { Int(g_date_time_get_day_of_month($0)) } ?? 1
        hour = date.map { Int(g_date_time_get_hour($0)) } ?? 0
        minute = date.map { Int(g_date_time_get_minute($0)) } ?? 0
        weekday = date.map { Int(g_date_time_get_day_of_week($0)) } ?? 1
    }

    /// The beginning of a day such as "2026-03-31" in local time, in milliseconds since 1970; nil for what is no day.
    package static func midnight(of text: String) -> Int64? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int32($0) }
        guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
            let date = g_date_time_new_local(year, month, day, 0, 0, 0)
        else { return nil }
        defer { g_date_time_unref(date) }
        return Int64(g_date_time_to_unix(date)) * 1000
    }

    package static var now: LocalTime { LocalTime(currentMilliseconds) }
    package static var currentMilliseconds: Int64 { Int64(g_get_real_time() / 1000) }

    package func isSameDay(as other: LocalTime) -> Bool {
        year == other.year && month == other.month && day == other.day
    }

    /// By a pattern of GLib's, such as "%H:%M".
    package func text(_ pattern: String) -> String {
        guard let date = g_date_time_new_from_unix_local(gint64(milliseconds / 1000)) else { return "" }
        defer { g_date_time_unref(date) }
        guard let text = g_date_time_format(date, pattern) else { return "" }
        defer { g_free(text) }
        return String(cString: text)
    }

    /// The time of the day, such as 09:41.
    package var time: String { text("%H:%M") }

    /// The day as people say it: today, yesterday, Tuesday, or the date.
    package func dayText(now: LocalTime = .now) -> String {
        if isSameDay(as: now) { return tr("Today") }
        if isSameDay(as: LocalTime(now.milliseconds - 86_400_000)) { return tr("Yesterday") }
        if milliseconds < now.milliseconds, now.milliseconds - milliseconds < 6 * 86_400_000 { return text("%A") }
        return year == now.year ? text(tr("%A, %e %B")) : text(tr("%e %B %Y"))
    }

    /// For lists: the time today, the weekday this week, else the date.
    package func shortText(now: LocalTime = .now) -> String {
        if isSameDay(as: now) { return time }
        if isSameDay(as: LocalTime(now.milliseconds - 86_400_000)) { return tr("Yesterday") }
        if milliseconds < now.milliseconds, now.milliseconds - milliseconds < 6 * 86_400_000 { return text("%a") }
        return year == now.year ? text(tr("%e %b")) : text("%x")
    }
}
