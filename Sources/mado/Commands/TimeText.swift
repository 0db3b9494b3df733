import Glibc
import LinuxShims

/// Times as administrators write them: `2026-11-27T08:00` in the machine's zone, `…Z` in UTC, or `+90m` from now.
enum TimeText {
    /// Milliseconds since 1970.
    /// - Throws: `AdminError`.
    static func parse(_ text: String) throws -> Int64 {
        if text.hasPrefix("+"), let delay = DurationText.parse(String(text.dropFirst())) {
            var now = timespec()
            clock_gettime(CLOCK_REALTIME, &now)
            return Int64(now.tv_sec) * 1000 + Int64(delay / .milliseconds(1))
        }
        let isUTC = text.hasSuffix("Z")
        let written = isUTC ? String(text.dropLast()) : text
        for format in ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"] {
            let seconds = mado_parse_time(written, format, isUTC ? 1 : 0)
            if seconds >= 0 { return seconds * 1000 }
        }
        throw AdminError(description: "\(text) is no time like 2026-11-27T08:00, or +90m")
    }

    static func render(_ milliseconds: Int64) -> String {
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        var buffer = [CChar](repeating: 0, count: 32)
        let count = strftime(&buffer, buffer.count, "%Y-%m-%d %H:%M", &parts)
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
