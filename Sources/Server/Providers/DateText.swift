/// Dates as feeds write them: RFC 822 with its later corrections, and RFC 3339.
package enum DateText {
    private static let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]
    private static let zones = [
        "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420,
        "MDT": -360, "PST": -480, "PDT": -420,
    ]

    /// Milliseconds since 1970; nil when it is no date.
    package static func parse(_ text: String) -> Int64? {
        guard text.utf8.count <= 64 else { return nil }
        return text.first?.isNumber == true && text.contains("-") && !text.contains(",") && !text.contains(" ")
            ? internet(text) : mail(text)
    }

    /// `2026-11-26T14:03:00.5+09:00`
    private static func internet(_ text: String) -> Int64? {
        let halves = text.split(separator: "T", maxSplits: 1)
        let date = halves[0].split(separator: "-")
        guard date.count == 3, let year = Int(date[0]), let month = Int(date[1]), let day = Int(date[2]) else {
            return nil
        }
        guard halves.count == 2 else { return milliseconds(year, month, day, 0, 0, 0, zone: 0) }
        var time = halves[1]
        var zone = 0
        if let sign = time.lastIndex(where: { $0 == "+" || $0 == "-" }) {
            guard let minutes = offset(time[sign...].filter { $0 != ":" }) else { return nil }
            zone = minutes
            time = time[..<sign]
        } else if time.last == "Z" || time.last == "z" {
            time.removeLast()
        }
        return clock(time.prefix { $0 != "." }).flatMap { milliseconds(year, month, day, $0, $1, $2, zone: zone) }
    }

    /// `Thu, 26 Nov 2026 14:03:00 +0900`
    private static func mail(_ text: String) -> Int64? {
        var words = text.split { $0 == " " || $0 == "," }
        if words.first?.first?.isLetter == true { words.removeFirst() }
        guard words.count >= 4, let day = Int(words[0]), var year = Int(words[2]),
            let month = months.firstIndex(of: words[1].prefix(3).lowercased()),
            let (hour, minute, second) = clock(words[3])
        else { return nil }
        if year < 50 { year += 2000 } else if year < 100 { year += 1900 }
        let name = words.count > 4 ? String(words[4]) : "GMT"
        guard let zone = zones[name.uppercased()] ?? offset(name) else { return nil }
        return milliseconds(year, month + 1, day, hour, minute, second, zone: zone)
    }

    private static func clock(_ text: Substring) -> (Int, Int, Int)? {
        let parts = text.split(separator: ":").map { Int($0) }
        guard parts.count >= 2, let hour = parts[0], let minute = parts[1] else { return nil }
        return (hour, minute, parts.count > 2 ? parts[2] ?? 0 : 0)
    }

    /// `+0900` in minutes.
    private static func offset(_ text: String) -> Int? {
        guard text.utf8.count == 5, let sign = text.first, sign == "+" || sign == "-",
            let hours = Int(text.dropFirst().prefix(2)), let minutes = Int(text.suffix(2))
        else { return nil }
        return (sign == "-" ? -1 : 1) * (hours * 60 + minutes)
    }

    private static func milliseconds(
        _ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, _ second: Int, zone: Int
    ) -> Int64? {
        guard (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day), (0...24).contains(hour),
            (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        let seconds = CivilDate(year: year, month: month, day: day).daysSince1970 * 86_400
        return Int64(seconds + hour * 3600 + minute * 60 + second - zone * 60) * 1000
    }
}
