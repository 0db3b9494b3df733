import JSON
import MatrixAPI

/// When which programme is on: the content of `mado.schedule`, as a value.
struct ChannelSchedule {
    private static let maximumEntries = 500
    private static let day: Int64 = 86_400_000

    struct Entry {
        let id: String
        /// Milliseconds since 1970.
        let from: Int64
        /// nil until something else begins.
        let until: Int64?
        /// From one beginning to the next, in milliseconds; nil when it is on once.
        let period: Int64?
        let programme: JSONValue
    }

    /// A programme that is on.
    struct Showing {
        let entry: Entry
        let since: Int64
        let until: Int64?

        /// The content of `mado.programme`: the entry's, with when it is on and which entry it is.
        var content: JSONValue {
            entry.programme.replacing(["since_ts", "until_ts", "schedule_id"]) { object in
                object.member("since_ts", since)
                object.memberIfPresent("until_ts", until)
                object.member("schedule_id", entry.id)
            }
        }
    }

    let entries: [Entry]

    /// - Throws: `M_INVALID_PARAM`, with what is wrong.
    init(_ content: JSONValue) throws {
        guard content.count > 0 else {
            entries = []
            return
        }
        guard let list = content["programmes"]?.array, list.count <= Self.maximumEntries else {
            throw Self.invalid("programmes must be a list of at most \(Self.maximumEntries) entries")
        }
        entries = try list.map(Self.entry)
        guard Set(entries.map(\.id)).count == entries.count else { throw Self.invalid("two entries have the same id") }
    }

    private static func entry(_ value: JSONValue) throws -> Entry {
        guard let id = value["id"]?.string, !id.isEmpty, let from = value["from_ts"]?.int, from >= 0 else {
            throw invalid("an entry has an id and from_ts")
        }
        let until = value["until_ts"]?.int
        if value["until_ts"] != nil, until.map({ $0 > from }) != true {
            throw invalid("until_ts of \(id) must be later than from_ts")
        }
        let period: Int64?
        switch value["repeat"]?.string {
        case nil where value["repeat"] == nil: period = nil
        case "daily": period = day
        case "weekly": period = 7 * day
        default: throw invalid("repeat of \(id) must be daily or weekly")
        }
        if let period, let until, until - from > period { throw invalid("\(id) repeats before it has ended") }
        guard let programme = value["programme"], programme.count > 0 else {
            throw invalid("\(id) has no programme")
        }
        try ProgrammeRules.check(programme)
        return Entry(id: id, from: from, until: until, period: period, programme: programme)
    }

    private static func invalid(_ reason: String) -> MatrixError {
        MatrixError.invalidParam("This is no schedule: \(reason)")
    }

    /// What is on at a time; of several what began last.
    func showing(at time: Int64) -> Showing? {
        entries.compactMap { Self.showing($0, at: time) }.max { $0.since < $1.since }
    }

    private static func showing(_ entry: Entry, at time: Int64) -> Showing? {
        guard time >= entry.from else { return nil }
        let since = entry.period.map { time - (time - entry.from) % $0 } ?? entry.from
        let until = entry.until.map { since + ($0 - entry.from) }
        if let until, time >= until { return nil }
        return Showing(entry: entry, since: since, until: until)
    }

    /// When something begins or ends next, later than `time`; nil when nothing will.
    func nextChange(after time: Int64) -> Int64? {
        entries.flatMap { entry -> [Int64] in
            let edges = [entry.from] + [entry.until].compactMap { $0 }
            guard let period = entry.period else { return edges.filter { $0 > time } }
            return edges.map { edge in
                edge > time ? edge : edge + ((time - edge) / period + 1) * period
            }
        }.min()
    }
}
