/// Numbers for people.
enum NumberText {
    /// With so many digits behind the point.
    static func fixed(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite else { return "-" }
        var factor = 1.0
        for _ in 0..<digits { factor *= 10 }
        let scaled = Int64((abs(value) * factor).rounded())
        let whole = scaled / Int64(factor)
        let sign = value < 0 && scaled != 0 ? "-" : ""
        guard digits > 0 else { return sign + grouped(whole) }
        let fraction = String(scaled % Int64(factor))
        return sign + grouped(whole) + "." + String(repeating: "0", count: digits - fraction.count) + fraction
    }

    /// Three significant digits or so.
    static func short(_ value: Double) -> String {
        fixed(value, abs(value) >= 100 ? 0 : abs(value) >= 10 ? 1 : 2)
    }

    static func milliseconds(_ nanoseconds: Double) -> String { fixed(nanoseconds / 1e6, 2) + " ms" }

    static func kilobytes(_ bytes: Double) -> String { fixed(bytes / 1000, 1) + " kB" }
    static func megabytes(_ bytes: Double) -> String { fixed(bytes / 1e6, 1) + " MB" }

    private static func grouped(_ value: Int64) -> String {
        var digits = String(value)
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
            place -= 3
        }
        return digits
    }
}
