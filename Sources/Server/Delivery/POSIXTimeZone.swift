/// A time zone as the variable `TZ` says it: `CET-1CEST,M3.5.0,M10.5.0/3`.
struct POSIXTimeZone: Sendable {
    private struct Change: Sendable {
        /// Month, week of the month (5: the last) and day of the week (0: Sunday).
        let month: Int
        let week: Int
        let weekday: Int
        /// Seconds after midnight.
        let time: Int
    }

    private let standard: Int
    private let summer: (offset: Int, from: Change, to: Change)?

    /// nil when it is not of that form; days of the year in place of months are not, which no zone has any more.
    init?(_ text: String) {
        var rest = text[...]
        guard Self.name(&rest), let standard = Self.offset(&rest) else { return nil }
        self.standard = -standard
        guard !rest.isEmpty else {
            summer = nil
            return
        }
        guard Self.name(&rest) else { return nil }
        var offset = self.standard + 3600
        if rest.first != "," {
            guard let own = Self.offset(&rest) else { return nil }
            offset = -own
        }
        let rules = rest.split(separator: ",")
        guard rules.count == 2, let from = Self.change(rules[0]), let to = Self.change(rules[1]) else { return nil }
        summer = (offset, from, to)
    }

    /// Seconds east of Greenwich at a time, in seconds since 1970.
    func offset(at time: Int64) -> Int {
        guard let summer else { return standard }
        let local = time + Int64(standard)
        let year = CivilDate(daysSince1970: Int(local >= 0 ? local / 86_400 : (local - 86_399) / 86_400)).year
        let from = Self.moment(summer.from, year) - Int64(standard)
        let to = Self.moment(summer.to, year) - Int64(summer.offset)
        let isSummer = from < to ? time >= from && time < to : time >= from || time < to
        return isSummer ? summer.offset : standard
    }

    /// When the clocks show the change in a year, in seconds since 1970 as if they were of UTC.
    private static func moment(_ change: Change, _ year: Int) -> Int64 {
        let first = CivilDate(year: year, month: change.month, day: 1)
        var day = 1 + (change.weekday - first.weekday + 7) % 7 + (change.week - 1) * 7
        let next =
            change.month == 12
            ? CivilDate(year: year + 1, month: 1, day: 1) : CivilDate(year: year, month: change.month + 1, day: 1)
        let length = next.daysSince1970 - first.daysSince1970
        while day > length { day -= 7 }
        return Int64(first.daysSince1970 + day - 1) * 86_400 + Int64(change.time)
    }

    private static func name(_ rest: inout Substring) -> Bool {
        if rest.first == "<" {
            guard let end = rest.firstIndex(of: ">") else { return false }
            rest = rest[rest.index(after: end)...]
            return true
        }
        let name = rest.prefix { $0.isLetter }
        rest = rest[name.endIndex...]
        return name.count >= 3
    }

    /// `-1`, `3:30`: hours west of Greenwich, in seconds.
    private static func offset(_ rest: inout Substring) -> Int? {
        let text = rest.prefix { $0.isNumber || $0 == ":" || $0 == "-" || $0 == "+" }
        rest = rest[text.endIndex...]
        return seconds(text)
    }

    private static func seconds(_ text: Substring) -> Int? {
        let isNegative = text.first == "-"
        let parts = text.drop { $0 == "-" || $0 == "+" }.split(separator: ":").map { Int($0) }
        guard (1...3).contains(parts.count), !parts.contains(nil) else { return nil }
        let units = [3600, 60, 1]
        let total = zip(parts, units).reduce(0) { $0 + ($1.0 ?? 0) * $1.1 }
        return isNegative ? -total : total
    }

    /// `M3.5.0/2`
    private static func change(_ text: Substring) -> Change? {
        let halves = text.split(separator: "/", maxSplits: 1)
        guard let day = halves.first, day.first == "M" else { return nil }
        let numbers = day.dropFirst().split(separator: ".").compactMap { Int($0) }
        guard numbers.count == 3, (1...12).contains(numbers[0]), (1...5).contains(numbers[1]),
            (0...6).contains(numbers[2])
        else { return nil }
        var time = 7200
        if halves.count == 2 {
            guard let seconds = seconds(halves[1]) else { return nil }
            time = seconds
        }
        return Change(month: numbers[0], week: numbers[1], weekday: numbers[2], time: time)
    }
}
