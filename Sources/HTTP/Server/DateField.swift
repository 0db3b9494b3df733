import Glibc

/// The Date field of a response (RFC 9110 section 6.6.1), made once a second.
struct DateField {
    private var second: time_t = -1
    private var line: [UInt8] = []
    private var text = ""

    /// The value alone.
    var value: String {
        mutating get {
            _ = field
            return text
        }
    }

    /// `date: Sun, 06 Nov 1994 08:49:37 GMT` and CRLF.
    var field: [UInt8] {
        mutating get {
            let now = time(nil)
            if now != second {
                second = now
                text = DateField.text(now)
                line = Array("date: \(text)\r\n".utf8)
            }
            return line
        }
    }

    static func text(_ time: time_t) -> String {
        var time = time
        var parts = tm()
        gmtime_r(&time, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return
            "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(1900 + parts.tm_year) "
            + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT"
    }
}
